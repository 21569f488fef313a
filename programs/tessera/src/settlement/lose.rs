use anchor_lang::prelude::*;
use tessera_rules::{RefundPayout, SlashPayout, TaskView, lost_refund, slash_payout};

use super::{Decided, PassedAudit, Source, pay_leg};
use crate::errors::TesseraError;
use crate::events::{Because, Payment, ReputationChanged, RunOutcome, TaskSettled};
use crate::instructions::TaskSettle;
use crate::signers::ProviderSigner;
use crate::state::{Decision, Moment, RunState, Winners};
use crate::token_account::payable;
use crate::tokens::Mover;

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
        let winners = self.winners(next, pair);
        let shares = self.task.terms.slash.into();
        let slashed = slash_payout(self.run.lock.into(), &shares, winners.len()).map_err(TesseraError::from)?;
        let reputation = self.apply_slash(next, &refund, now)?;
        let mut settled = self.pay_refund(&refund, RunOutcome::Slashed)?;
        self.share_lock(&slashed, &winners, audits, &mut settled)?;
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
        slashed: &SlashPayout,
        winners: &[Pubkey],
        audits: &mut [PassedAudit<'info>],
        settled: &mut TaskSettled,
    ) -> Result<()> {
        let signer = ProviderSigner::new(&self.provider);
        let seeds = signer.seeds();
        let owner = self.provider.as_ref().as_ref();
        let source = Source { vault: self.stake_vault.as_ref(), owner, signer: &seeds };
        let mover = Mover::new(self.mint.as_ref())?;
        let unclaimed = self.unclaimed();
        let mut sunk = slashed.sink.get();
        for (winner, amount) in winners.iter().zip([slashed.first_auditor, slashed.second_auditor]) {
            let passed = audits.iter_mut().find(|passed| passed.audit.verifier == *winner);
            let passed = passed.ok_or(TesseraError::WinnersMissing)?;
            if !payable(passed.vault, &self.market, winner) {
                sunk = sunk.checked_add(amount.get()).ok_or(TesseraError::Overflow)?;
                continue;
            }
            let stake = passed.verifier.stake().credit(amount).map_err(TesseraError::from)?;
            passed.verifier.stake = stake.into();
            passed.verifier.invariant()?;
            mover.pay(source.vault, passed.vault, source.owner, source.signer, amount.get())?;
            settled.challengers_paid.push(Payment { owner: *winner, amount: amount.get(), kept: false });
        }
        settled.slashed = self.run.lock;
        settled.requester_compensated =
            pay_leg(&mover, &source, &self.requester_leg(), &unclaimed, slashed.requester.get())?;
        settled.sunk = sunk;
        self.drain().pay(&mover, &source, &unclaimed, sunk)
    }
}
