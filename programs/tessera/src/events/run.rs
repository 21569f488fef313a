use anchor_lang::prelude::*;

use crate::state::{Deadline, Verdict};

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
