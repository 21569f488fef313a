//! The accounts, and the value types in them.

mod audit;
mod balance;
mod buffer;
mod claim;
mod dispute;
mod market;
mod market_now;
mod mirror;
mod model;
mod params;
mod pool;
mod provider;
mod requirements;
mod run;
mod share;
mod slot;
mod stake;
mod task;
mod terms;
mod ticket;
mod time;
pub mod v1;

pub use audit::{Audit, AuditState, Opened};
pub use balance::Balance;
pub use buffer::Buffer;
pub(crate) use buffer::BufferView;
pub use dispute::{
    DISPUTED_TENSORS, Dispute, DisputeClocks, DisputePhase, DisputeTerms, DisputeVerdict, MAX_SCRATCH, NO_CLAIM,
    TreeNode,
};
pub use market::{MAX_EPOCH_SECONDS, Market, PendingParams};
pub use market_now::MarketNow;
pub use model::Model;
pub use params::{MarketParams, RewardSplits, Sink, SlashShares};
pub use pool::{EpochPool, MAX_EPOCHS_AHEAD};
pub use provider::{BackendKind, Hardware, Provider, ProviderStatus, Reputation, Roles, TicketChain};
pub use requirements::{BackendNeed, Requirements};
pub(crate) use run::Output;
pub use run::{Differing, Draw, Run, RunState, Winners};
pub use share::Share;
pub use slot::{Decision, Slot, SlotState};
pub use stake::{Stake, Unbonding};
pub use task::{Task, TaskState};
pub use terms::{Policy, TERMS_TAG, Terms};
pub use time::{Deadline, Moment, Windows};

/// The layout version that every account carries first.
pub const LAYOUT_VERSION: u8 = 2;
/// The audit rate at which every eligible ticket wins, bps.
pub const FULL_RATE: u16 = 10_000;
/// Longest endpoint or locator, in bytes.
pub const MAX_LOCATOR: usize = 96;
