use tessera::errors::TesseraError;
use tessera::state::{AuditState, Task};
use tessera_rules::{AuditEnd, AuditStanding, Outcome, audit_end, audit_payout, audit_share};

use super::settle::Settling;
use super::{Fate, Model, fits};
use crate::svm::Staker;

/// Whether nothing of a task's escrow is undecided any more.
pub(super) fn is_over(task: &Task) -> bool {
    !tessera_rules::TaskState::from(task.state).holds_funds()
}

impl Model {
    pub(super) fn close_audit(&mut self, at: &Settling<'_>, outcome: Outcome, by: &Staker) -> Fate {
        let audit = self.audit(&at.audit_key(by))?.clone();
        let (task, run) = self.task_and_run(&at.run.task.key, &at.run.key)?;
        let standing = match audit.state {
            AuditState::Claimed if audit.answer_until.passed(run.decided_at) => AuditStanding::Silent,
            AuditState::Claimed => AuditStanding::Unanswered,
            AuditState::Agreed { .. } if audit.opened.both() => AuditStanding::Proven,
            AuditState::Agreed { .. } => AuditStanding::Agreed,
            AuditState::Differs { .. } => AuditStanding::Differed,
        };
        let end = audit_end(outcome, standing);
        let payout = audit_payout(end, audit.lock.into(), task.terms.silence_bps.into())?;
        self.run(&at.run.key)?.audits_open -= 1;
        let account = self.provider(&by.provider)?;
        let lost = payout.provider.plus(payout.sink)?;
        account.stake = account.stake().release(payout.released)?.slash(lost)?.into();
        account.active_audits -= 1;
        let executor = at.run.provider;
        let (mut to_provider, mut sunk) = (payout.provider.get(), payout.sink.get());
        if to_provider > 0 && !self.payable(&executor.vault, &executor.provider) {
            sunk += to_provider;
            to_provider = 0;
        }
        let provider = self.provider(&executor.provider)?;
        provider.stake = provider.stake().credit(to_provider.into())?.into();
        self.pay(&by.vault, &executor.vault, to_provider)?;
        self.drain(at, task.terms.sink, &by.vault, sunk)?;
        if end == AuditEnd::Rewarded {
            let all = fits(task.terms.audit_reward.checked_add(run.forced))?;
            self.reward(at, by, audit_share(all.into(), run.earning).get())?;
        }
        self.accounts.audits.remove(&at.audit_key(by));
        Ok(())
    }

    fn reward(&mut self, at: &Settling<'_>, by: &Staker, share: u64) -> Fate {
        let task = self.task(&at.run.task.key)?;
        task.owed -= share;
        task.escrow -= share;
        if !self.payable(&by.vault, &by.provider) {
            return self.pay_leg(&at.run.task.vault, &at.requester_leg(), at.unclaimed, share);
        }
        let account = self.provider(&by.provider)?;
        account.stake = account.stake().credit(share.into())?.into();
        self.pay(&at.run.task.vault, &by.vault, share)
    }

    /// The run goes with its last audit, the task with its last run.
    pub(super) fn finish(&mut self, at: &Settling<'_>, dust: u64) -> Fate {
        let (key, vault) = (at.run.task.key, at.run.task.vault);
        if self.run(&at.run.key)?.audits_open == 0 {
            self.accounts.runs.remove(&at.run.key);
            self.task(&key)?.runs_open -= 1;
            self.provider(&at.run.provider.provider)?.runs_unclosed -= 1;
        }
        let task = self.task(&key)?.clone();
        if task.runs_open > 0 || !is_over(&task) {
            return Ok(());
        }
        if task.escrow != 0 {
            return Err(TesseraError::Invariant.into());
        }
        self.sweep_dust(at, dust)?;
        self.close_vault(&vault)?;
        self.accounts.tasks.remove(&key);
        Ok(())
    }

    /// What strangers sent to a task's vault is insured, or goes along with the refund.
    pub(super) fn sweep_dust(&mut self, at: &Settling<'_>, dust: u64) -> Fate {
        let vault = at.run.task.vault;
        if self.payable(&at.insurance, &at.market) {
            self.pay(&vault, &at.insurance, dust)
        } else {
            self.pay_leg(&vault, &at.requester_leg(), at.unclaimed, dust)
        }
    }
}
