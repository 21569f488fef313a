use anchor_lang::prelude::*;

use super::Payment;
use crate::state::{Deadline, Terms};

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

/// A task ended without a paid run, by an expiry.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskExpired {
    /// The task, closed now.
    pub task: Pubkey,
    /// Back to the requester.
    pub requester_refunded: Payment,
    /// To the crank's sender, with what it earned for a run.
    pub cranker_paid: u64,
    /// What strangers had sent to the vault.
    pub dust: u64,
}

/// A task's last account was closed.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskClosed {
    /// The task.
    pub task: Pubkey,
    /// What strangers had sent to the vault.
    pub dust: u64,
}
