use anchor_lang::prelude::*;
use tessera_rules::{AuditEnd, AuditPayout, Outcome, audit_end, audit_payout, audit_share};

use super::{PassedAudit, Source, close_account, rent_receiver};
use crate::ID;
use crate::errors::TesseraError;
use crate::events::{AuditClosed, Payment, TaskClosed};
use crate::instructions::TaskSettle;
use crate::signers::ProviderSigner;
use crate::token_account::payable;
use crate::tokens::Mover;

impl<'info> TaskSettle<'info> {
    /// Ends the locks of the audits passed, and pays what they won or lost. The accounts are closed by
    /// [`TaskSettle::finish`].
    #[inline(never)]
    pub(crate) fn close_audits(
        &mut self,
        outcome: Outcome,
        audits: &mut [PassedAudit<'info>],
    ) -> Result<Vec<AuditClosed>> {
        let mut closed = Vec::with_capacity(audits.len());
        if audits.is_empty() {
            return Ok(closed);
        }
        for passed in audits {
            closed.push(self.close_audit(outcome, passed)?);
        }
        self.run.invariant()?;
        Ok(closed)
    }

    #[inline(never)]
    fn close_audit(&mut self, outcome: Outcome, passed: &mut PassedAudit<'info>) -> Result<AuditClosed> {
        let end = audit_end(outcome, passed.audit.standing(self.run.decided_at));
        let silence = self.task.terms.silence_bps.into();
        let payout = audit_payout(end, passed.audit.lock.into(), silence).map_err(TesseraError::from)?;
        self.run.audits_open = self.run.audits_open.checked_sub(1).ok_or(TesseraError::Invariant)?;
        passed.end_lock(&payout)?;
        let (provider_paid, sunk) = self.pay_lost_lock(&payout, passed)?;
        let paid = if end == AuditEnd::Rewarded { self.pay_reward(passed)? } else { 0 };
        passed.verifier.close_audit()?;
        passed.verifier.invariant()?;
        passed.verifier.exit(&ID)?;
        Ok(AuditClosed {
            task: self.task.key(),
            run: self.run.key(),
            audit: passed.audit.key(),
            verifier: passed.audit.verifier,
            state: passed.audit.state,
            paid,
            released: payout.released.get(),
            provider_paid: Payment { owner: self.run.provider, amount: provider_paid, kept: false },
            sunk,
        })
    }

    /// Pays an earning audit its share. Where the verifier's vault cannot receive, the share goes back to the requester.
    #[inline(never)]
    fn pay_reward(&mut self, passed: &mut PassedAudit<'info>) -> Result<u64> {
        let all = self.task.terms.audit_reward.checked_add(self.run.forced).ok_or(TesseraError::Overflow)?;
        let share = audit_share(all.into(), self.run.earning).get();
        self.task.owed = self.task.owed.checked_sub(share).ok_or(TesseraError::Invariant)?;
        self.task.pay_out(share)?;
        if !payable(passed.vault, &self.market, &passed.audit.verifier) {
            self.money()?.pay_leg(&self.requester_leg(), &self.unclaimed(), share)?;
            return Ok(0);
        }
        passed.verifier.stake = passed.verifier.stake().credit(share.into()).map_err(TesseraError::from)?.into();
        self.money()?.pay(passed.vault, share)?;
        Ok(share)
    }

    /// Pays what an audit's lock lost: to the provider, or into the sink, which also takes what the provider's vault cannot.
    /// Returns both.
    #[inline(never)]
    fn pay_lost_lock(&mut self, payout: &AuditPayout, passed: &PassedAudit<'info>) -> Result<(u64, u64)> {
        let (mut provider, mut sink) = (payout.provider.get(), payout.sink.get());
        if provider > 0 && !payable(self.stake_vault.as_ref(), &self.market, &self.run.provider) {
            sink = sink.checked_add(provider).ok_or(TesseraError::Overflow)?;
            provider = 0;
        }
        if provider == 0 && sink == 0 {
            return Ok((0, 0));
        }
        let stake = self.provider.stake().credit(provider.into()).map_err(TesseraError::from)?;
        self.provider.stake = stake.into();
        let signer = ProviderSigner::new(&passed.verifier);
        let seeds = signer.seeds();
        let source = Source { vault: passed.vault, owner: passed.verifier.as_ref().as_ref(), signer: &seeds };
        let mover = Mover::new(self.mint.as_ref())?;
        mover.pay(source.vault, self.stake_vault.as_ref(), source.owner, source.signer, provider)?;
        self.drain().pay(&mover, &source, &self.unclaimed(), sink)?;
        Ok((provider, sink))
    }

    /// Closes the audits passed and, with the last one, the run; with the last run, the vault and the task. Lamports move
    /// last: a call to another program in between would see sums that do not match.
    #[inline(never)]
    pub(crate) fn finish(&mut self, dust: u64, audits: &[PassedAudit<'info>]) -> Result<Option<TaskClosed>> {
        let cranker = self.cranker.to_account_info();
        let last_audit = self.run.audits_open == 0;
        if last_audit {
            self.task.close_run()?;
            self.provider.close_run()?;
        }
        self.provider.invariant()?;
        let over = self.task.runs_open == 0 && !tessera_rules::TaskState::from(self.task.state).holds_funds();
        if over {
            require!(self.task.escrow == 0 && self.task.owed == 0, TesseraError::Invariant);
            let money = self.money()?;
            self.drain().sweep(&money, &self.requester_leg(), &self.unclaimed(), dust)?;
            money.close(rent_receiver(self.requester.as_ref(), &cranker))?;
        } else {
            self.task.invariant()?;
        }
        for passed in audits {
            close_account(passed.audit.as_ref(), passed.wallet, &cranker)?;
        }
        if last_audit {
            close_account(self.run.as_ref(), self.run_authority.as_ref(), &cranker)?;
        }
        if over {
            close_account(self.task.as_ref(), self.requester.as_ref(), &cranker)?;
        }
        Ok(over.then(|| TaskClosed { task: self.task.key(), dust }))
    }
}

impl PassedAudit<'_> {
    /// Frees the part of the audit's lock that is kept, and takes the rest away.
    fn end_lock(&mut self, payout: &AuditPayout) -> Result<()> {
        let lost = payout.provider.plus(payout.sink).map_err(TesseraError::from)?;
        let stake = self.verifier.stake().release(payout.released).and_then(|stake| stake.slash(lost));
        self.verifier.stake = stake.map_err(TesseraError::from)?.into();
        Ok(())
    }
}
