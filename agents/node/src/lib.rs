//! What Tessera's daemons share: objects by content id, checked fetching of tasks, execution on the CPU and on GPUs beside the
//! async workers, configuration, logs, the journal of intents, owned tasks, the shutdown, the loop that every agent runs in, what it
//! remembers, what it may claim, its secrets, and the sending of what is due.

pub mod agent;
pub mod backoff;
pub mod config;
pub mod dispute;
pub mod eligibility;
pub mod errands;
pub mod execute;
pub mod fetch;
pub mod fetch_error;
pub mod fleet;
pub mod journal;
pub mod locator;
pub mod logs;
pub mod memory;
pub mod progress;
pub mod records;
pub mod running;
pub mod secrets;
pub mod shutdown;
pub mod store;
pub mod store_error;
pub mod tasks;
pub mod tickets;
pub mod workbench;

pub use agent::{Agent, StopPolicy, Worlds, drive};
pub use backoff::Backoff;
pub use config::{ClusterSettings, ConfigError, DaemonFile, NodeTuning};
pub use errands::{CrankLimits, Errand, ErrandEnd, ErrandKey, ErrandMemory, ErrandStage, Errands};
pub use execute::{Checking, Computed, ExecuteError, execute};
pub use fetch::{Capacity, TaskClaims, TaskInputs, fetch_task};
pub use fetch_error::{FetchError, Malformed, Remedy, Unfit};
pub use fleet::{Accelerator, BackendChoice, Counters, Demand, Fleet, FleetError, Prefer, time_left};
pub use journal::{Journal, JournalError};
pub use locator::{Locator, MAX_LOCATOR_BYTES, Scheme};
pub use memory::{Memory, Note};
pub use progress::Progress;
pub use records::{RecordError, Records};
pub use running::{Running, follow};
pub use secrets::Secrets;
pub use shutdown::{Interrupted, Shutdown};
pub use store::{Access, ContentStore, Stores};
pub use store_error::StoreError;
pub use tasks::{Ended, Lost, Tasks};
pub use tickets::{Ticket, Tickets};
pub use workbench::Workbench;
