use anchor_lang::prelude::*;

use super::mirror::mirror;
use super::{Deadline, Decision, LAYOUT_VERSION, MAX_LOCATOR, Moment, Slot, Terms};
use crate::errors::TesseraError;

mirror! {
    /// Where a task stands.
    pub enum TaskState = tessera_rules::TaskState {
        /// May be claimed or cancelled.
        Open,
        /// A provider executes it.
        Claimed,
        /// An output root was committed.
        Submitted,
        /// An audit differs.
        Disputed,
        /// Paid; only audits are left to close.
        Settled,
        /// Taken back by its requester.
        Cancelled,
        /// Refunded.
        Expired,
    }
}

/// What is to be computed, its escrow and its deadlines. Address: "task", requester, nonce.
#[account]
#[derive(InitSpace, Debug, PartialEq, Eq)]
pub struct Task {
    /// [`LAYOUT_VERSION`].
    pub version: u8,
    /// Bump of this account.
    pub bump: u8,
    /// Bump of the task vault.
    pub vault_bump: u8,
    /// How many runs it asks for, 1 to 3.
    pub runs: u8,
    /// Where it stands.
    pub state: TaskState,
    /// What its vault owes at this moment, base units; what it holds beyond that is dust.
    pub escrow: u64,
    /// Until when it may be claimed.
    pub open_until: Deadline,
    /// Its Run accounts that are not closed. It closes only at zero.
    pub runs_open: u16,
    /// Hash of the terms, see [`Terms::hash`].
    pub terms_hash: [u8; 32],
    /// Of the escrow: kept for audits of settled runs that earned and are not closed, base units.
    pub owed: u64,
    /// When a transition opened the reveal; zero before, and where only the end of the open window opens it.
    pub reveal_from: Moment,
    /// Until when audits may be claimed; zero until the windows start.
    pub audit_until: Deadline,
    /// Until when nothing is paid; zero until the windows start.
    pub challenge_until: Deadline,
    /// Its runs; of the three only the first `runs` are used.
    pub slots: [Slot; 3],
    /// Zero.
    pub reserved: [u8; 64],
    /// What was agreed.
    pub terms: Terms,
    /// How its runs are settled.
    pub decision: Decision,
    /// Providers that released a claim or let it pass.
    #[max_len(8)]
    pub excluded: Vec<Pubkey>,
}

impl Task {
    /// The money in its vault, for the rules.
    pub fn escrow(&self) -> tessera_rules::Escrow {
        tessera_rules::Escrow {
            held: self.escrow.into(),
            reward: self.terms.reward.into(),
            audit_reward: self.terms.audit_reward.into(),
            crank_bounty: self.terms.crank_bounty.into(),
        }
    }

    /// Takes a payment off what the vault owes.
    pub fn pay_out(&mut self, amount: u64) -> Result<()> {
        self.escrow = self.escrow.checked_sub(amount).ok_or(TesseraError::Overflow)?;
        Ok(())
    }

    /// What holds of every task: an undecided one owes the reward and the audit reward, has a run unless it is open, and
    /// lists at most eight providers.
    pub fn invariant(&self) -> Result<()> {
        require_eq!(self.version, LAYOUT_VERSION, TesseraError::LayoutVersion);
        require!(self.excluded.len() <= tessera_rules::MAX_EXCLUDED, TesseraError::Invariant);
        require!(self.terms.manifest_locator.len() <= MAX_LOCATOR, TesseraError::LocatorTooLong);
        let owed = self.terms.reward.checked_add(self.terms.audit_reward).ok_or(TesseraError::Overflow)?;
        match self.state {
            TaskState::Open => {
                require!(self.runs_open == 0 && self.escrow >= owed, TesseraError::Invariant);
            }
            TaskState::Claimed | TaskState::Submitted | TaskState::Disputed => {
                require!(self.runs_open == 1 && self.escrow >= owed, TesseraError::Invariant);
            }
            TaskState::Settled => require_gte!(self.terms.audit_reward, self.escrow, TesseraError::Invariant),
            TaskState::Expired | TaskState::Cancelled => {
                require_eq!(self.escrow, 0, TesseraError::Invariant)
            }
        }
        Ok(())
    }
}
