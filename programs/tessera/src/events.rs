//! One event per transition: a public interface for those who watch. Agents recover from accounts, not from events.
//! Amounts are base units; accounts are named by address.

use anchor_lang::prelude::*;

use crate::state::{Deadline, Hardware, MarketParams, ProviderStatus, Roles, Terms, Verdict};

/// A market exists.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarketInitialised {
    /// The market.
    pub market: Pubkey,
    /// Who made it.
    pub creator: Pubkey,
    /// Who may change its parameters.
    pub authority: Pubkey,
    /// The wallet that owns swept fees.
    pub treasury: Pubkey,
    /// What it pays in.
    pub mint: Pubkey,
    /// Tells a creator's markets of one mint apart.
    pub id: u16,
    /// Its parameters.
    pub params: MarketParams,
}

/// A fee vault exists.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeeVaultOpened {
    /// Its market.
    pub market: Pubkey,
    /// Its shard, 0 to 15.
    pub shard: u8,
    /// The token account.
    pub vault: Pubkey,
}

/// A fee vault was emptied to the treasury.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeesSwept {
    /// The market.
    pub market: Pubkey,
    /// The shard, 0 to 15.
    pub shard: u8,
    /// How much.
    pub amount: u64,
    /// The treasury's token account.
    pub to: Pubkey,
}

/// A provider exists.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderRegistered {
    /// The provider.
    pub provider: Pubkey,
    /// Its market.
    pub market: Pubkey,
    /// Who acts for it.
    pub authority: Pubkey,
    /// What it does.
    pub roles: Roles,
    /// What it has.
    pub hardware: Hardware,
    /// Lowest reward it takes.
    pub price_floor: u64,
    /// Runs it will have open at most.
    pub max_runs: u16,
    /// Where it can be reached.
    pub endpoint: String,
}

/// A provider changed; these values hold now.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderUpdated {
    /// The provider.
    pub provider: Pubkey,
    /// Whether it takes new work.
    pub status: ProviderStatus,
    /// What it does.
    pub roles: Roles,
    /// Unix seconds since when it has the verify role; 0 without it.
    pub verify_since: i64,
    /// What it has.
    pub hardware: Hardware,
    /// Lowest reward it takes.
    pub price_floor: u64,
    /// Runs it will have open at most.
    pub max_runs: u16,
    /// Where it can be reached.
    pub endpoint: String,
}

/// Stake came in.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StakeDeposited {
    /// The provider.
    pub provider: Pubkey,
    /// How much.
    pub amount: u64,
    /// Free stake now.
    pub free: u64,
}

/// Stake began to leave.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StakeUnbonded {
    /// The provider.
    pub provider: Pubkey,
    /// How much.
    pub amount: u64,
    /// Unix seconds from which it may be withdrawn.
    pub until: i64,
    /// Free stake now.
    pub free: u64,
}

/// Stake left.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StakeWithdrawn {
    /// The provider.
    pub provider: Pubkey,
    /// How much.
    pub amount: u64,
    /// The authority's token account.
    pub to: Pubkey,
}

/// A model exists.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelRegistered {
    /// The model.
    pub model: Pubkey,
    /// Who registered it.
    pub creator: Pubkey,
    /// Root of its tensors.
    pub model_root: [u8; 32],
    /// The wallet that earns.
    pub payout: Pubkey,
}

/// A task is open.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskCreated {
    /// The task.
    pub task: Pubkey,
    /// Who pays.
    pub requester: Pubkey,
    /// Hash of the terms.
    pub terms_hash: [u8; 32],
    /// Until when it may be claimed.
    pub open_until: Deadline,
    /// The terms.
    pub terms: Terms,
}

/// A task was taken back.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskCancelled {
    /// The task, closed now.
    pub task: Pubkey,
    /// Who is refunded.
    pub requester: Pubkey,
    /// How much.
    pub requester_refunded: u64,
    /// What strangers had sent to the vault, now insurance.
    pub dust: u64,
}

