use anchor_lang::prelude::*;
use tessera_rules::TaskView;

use super::mirror::mirror;
use super::{Deadline, Decision, LAYOUT_VERSION, MAX_LOCATOR, Moment, Slot, SlotState, Terms};
use crate::errors::TesseraError;

mirror! {
    /// Where a task stands.
    pub enum TaskState = tessera_rules::TaskState {
        /// A slot is free.
        Open,
        /// Every slot is taken.
        Claimed,
        /// The windows run, and nobody differs.
        Submitted,
        /// The windows run; an audit differs, or the runs do.
        Disputed,
        /// A run was paid; only audits are left to close.
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
    /// Its vault: the derived address, kept so that it need not be derived again.
    pub vault: Pubkey,
    /// Disputes over its runs that are not settled.
    pub open_disputes: u16,
    /// Zero.
    pub reserved: [u8; 30],
    /// What was agreed.
    pub terms: Terms,
    /// How its runs are settled.
    pub decision: Decision,
    /// Providers that released a claim or let it pass.
    #[max_len(8)]
    pub excluded: Vec<Pubkey>,
}

impl Task {
    /// The task as the rules see it.
    #[inline(never)]
    pub fn view(&self) -> TaskView<[u8; 32]> {
        TaskView {
            state: self.state.into(),
            policy: self.terms.policy.into(),
            windows: self.terms.windows.into(),
            agreed_challenge_seconds: self.terms.agreed_challenge_seconds,
            waive_window: self.terms.waive_window,
            open_until: self.open_until.into(),
            reveal_from: (self.reveal_from != Moment::BEGINNING).then(|| self.reveal_from.into()),
            audit_until: self.audit_until.into(),
            challenge_until: self.challenge_until.into(),
            excluded: u8::try_from(self.excluded.len()).unwrap_or(u8::MAX),
            slots: self.slots.map(Into::into),
            decision: self.decision.into(),
        }
    }

    /// Takes over what the rules made of [`Task::view`]. A provider that they excluded must be listed already.
    #[inline(never)]
    pub(crate) fn apply(&mut self, next: &TaskView<[u8; 32]>) -> Result<()> {
        require_eq!(self.excluded.len(), usize::from(next.excluded), TesseraError::Invariant);
        self.state = next.state.into();
        self.reveal_from = next.reveal_from.map_or(Moment::BEGINNING, Into::into);
        self.audit_until = next.audit_until.into();
        self.challenge_until = next.challenge_until.into();
        self.decision = next.decision.into();
        for (slot, next) in self.slots.iter_mut().zip(&next.slots) {
            let state = next.state.into();
            let provider = if state == SlotState::Free { Pubkey::default() } else { slot.provider };
            *slot = Slot { provider, state, root: next.root, agreeing: next.agreeing, differing: next.differing };
        }
        Ok(())
    }

    /// The slot that a provider has.
    pub fn slot_of(&self, provider: &Pubkey) -> Result<usize> {
        Ok(self.find_slot(provider).ok_or(TesseraError::WrongRun)?)
    }

    /// Whether a provider has a slot.
    pub fn has_slot(&self, provider: &Pubkey) -> bool {
        self.find_slot(provider).is_some()
    }

    fn find_slot(&self, provider: &Pubkey) -> Option<usize> {
        self.slots.iter().position(|slot| slot.state != SlotState::Free && slot.provider == *provider)
    }

    /// Takes a payment off what the vault owes.
    pub(crate) fn pay_out(&mut self, amount: u64) -> Result<()> {
        self.escrow = self.escrow.checked_sub(amount).ok_or(TesseraError::Invariant)?;
        Ok(())
    }

    /// What a vault with this balance holds beyond what the task owes.
    pub(crate) fn dust(&self, vault_balance: u64) -> Result<u64> {
        Ok(vault_balance.checked_sub(self.escrow).ok_or(TesseraError::Invariant)?)
    }

    /// What holds of every task: it can pay every live run and what it owes to audits; every live run has an account; a
    /// task that is over owes audits alone.
    #[inline(never)]
    pub fn invariant(&self) -> Result<()> {
        require_eq!(self.version, LAYOUT_VERSION, TesseraError::LayoutVersion);
        require!(self.excluded.len() <= tessera_rules::MAX_EXCLUDED, TesseraError::Invariant);
        require!(self.terms.manifest_locator.len() <= MAX_LOCATOR, TesseraError::LocatorTooLong);
        require!(self.terms.shortlist.len() <= tessera_rules::MAX_SHORTLIST, TesseraError::Invariant);
        require_eq!(self.runs, self.terms.policy.runs(), TesseraError::Invariant);
        let used = usize::from(self.runs);
        let mut live = 0_u8;
        for (index, slot) in self.slots.iter().enumerate() {
            let free = slot.state == SlotState::Free;
            require_eq!(free, slot.provider == Pubkey::default(), TesseraError::Invariant);
            require!(free || index < used, TesseraError::Invariant);
            live = live.saturating_add(u8::from(tessera_rules::SlotState::from(slot.state).is_live()));
        }
        require!(u16::from(live) <= self.runs_open && self.runs_open <= u16::from(self.runs), TesseraError::Invariant);
        let run = self.terms.reward.checked_add(self.terms.audit_reward).ok_or(TesseraError::Overflow)?;
        let owed = run.checked_mul(u64::from(live)).and_then(|runs| runs.checked_add(self.owed));
        require_gte!(self.escrow, owed.ok_or(TesseraError::Overflow)?, TesseraError::Invariant);
        if !tessera_rules::TaskState::from(self.state).holds_funds() {
            require!(live == 0 && self.escrow == self.owed, TesseraError::Invariant);
        }
        Ok(())
    }
}
