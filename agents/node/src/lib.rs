//! What Tessera's daemons share, none of it about the chain: objects by content id, checked fetching of tasks, execution
//! beside the async workers, configuration, logs, the journal of intents, owned tasks, the shutdown, and
//! the loop that every agent runs in.

pub mod agent;
pub mod backoff;
pub mod config;
pub mod execute;
pub mod fetch;
pub mod fetch_error;
pub mod journal;
pub mod locator;
pub mod logs;
pub mod memory;
pub mod shutdown;
pub mod store;
pub mod store_error;
pub mod tasks;

pub use agent::{Agent, StopPolicy, Worlds, drive};
pub use backoff::Backoff;
pub use config::{ClusterSettings, ConfigError, DaemonFile, NodeTuning};
pub use execute::{Computed, ExecuteError, execute};
pub use fetch::{Capacity, TaskClaims, TaskInputs, fetch_task};
pub use fetch_error::{FetchError, Malformed, Remedy, Unfit};
pub use journal::{Journal, JournalError};
pub use locator::{Locator, MAX_LOCATOR_BYTES, Scheme};
pub use memory::{Memory, Note};
pub use shutdown::{Interrupted, Shutdown};
pub use store::{Access, ContentStore, Stores};
pub use store_error::StoreError;
pub use tasks::{Ended, Lost, Tasks};
