use anchor_lang::prelude::*;
use tessera_rules::{BaseUnits, RefundPayout, TaskView, dispute_slash_payout, lost_refund, slash_payout};

use super::{Decided, PassedAudit, Source, info, pay_leg};
use crate::errors::TesseraError;
use crate::events::{Because, Payment, ReputationChanged, RunOutcome, TaskSettled};
use crate::instructions::TaskSettle;
use crate::signers::ProviderSigner;
use crate::state::{Decision, Moment, RunState, Winners};
use crate::token_account::payable;
use crate::tokens::Mover;
use crate::{ID, seeds};

/// Who gets what of a slashed lock, base units.
struct LockShares {
    /// Into the bond vault of the dispute that refuted the run.
    challenger: u64,
    /// Into the stake of these verifiers.
    auditors: Vec<(Pubkey, u64)>,
    /// To the requester.
    requester: u64,
    /// Burned or insured.
    sink: u64,
}

impl<'info> TaskSettle<'info> {
    /// Decides the run against its provider: refunds the requester and shares out the lock.
    #[inline(never)]
    pub(crate) fn slash(
        &mut self,
        next: &TaskView<[u8; 32]>,
        pair: Option<Winners>,
        last: bool,
        audits: &mut [PassedAudit<'info>],
        now: Moment,
    ) -> Result<Decided> {
        let escrow = self.task.escrow(self.run.forced)?;
        let refund = lost_refund(&escrow, last, self.cranker_receives()).map_err(TesseraError::from)?;
        let shares = self.lock_shares(next, pair)?;
        let reputation = self.apply_slash(next, &refund, now)?;
        let mut settled = self.pay_refund(&refund, RunOutcome::Slashed)?;
        self.share_lock(&shares, audits, &mut settled)?;
        Ok(Decided { settled, reputation: Some(reputation) })
    }

    /// Decides nothing: refunds the requester and frees the lock.
    #[inline(never)]
    pub(crate) fn void(&mut self, next: &TaskView<[u8; 32]>, last: bool, now: Moment) -> Result<Decided> {
        let escrow = self.task.escrow(self.run.forced)?;
        let refund = lost_refund(&escrow, last, self.cranker_receives()).map_err(TesseraError::from)?;
        let provider = &mut self.provider;
        provider.stake = provider.stake().release(self.run.lock.into()).map_err(TesseraError::from)?.into();
        provider.end_run()?;
        provider.invariant()?;
        self.run.state = RunState::Void;
        self.apply_lost(next, &refund, now)?;
        let settled = self.pay_refund(&refund, RunOutcome::Void)?;
        Ok(Decided { settled, reputation: None })
    }

    /// Who gets what of the lock.
    #[inline(never)]
    fn lock_shares(&self, next: &TaskView<[u8; 32]>, pair: Option<Winners>) -> Result<LockShares> {
        let (lock, shares) = (self.run.lock.into(), self.task.terms.slash.into());
        if self.run.refuted_by().is_some() {
            let auditor = self.run.refuted_with_auditor.then(|| self.run.differed[0].verifier);
            let payout = dispute_slash_payout(lock, &shares, auditor.is_some()).map_err(TesseraError::from)?;
            return Ok(LockShares {
                challenger: payout.challenger.get(),
                auditors: auditor.map(|auditor| (auditor, payout.auditor.get())).into_iter().collect(),
                requester: payout.requester.get(),
                sink: payout.sink.get(),
            });
        }
        let winners = self.winners(next, pair);
        let payout = slash_payout(lock, &shares, winners.len()).map_err(TesseraError::from)?;
        let amounts = [payout.first_auditor, payout.second_auditor].map(BaseUnits::get);
        Ok(LockShares {
            challenger: 0,
            auditors: winners.into_iter().zip(amounts).collect(),
            requester: payout.requester.get(),
            sink: payout.sink.get(),
        })
    }

    /// The bond vault of the dispute that refuted the run.
    #[inline(never)]
    fn bond_vault(&self, dispute: &Pubkey) -> Result<&AccountInfo<'info>> {
        let vault = info(&self.challenger_vault).ok_or(TesseraError::BondVaultMissing)?;
        let seeds: [&[u8]; 3] = [seeds::BOND, dispute.as_ref(), &[self.run.refuted_bond_bump]];
        let expected = Pubkey::create_program_address(&seeds, &ID).map_err(|_| TesseraError::WrongVault)?;
        require_keys_eq!(*vault.key, expected, TesseraError::WrongVault);
        Ok(vault)
    }

