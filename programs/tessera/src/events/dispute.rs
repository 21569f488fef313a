use anchor_lang::prelude::*;

use super::Payment;
use crate::state::{Deadline, Dispute, DisputePhase, DisputeVerdict};

/// Somebody says that a run is wrong.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisputeOpened {
    /// The task.
    pub task: Pubkey,
    /// The run.
    pub run: Pubkey,
    /// The dispute.
    pub dispute: Pubkey,
    /// The run's provider.
    pub provider: Pubkey,
    /// Who opened it.
    pub challenger: Pubkey,
    /// What the challenger has at stake.
    pub bond: u64,
    /// What it waits for.
    pub phase: DisputePhase,
    /// Until when.
    pub until: Deadline,
}

/// A move was made.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisputeMoved {
    /// The task.
    pub task: Pubkey,
    /// The run.
    pub run: Pubkey,
    /// The dispute.
    pub dispute: Pubkey,
    /// Who sent the move.
    pub mover: Pubkey,
    /// What the dispute waits for now.
    pub phase: DisputePhase,
    /// Until when.
    pub until: Deadline,
}

/// What ended a dispute.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisputeCause {
    /// The program replayed the step.
    Step,
    /// A side did not move in time.
    Silence,
    /// A tensor of the trace has bytes other than zero where its leaves are padded.
    Padding,
    /// The task's graph or inputs are malformed.
    Malformed,
    /// The run was refuted by others.
    Moot,
}

/// A dispute has a verdict, or none is needed any more.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisputeEnded {
    /// The task.
    pub task: Pubkey,
    /// The run.
    pub run: Pubkey,
    /// The dispute.
    pub dispute: Pubkey,
    /// The verdict; `None` if the run was refuted by others before there was one.
    pub verdict: Option<DisputeVerdict>,
    /// What ended it.
    pub because: DisputeCause,
}

impl DisputeEnded {
    pub(crate) fn new(dispute: &Account<'_, Dispute>, because: DisputeCause) -> Self {
        Self { task: dispute.task, run: dispute.run, dispute: dispute.key(), verdict: dispute.phase.verdict(), because }
    }
}

/// A dispute's end was carried out.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisputeSettled {
    /// The task.
    pub task: Pubkey,
    /// The run.
    pub run: Pubkey,
    /// The dispute: closed now, unless it refuted the run.
    pub dispute: Pubkey,
    /// Whether it refuted the run.
    pub refutes: bool,
    /// Of the bond, to the challenger; paid later where it refuted the run.
    pub challenger_paid: Payment,
    /// Of the bond, into the provider's stake, or its owner's balance.
    pub provider_paid: Payment,
    /// Of the bond, burned or insured.
    pub sunk: u64,
    /// Disputes on the run that are still open.
    pub open_disputes: u16,
}

/// A dispute that refuted its run was paid and closed.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisputeClosed {
    /// The task.
    pub task: Pubkey,
    /// The run.
    pub run: Pubkey,
    /// The dispute, closed now.
    pub dispute: Pubkey,
    /// The bond and the challenger's share of the slashed lock.
    pub challenger_paid: Payment,
}