/// A task was claimed.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskClaimed {
    /// The task.
    pub task: Pubkey,
    /// The run.
    pub run: Pubkey,
    /// Who executes it.
    pub provider: Pubkey,
    /// Locked stake.
    pub lock: u64,
    /// Until when it must be submitted.
    pub execute_until: Deadline,
}

/// A run was submitted.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunSubmitted {
    /// The task.
    pub task: Pubkey,
    /// The run.
    pub run: Pubkey,
    /// Who executed it.
    pub provider: Pubkey,
    /// Root of the outputs.
    pub output_root: [u8; 32],
    /// Content id of the stored outputs.
    pub output_id: [u8; 32],
    /// Until when a first audit may be posted.
    pub audit_until: Deadline,
    /// Until when nothing is paid.
    pub challenge_until: Deadline,
    /// Where the outputs are found.
    pub output_locator: String,
}

/// An audit was posted.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditPosted {
    /// The task.
    pub task: Pubkey,
    /// The run.
    pub run: Pubkey,
    /// The audit.
    pub audit: Pubkey,
    /// Who posted it.
    pub verifier: Pubkey,
    /// What it says.
    pub verdict: Verdict,
    /// The root that the verifier found.
    pub root: [u8; 32],
    /// Locked stake.
    pub lock: u64,
    /// Until when nothing is paid, extended by a first difference.
    pub challenge_until: Deadline,
    /// With the matching audit it refutes the run.
    pub refutes: bool,
}

/// A run was decided and paid.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskSettled {
    /// The task.
    pub task: Pubkey,
    /// The run.
    pub run: Pubkey,
    /// Who executed it.
    pub provider: Pubkey,
    /// Paid for, or slashed.
    pub upheld: bool,
    /// Into the provider's stake.
    pub provider_paid: u64,
    /// Into the fee vault.
    pub treasury_paid: u64,
    /// To the model's payout wallet.
    pub model_paid: u64,
    /// To the crank's sender.
    pub cranker_paid: u64,
    /// Of the escrow, back to the requester.
    pub requester_refunded: u64,
    /// Stays in the vault until the first agreeing audit is closed.
    pub kept_for_auditor: u64,
    /// The provider's slashed lock; the next three are its parts.
    pub slashed: u64,
    /// To the two verifiers that refuted the run.
    pub challengers_paid: u64,
    /// To the requester.
    pub requester_compensated: u64,
    /// Burned or insured.
    pub sunk: u64,
}

/// An audit of a decided run was closed.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditClosed {
    /// The task.
    pub task: Pubkey,
    /// The run.
    pub run: Pubkey,
    /// The audit, closed now.
    pub audit: Pubkey,
    /// Who posted it.
    pub verifier: Pubkey,
    /// What it said.
    pub verdict: Verdict,
    /// Audit reward paid into the verifier's stake.
    pub paid: u64,
    /// Locked stake that it lost.
    pub slashed: u64,
}

/// A task ended without a run: nobody claimed it, or nobody showed up.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskExpired {
    /// The task, closed now.
    pub task: Pubkey,
    /// Who is refunded.
    pub requester: Pubkey,
    /// How much.
    pub requester_refunded: u64,
    /// To the crank's sender.
    pub cranker_paid: u64,
    /// What strangers had sent to the vault, now insurance.
    pub dust: u64,
}

/// A claimer did not submit in time.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunAbandoned {
    /// The task.
    pub task: Pubkey,
    /// The run, closed now.
    pub run: Pubkey,
    /// Who did not submit.
    pub provider: Pubkey,
    /// Of its lock, to the requester.
    pub slashed: u64,
    /// Of its lock, freed.
    pub released: u64,
    /// To the crank's sender, if the task goes on; else [`TaskExpired`] says it.
    pub cranker_paid: u64,
    /// Others may claim.
    pub reopened: bool,
}