    /// The verifiers that the lock pays: the pair that refuted the run, or else of the first two that differed those that
    /// found the winning root, or any where no root has won yet.
    fn winners(&self, next: &TaskView<[u8; 32]>, pair: Option<Winners>) -> Vec<Pubkey> {
        if let Some(Winners { first, second }) = pair {
            return vec![first, second];
        }
        let wins = |root| match Decision::from(next.decision) {
            Decision::Root(winning) => root == winning,
            Decision::Undecided | Decision::Void => true,
        };
        let differed = self.run.differed.iter().filter(|answer| answer.is_some() && wins(answer.root));
        differed.map(|answer| answer.verifier).collect()
    }

    #[inline(never)]
    fn apply_slash(
        &mut self,
        next: &TaskView<[u8; 32]>,
        refund: &RefundPayout,
        now: Moment,
    ) -> Result<ReputationChanged> {
        let address = self.provider.key();
        let provider = &mut self.provider;
        provider.stake = provider.stake().slash(self.run.lock.into()).map_err(TesseraError::from)?.into();
        let reputation =
            provider.judge(address, Because::Slashed, self.task.terms.reward, &self.market.params.into())?;
        provider.end_run()?;
        provider.invariant()?;
        self.run.state = RunState::Slashed;
        self.apply_lost(next, refund, now)?;
        Ok(reputation)
    }

    fn apply_lost(&mut self, next: &TaskView<[u8; 32]>, refund: &RefundPayout, now: Moment) -> Result<()> {
        self.run.decided_at = now;
        self.run.invariant()?;
        self.task.apply(next)?;
        self.task.escrow = refund.kept.get();
        self.task.invariant()
    }

    #[inline(never)]
    fn pay_refund(&self, refund: &RefundPayout, outcome: RunOutcome) -> Result<Box<TaskSettled>> {
        let money = self.money()?;
        let mut settled = self.settled(outcome);
        settled.cranker_paid = self.pay_cranker(&money, refund.cranker.get())?;
        settled.requester_refunded = money.pay_leg(&self.requester_leg(), &self.unclaimed(), refund.requester.get())?;
        Ok(settled)
    }

    /// Pays the parts of the provider's lock. What a winner's vault cannot receive is sunk.
    #[inline(never)]
    fn share_lock(
        &self,
        shares: &LockShares,
        audits: &mut [PassedAudit<'info>],
        settled: &mut TaskSettled,
    ) -> Result<()> {
        let signer = ProviderSigner::new(&self.provider);
        let seeds = signer.seeds();
        let owner = self.provider.as_ref().as_ref();
        let source = Source { vault: self.stake_vault.as_ref(), owner, signer: &seeds };
        let mover = Mover::new(self.mint.as_ref())?;
        let unclaimed = self.unclaimed();
        let mut sunk = shares.sink;
        if let Some(dispute) = self.run.refuted_by() {
            let (vault, amount) = (self.bond_vault(&dispute)?, shares.challenger);
            if payable(vault, &self.market, &dispute) {
                mover.pay(source.vault, vault, source.owner, source.signer, amount)?;
                settled.challengers_paid.push(Payment { owner: dispute, amount, kept: false });
            } else {
                sunk = sunk.checked_add(amount).ok_or(TesseraError::Overflow)?;
            }
        }
        for (winner, amount) in &shares.auditors {
            let passed = audits.iter_mut().find(|passed| passed.audit.verifier == *winner);
            let passed = passed.ok_or(TesseraError::WinnersMissing)?;
            if !payable(passed.vault, &self.market, winner) {
                sunk = sunk.checked_add(*amount).ok_or(TesseraError::Overflow)?;
                continue;
            }
            let stake = passed.verifier.stake().credit((*amount).into()).map_err(TesseraError::from)?;
            passed.verifier.stake = stake.into();
            passed.verifier.invariant()?;
            mover.pay(source.vault, passed.vault, source.owner, source.signer, *amount)?;
            settled.challengers_paid.push(Payment { owner: *winner, amount: *amount, kept: false });
        }
        settled.slashed = self.run.lock;
        settled.requester_compensated = pay_leg(&mover, &source, &self.requester_leg(), &unclaimed, shares.requester)?;
        settled.sunk = sunk;
        self.drain().pay(&mover, &source, &unclaimed, sunk)
    }
}
