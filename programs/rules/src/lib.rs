//! The rules of a Tessera market, as pure functions: amounts, deadlines, parameters, stake, reputation, the table of
//! legal transitions and who is paid what by each of them.
//!
//! Nothing here reads a clock, a balance or an account: time and facts are arguments, and a function either explains its
//! refusal with a [`Refusal`] or returns what is to be done. The on-chain program and the agents run the same code.
#![no_std]
#![deny(clippy::arithmetic_side_effects)]

mod amount;
mod audit;
mod claim;
mod error;
mod expire;
mod lock;
mod params;
mod reputation;
mod settle;
mod split;
mod stake;
mod submit;
mod table;
mod time;

pub use amount::{BaseUnits, Bps, FULL_BPS};
pub use audit::{AuditStep, AuditedRun, Auditor, plan_audit};
pub use claim::{ClaimStep, Claimant, OpenTask, plan_claim};
pub use error::Refusal;
pub use expire::{Ending, ExpirableTask, NoShowPayout, RefundPayout, no_show_payout, plan_expire, refund_payout};
pub use lock::{Locks, locks_for, required_lock};
pub use params::{MarketParams, Sink};
pub use reputation::{REPUTATION_ONE, Reputation};
pub use settle::{
    AuditEnd, Escrow, Outcome, SettleFacts, Settlement, SlashPayout, UpheldPayout, audit_end, plan_settle,
    slash_payout, upheld_payout,
};
pub use split::{RewardSplit, RewardSplits, SlashShares, SlashSplit, bounty_for_end, bounty_for_no_show, halves};
pub use stake::{Stake, UNBONDING_SLOTS, Unbonding};
pub use submit::{SubmitStep, SubmittedRun, plan_submit};
pub use table::{Action, RunState, TaskState, Verdict, next_state};
pub use time::{Deadline, Moment, Windows};

/// Most providers that one task excludes: the task ends with the no-show that fills the list.
pub const MAX_EXCLUDED: usize = 8;
