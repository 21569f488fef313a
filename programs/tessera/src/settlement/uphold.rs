use anchor_lang::prelude::*;
use tessera_rules::{TaskView, UpheldPayout, upheld_payout};

use super::{Decided, Route};
use crate::ID;
use crate::addresses::{fee_shard, fee_vault_address, share_address};
use crate::errors::TesseraError;
use crate::events::{Because, ReputationChanged, RunOutcome, TaskSettled};
use crate::instructions::TaskSettle;
use crate::state::{Moment, RunState, Share};

impl TaskSettle<'_> {
    /// Decides the run for its provider and pays everyone but the auditors.
    #[inline(never)]
    pub(crate) fn uphold(&mut self, next: &TaskView<[u8; 32]>, last: bool, now: Moment) -> Result<Decided> {
        let terms = &self.task.terms;
        let payout = upheld_payout(
            &self.task.escrow(self.run.forced)?,
            &terms.splits.into(),
            terms.model.is_some(),
            self.run.earning,
            last,
            self.cranker_receives(),
        )
        .map_err(TesseraError::from)?;
        let fees = self.check_fees(payout.treasury.get(), now)?;
        let reputation = self.apply_uphold(next, &payout, now)?;
        self.raise_share(fees)?;
        let settled = self.pay_uphold(&payout)?;
        Ok(Decided { settled, reputation })
    }

    #[inline(never)]
    fn apply_uphold(
        &mut self,
        next: &TaskView<[u8; 32]>,
        payout: &UpheldPayout,
        now: Moment,
    ) -> Result<Option<ReputationChanged>> {
        let to_stake = self.provider_leg().route(&self.market)? == Route::Account;
        // A run that nobody else checked says nothing about its provider: another's proof of it, or another root beside it.
        let shown = |root: [u8; 32]| root != [0; 32] && root != self.run.output_root;
        let checked = self.run.earning > 0 || self.task.slots.iter().any(|slot| shown(slot.root));
        let address = self.provider.key();
        let provider = &mut self.provider;
        let stake = provider.stake().release(self.run.lock.into());
        let credit = if to_stake { payout.provider } else { 0.into() };
        provider.stake = stake.and_then(|stake| stake.credit(credit)).map_err(TesseraError::from)?.into();
        provider.end_run()?;
        let reward = self.task.terms.reward;
        let reputation = if checked {
            Some(provider.judge(address, Because::Upheld, reward, &self.market.params.into())?)
        } else {
            None
        };
        provider.invariant()?;
        self.run.state = RunState::Upheld;
        self.run.decided_at = now;
        self.run.invariant()?;
        self.task.apply(next)?;
        self.task.escrow = payout.kept.get();
        self.task.owed = self.task.owed.checked_add(payout.kept_for_auditors.get()).ok_or(TesseraError::Overflow)?;
        self.task.invariant()?;
        Ok(reputation)
    }

    /// What of the treasury's part will reach the current epoch's fee vault. The vault must be open: else its provider would
    /// lose its share of the epoch by the cranker's carelessness.
    #[inline(never)]
    fn check_fees(&self, treasury: u64, now: Moment) -> Result<u64> {
        if treasury == 0 {
            return Ok(0);
        }
        let epoch = self.market.epoch(now);
        let (fee_vault, _) = fee_vault_address(&self.market.key(), epoch, fee_shard(&self.task.key()));
        require_keys_eq!(self.fee_vault.key(), fee_vault, TesseraError::WrongVault);
        let (share, _) = share_address(&self.run.provider, epoch);
        require_keys_eq!(self.share.key(), share, TesseraError::WrongShare);
        require_keys_eq!(*self.fee_vault.owner, self.market.token_program, TesseraError::FeeVaultMissing);
        Ok(if self.treasury_leg().route(&self.market)? == Route::Account { treasury } else { 0 })
    }

    /// Adds fees to the provider's share of the epoch, if that is open.
    #[inline(never)]
    fn raise_share(&self, fees: u64) -> Result<()> {
        if fees == 0 || *self.share.owner != ID {
            return Ok(());
        }
        let mut share = Share::try_deserialize(&mut &self.share.try_borrow_data()?[..])?;
        share.fees = share.fees.checked_add(fees).ok_or(TesseraError::Overflow)?;
        share.invariant()?;
        share.try_serialize(&mut &mut self.share.try_borrow_mut_data()?[..])
    }

    #[inline(never)]
    fn pay_uphold(&self, payout: &UpheldPayout) -> Result<Box<TaskSettled>> {
        let money = self.money()?;
        let unclaimed = self.unclaimed();
        let mut settled = self.settled(RunOutcome::Upheld);
        settled.provider_paid = money.pay_leg(&self.provider_leg(), &unclaimed, payout.provider.get())?;
        settled.treasury_paid = money.pay_leg(&self.treasury_leg(), &unclaimed, payout.treasury.get())?;
        if let Some(leg) = self.model_leg() {
            settled.model_paid = money.pay_leg(&leg, &unclaimed, payout.model.get())?;
        }
        settled.cranker_paid = self.pay_cranker(&money, payout.cranker.get())?;
        settled.requester_refunded = money.pay_leg(&self.requester_leg(), &unclaimed, payout.requester.get())?;
        settled.kept_for_auditors = payout.kept_for_auditors.get();
        Ok(settled)
    }
}
