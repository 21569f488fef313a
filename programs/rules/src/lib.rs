//! The rules of a Tessera market, as pure functions: amounts, deadlines, parameters, stake, reputation, the audit lottery,
//! the table of legal transitions, what each of them does to a task and who is paid what.
//!
//! Nothing here reads a clock, a balance or an account: time and facts are arguments, and a function either explains its
//! refusal with a [`Refusal`] or returns what is to be done. The on-chain program and the agents run the same code.
#![no_std]
#![deny(clippy::arithmetic_side_effects)]

mod amount;
mod audit_end;
mod dispute;
mod epoch;
mod error;
mod leave;
mod lock;
mod lottery;
mod params;
mod payout;
mod policy;
mod reputation;
mod requirements;
mod split;
mod stake;
mod table;
mod task;
mod time;
mod timelock;
mod windows;

pub use amount::{BaseUnits, Bps, FULL_BPS};
pub use audit_end::{AuditEnd, AuditPayout, AuditStanding, audit_end, audit_payout, audit_share, audit_shares};
pub use dispute::{
    Asks, BondEnd, BondPayout, CLOCK_SECONDS, Clocks, DISPUTES_PER_UNIT, DisputeSlashPayout, DisputeTerms,
    DisputeVerdict, DisputeView, MAX_ROUNDS, MOVE_SECONDS, Move, PartsShown, Phase, Side, TRACE_RATE, bond,
    bond_payout, challenger_shares, dispute_slash_payout, is_bond_free, next_phase, open_to_all, owes,
    plan_dispute_start, plan_move, plan_timeout,
};
pub use epoch::{
    FEE_SHARDS, MIN_EPOCH_SECONDS, POOL_EPOCHS, epoch_of, epoch_open, epoch_over, pool_closable, pool_final,
    pool_share, validate_epoch_seconds,
};
pub use error::Refusal;
pub use leave::plan_leave;
pub use lock::{Locks, locks_for, required_lock};
pub use lottery::{Draw, audit_rate, find_draw, old_enough, ticket_wins};
pub use params::{MarketParams, Sink};
pub use payout::{
    Escrow, RefundPayout, SlashPayout, UpheldPayout, escrow_needed, lost_refund, refund_payout, slash_payout,
    upheld_payout,
};
pub use policy::{Assignment, MAX_RUNS, MAX_SHORTLIST, Policy, validate_shortlist};
pub use reputation::{REPUTATION_ONE, Reputation};
pub use requirements::{Backend, BackendNeed, Capabilities, MAX_TIER, Requirements, validate_region, validate_tier};
pub use split::{RewardSplit, RewardSplits, SlashShares, SlashSplit, bounty_for_end, bounty_for_no_show, halves};
pub use stake::{LivenessSlash, Stake, UNBONDING_SLOTS, Unbonding};
pub use table::{Action, RunState, TaskState, Verdict, next_state};
pub use task::audit::{
    AuditClaim, AuditStep, AuditedRun, Auditor, plan_audit, plan_audit_claim, plan_audit_force, plan_audit_open,
};
pub use task::claim::{ClaimStep, ClaimTerms, Claimant, plan_claim, plan_release};
pub use task::decide::decide;
pub use task::dispute::{DisputeEnd, DisputeStep, plan_dispute_close, plan_dispute_open, plan_dispute_settle};
pub use task::expire::{Ending, ExpireStep, SilentRun, plan_expire};
pub use task::reveal::{plan_reveal, reveal_phase};
pub use task::seal::{plan_seal, plan_submit};
pub use task::settle::{Outcome, SettleFacts, Settlement, plan_settle};
pub use task::{Decision, Slot, SlotState, TaskView, plan_cancel};
pub use time::{Deadline, Moment};
pub use timelock::{plan_apply, plan_propose};
pub use windows::Windows;

/// Most providers that one task excludes: with that many nobody can claim it any more.
pub const MAX_EXCLUDED: usize = 8;
