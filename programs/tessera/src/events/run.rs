use anchor_lang::prelude::*;

use super::Payment;
use crate::state::{Deadline, Moment, Run, Task, TaskState};

/// A slot of a task was claimed.
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
    /// Until when it must be submitted, or sealed.
    pub execute_until: Deadline,
}

/// A claim was given back in its grace period.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunReleased {
    /// The task.
    pub task: Pubkey,
    /// The run, closed now.
    pub run: Pubkey,
    /// Who gave it back.
    pub provider: Pubkey,
    /// Its lock, freed.
    pub released: u64,
}

/// A provider committed to a root that it has not shown.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunSealed {
    /// The task.
    pub task: Pubkey,
    /// The run.
    pub run: Pubkey,
    /// Who executed it.
    pub provider: Pubkey,
    /// The commitment.
    pub seal: [u8; 32],
    /// Since when seals may be opened; zero if not yet.
    pub reveal_from: Moment,
}

/// A run's root is shown: submitted, or revealed.
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
    /// Probability that it is audited, bps.
    pub audit_rate_bps: u16,
    /// The first slot whose hash may draw its audits.
    pub draw_slot: u64,
    /// Where the outputs are found.
    pub output_locator: String,
}

impl RunSubmitted {
    pub(crate) fn new(task: Pubkey, run: &Account<'_, Run>) -> Self {
        Self {
            task,
            run: run.key(),
            provider: run.provider,
            output_root: run.output_root,
            output_id: run.output_id,
            audit_rate_bps: run.audit_rate_bps,
            draw_slot: run.draw_slot,
            output_locator: run.output_locator.clone(),
        }
    }
}

/// All roots of a task are shown: audits may be claimed.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowsStarted {
    /// The task.
    pub task: Pubkey,
    /// Submitted, or Disputed if the roots differ.
    pub state: TaskState,
    /// Until when audits may be claimed.
    pub audit_until: Deadline,
    /// Until when nothing is paid.
    pub challenge_until: Deadline,
}

impl WindowsStarted {
    pub(crate) fn new(task: &Account<'_, Task>) -> Self {
        Self {
            task: task.key(),
            state: task.state,
            audit_until: task.audit_until,
            challenge_until: task.challenge_until,
        }
    }
}

/// How a run ended.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunOutcome {
    /// Paid.
    Upheld,
    /// Refuted or outvoted; its lock was slashed.
    Slashed,
    /// A tie: its lock was freed, its reward went back.
    Void,
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
    /// How it ended.
    pub outcome: RunOutcome,
    /// The root that it committed to.
    pub output_root: [u8; 32],
    /// Into the provider's stake, or its owner's balance.
    pub provider_paid: Payment,
    /// Into the fee vault, or the treasury's balance.
    pub treasury_paid: Payment,
    /// To the model's payout wallet.
    pub model_paid: Payment,
    /// To the crank's sender.
    pub cranker_paid: u64,
    /// Of the escrow, back to the requester.
    pub requester_refunded: Payment,
    /// Stays in the vault until the audits that earned it are closed.
    pub kept_for_auditors: u64,
    /// The provider's slashed lock; the next three are its parts.
    pub slashed: u64,
    /// To verifiers that differed, into their stake, and to the dispute that refuted the run, into the vault of its bond.
    pub challengers_paid: Vec<Payment>,
    /// To the requester.
    pub requester_compensated: Payment,
    /// Burned or insured.
    pub sunk: u64,
}

/// A claimer neither submitted nor sealed in time.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunAbandoned {
    /// The task.
    pub task: Pubkey,
    /// The run, closed now.
    pub run: Pubkey,
    /// Who did not show up.
    pub provider: Pubkey,
    /// Of its stake, to the requester.
    pub requester_compensated: Payment,
    /// Of that, from unbonding stake.
    pub from_unbonding: u64,
    /// Of its lock, freed.
    pub released: u64,
    /// To the crank's sender; zero where the task's end tells it.
    pub cranker_paid: u64,
    /// Whether the task goes on.
    pub reopened: bool,
}

/// A provider did not show the root that it had sealed.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunSilent {
    /// The task.
    pub task: Pubkey,
    /// The run, closed now.
    pub run: Pubkey,
    /// Who stayed silent.
    pub provider: Pubkey,
    /// Its whole lock; the next two are its parts.
    pub slashed: u64,
    /// To the requester.
    pub requester_compensated: Payment,
    /// Burned or insured.
    pub sunk: u64,
    /// Of the escrow, back to the requester: the run's reward; nothing where the task's end tells it.
    pub requester_refunded: Payment,
    /// To the crank's sender; zero where the task's end tells it.
    pub cranker_paid: u64,
}

/// Why a reputation changed.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// A checked run was upheld.
    Upheld,
    /// A run was slashed.
    Slashed,
    /// A claim was not kept.
    NoShow,
    /// A sealed root was not shown.
    Silent,
}

/// A provider's reputation changed.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReputationChanged {
    /// The provider.
    pub provider: Pubkey,
    /// Decayed weight of good runs, millionths.
    pub good: u64,
    /// Decayed weight of bad runs, millionths.
    pub bad: u64,
    /// Its score, millionths.
    pub score: u64,
    /// Why.
    pub because: Because,
}
