//! The accounts, and the value types in them.

mod audit;
mod market;
mod mirror;
mod model;
mod params;
mod provider;
mod requirements;
mod run;
mod slot;
mod stake;
mod task;
mod terms;
mod time;

pub use audit::{Audit, AuditState, Opened};
pub use market::Market;
pub use model::Model;
pub use params::{MarketParams, RewardSplits, Sink, SlashShares};
pub use provider::{BackendKind, Hardware, Provider, ProviderStatus, Reputation, Roles};
pub use requirements::{BackendNeed, Requirements};
pub use run::{Draw, Run, RunState, Winners};
pub use slot::{Decision, Slot, SlotState};
pub use stake::{Stake, Unbonding};
pub use task::{Task, TaskState};
pub use terms::{Policy, TERMS_TAG, Terms};
pub use time::{Deadline, Moment, Windows};

/// The layout version that every account carries first.
pub const LAYOUT_VERSION: u8 = 1;
/// Longest endpoint or locator, in bytes.
pub const MAX_LOCATOR: usize = 96;
