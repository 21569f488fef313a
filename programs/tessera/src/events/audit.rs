use anchor_lang::prelude::*;

use super::Payment;
use crate::instructions::OpenedTree;
use crate::state::{AuditState, Deadline, Draw};

/// The slot hash that draws a run's audits was recorded.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditDrawn {
    /// The task.
    pub task: Pubkey,
    /// The run.
    pub run: Pubkey,
    /// The draw.
    pub draw: Draw,
    /// Probability that the run is audited, bps: 10,000 if the draw expired.
    pub audit_rate_bps: u16,
}

/// A verifier took an audit on.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditClaimed {
    /// The task.
    pub task: Pubkey,
    /// The run.
    pub run: Pubkey,
    /// The audit.
    pub audit: Pubkey,
    /// Who claimed it.
    pub verifier: Pubkey,
    /// Locked stake.
    pub lock: u64,
    /// Whether its ticket won, so that it may earn the audit reward.
    pub drawn: bool,
    /// Until when it must be answered.
    pub answer_until: Deadline,
    /// Until when nothing is paid.
    pub challenge_until: Deadline,
}

/// A verifier answered.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditPosted {
    /// The task.
    pub task: Pubkey,
    /// The run.
    pub run: Pubkey,
    /// The audit.
    pub audit: Pubkey,
    /// Who answered.
    pub verifier: Pubkey,
    /// What it says.
    pub state: AuditState,
    /// The first slot whose hash may pick the leaf to open; zero if it differs.
    pub pick_slot: u64,
    /// Until when nothing is paid, extended by a first difference.
    pub challenge_until: Deadline,
    /// With the matching audit it refutes the run.
    pub refutes: bool,
}

/// An agreeing verifier opened a leaf in one of its two trees.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditOpened {
    /// The task.
    pub task: Pubkey,
    /// The run.
    pub run: Pubkey,
    /// The audit.
    pub audit: Pubkey,
    /// Who opened.
    pub verifier: Pubkey,
    /// Which tree.
    pub tree: OpenedTree,
    /// Both are open: the audit earns if the run is upheld.
    pub earns: bool,
}

/// The requester paid for an audit.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditForced {
    /// The task.
    pub task: Pubkey,
    /// The run.
    pub run: Pubkey,
    /// Into the escrow.
    pub paid: u64,
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
    /// Who had it.
    pub verifier: Pubkey,
    /// How far it got.
    pub state: AuditState,
    /// Audit reward paid into the verifier's stake, or its owner's balance.
    pub paid: u64,
    /// Of its lock, freed.
    pub released: u64,
    /// Of its lock, to the provider it accused in vain.
    pub provider_paid: Payment,
    /// Of its lock, burned or insured.
    pub sunk: u64,
}
