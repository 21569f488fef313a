use anchor_lang::prelude::*;
use tessera_rules::{AuditEnd, Outcome, audit_end};

use super::{PassedAudit, TaskMoney, close_account, rent_receiver};
use crate::ID;
use crate::errors::TesseraError;
use crate::events::AuditClosed;
use crate::instructions::TaskSettle;
use crate::signers::ProviderSigner;
use crate::state::Provider;
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
        for passed in audits {
            closed.push(self.close_audit(outcome, passed)?);
        }
        self.run.invariant()?;
        self.task.invariant()?;
        self.provider.invariant()?;
        Ok(closed)
    }

    #[inline(never)]
    fn close_audit(&mut self, outcome: Outcome, passed: &mut PassedAudit<'info>) -> Result<AuditClosed> {
        let first = self.run.first_agreeing == Some(passed.audit.verifier);
        let end = audit_end(outcome, passed.audit.verdict.into(), first);
        self.run.audits_open = self.run.audits_open.checked_sub(1).ok_or(TesseraError::Invariant)?;
        let lock = passed.audit.lock;
        let (paid, slashed) = match end {
            AuditEnd::Released => {
                passed.release(0)?;
                (0, 0)
            }
            AuditEnd::Rewarded => {
                let reward = self.task.terms.audit_reward;
                passed.release(reward)?;
                self.task.pay_out(reward)?;
                TaskMoney::new(&self.task, &self.task_vault, &self.mint).pay(passed.vault, reward)?;
                (reward, 0)
            }
            AuditEnd::LostToProvider => {
                passed.lose()?;
                let stake = self.provider.stake().credit(lock.into()).map_err(TesseraError::from)?;
                self.provider.stake = stake.into();
                let signer = ProviderSigner::new(&passed.verifier);
                let owner = passed.verifier.as_ref().as_ref();
                let to = self.stake_vault.as_ref();
                Mover::new(&self.mint).pay(passed.vault, to, owner, &signer.seeds(), lock)?;
                (0, lock)
            }
            AuditEnd::LostToSink => {
                passed.lose()?;
                let signer = ProviderSigner::new(&passed.verifier);
                self.sink(passed.vault, passed.verifier.as_ref().as_ref(), &signer, lock)?;
                (0, lock)
            }
        };
        passed.verifier.exit(&ID)?;
        Ok(AuditClosed {
            task: self.task.key(),
            run: self.run.key(),
            audit: passed.audit.key(),
            verifier: passed.audit.verifier,
            verdict: passed.audit.verdict,
            paid,
            slashed,
        })
    }

    /// Closes the audits passed and, with the last one, the run, the vault and the task. Lamports move last: a call to
    /// another program in between would see sums that do not match.
    #[inline(never)]
    pub(crate) fn finish(&mut self, dust: u64, audits: &[PassedAudit<'info>]) -> Result<()> {
        let cranker = self.cranker.to_account_info();
        let last_audit = self.run.audits_open == 0;
        if last_audit {
            self.task.runs_open = self.task.runs_open.checked_sub(1).ok_or(TesseraError::Invariant)?;
        }
        let last_run = self.task.runs_open == 0;
        if last_run {
            require_eq!(self.task.escrow, 0, TesseraError::Invariant);
            let money = TaskMoney::new(&self.task, &self.task_vault, &self.mint);
            money.pay(self.insurance_vault.as_ref(), dust)?;
            money.close(rent_receiver(self.requester.as_ref(), &cranker))?;
        }
        for passed in audits {
            close_account(passed.audit.as_ref(), passed.wallet, &cranker)?;
        }
        if last_audit {
            close_account(self.run.as_ref(), self.run_authority.as_ref(), &cranker)?;
        }
        if last_run {
            close_account(self.task.as_ref(), self.requester.as_ref(), &cranker)?;
        }
        Ok(())
    }
}

impl PassedAudit<'_> {
    /// Frees the audit's lock and adds a reward.
    fn release(&mut self, reward: u64) -> Result<()> {
        let stake = self
            .verifier
            .stake()
            .release(self.audit.lock.into())
            .and_then(|stake| stake.credit(reward.into()))
            .map_err(TesseraError::from)?;
        self.verifier.stake = stake.into();
        self.verifier.invariant()
    }

    /// Takes the audit's lock away.
    fn lose(&mut self) -> Result<()> {
        let stake = self.verifier.stake().slash(self.audit.lock.into()).map_err(TesseraError::from)?;
        self.verifier.stake = stake.into();
        self.verifier.invariant()
    }
}

impl Provider {
    /// One run fewer is open.
    pub(crate) fn end_run(&mut self) -> Result<()> {
        self.active_runs = self.active_runs.checked_sub(1).ok_or(TesseraError::Invariant)?;
        Ok(())
    }
}
