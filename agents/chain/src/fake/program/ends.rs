use tessera::errors::TesseraError;
use tessera::state::RunState;
use tessera_rules::{Ending, Outcome as End, SettleFacts, Settlement, SilentRun, TaskState, plan_expire, plan_settle};

use super::{Call, Outcome, take_over};
use crate::due::first_pair;
use crate::versioned::Versioned;

/// Where the program expects the audits of a settlement, after its own accounts.
const SETTLE_ACCOUNTS: usize = 26;

impl Call<'_> {
    /// Decides the run, closes the audits passed, and with them the run and the task.
    pub(super) fn task_settle(&self) -> Outcome {
        let (task_key, run_key, provider_key) = (self.key(3), self.key(5), self.key(6));
        let (mut task, mut run) = (self.task(task_key)?, self.run(run_key)?);
        let mut audits = Vec::new();
        for group in self.instruction.accounts.get(SETTLE_ACCOUNTS..).unwrap_or_default().chunks_exact(4) {
            let key = group[0].pubkey;
            audits.push(Versioned { key, slot: 0, data: self.audit(key)? });
        }
        let slot = task.slot_of(&run.provider)?;
        let pair_shown = run.winners.is_some() || first_pair(audits.iter()).is_some();
        let other_disputes = task.open_disputes.saturating_sub(run.open_disputes);
        let facts = SettleFacts { pair_shown, open_disputes: run.open_disputes, other_disputes };
        match plan_settle(&task.view(), slot, &facts, self.now.into())? {
            Settlement::Close(_) if audits.is_empty() => return Err(TesseraError::NothingToClose.into()),
            Settlement::Close(_) => {}
            Settlement::Decide { task: next, outcome, .. } => {
                take_over(&mut task, &next);
                run.decided_at = self.now;
                let mut provider = self.provider(provider_key)?;
                provider.active_runs = provider.active_runs.saturating_sub(1);
                let stake = provider.stake();
                let (state, stake) = match outcome {
                    End::Upheld => (RunState::Upheld, stake.release(run.lock.into())?),
                    End::Void => (RunState::Void, stake.release(run.lock.into())?),
                    End::Slashed => (RunState::Slashed, stake.slash(run.lock.into())?),
                };
                (run.state, provider.stake) = (state, stake.into());
                self.chain.put_provider(provider_key, provider);
            }
        }
        for audit in &audits {
            self.chain.remove(audit.key);
            let mut verifier = self.provider(audit.verifier)?;
            verifier.stake = verifier.stake().release(audit.lock.into())?.into();
            verifier.active_audits = verifier.active_audits.saturating_sub(1);
            self.chain.put_provider(audit.verifier, verifier);
            run.audits_open = run.audits_open.saturating_sub(1);
        }
        if run.audits_open == 0 {
            let mut provider = self.provider(provider_key)?;
            provider.runs_unclosed = provider.runs_unclosed.saturating_sub(1);
            self.chain.put_provider(provider_key, provider);
            self.chain.remove(run_key);
            task.runs_open = task.runs_open.saturating_sub(1);
        } else {
            self.chain.put_run(run_key, run);
        }
        if task.runs_open == 0 && !TaskState::from(task.state).holds_funds() {
            self.chain.remove(task_key);
        } else {
            self.chain.put_task(task_key, task);
        }
        Ok(())
    }

    /// Ends a silence.
    pub(super) fn task_expire(&self) -> Outcome {
        let (task_key, run_key) = (self.key(3), self.key(9));
        let mut task = self.task(task_key)?;
        let run = if run_key == tessera::ID { None } else { Some(self.run(run_key)?) };
        let silent = match &run {
            Some(run) => {
                Some(SilentRun { slot: task.slot_of(&run.provider)?, execute_until: run.execute_until.into() })
            }
            None => None,
        };
        let step = plan_expire(&task.view(), silent, self.now.into())?;
        take_over(&mut task, &step.task);
        if let Some(run) = run {
            let mut provider = self.provider(run.provider)?;
            let stake = provider.stake();
            provider.stake = if step.ending == Ending::NoShow {
                task.excluded.push(run.provider);
                stake.slash_liveness(run.lock.into(), task.terms.no_show_slash.into())?.0.into()
            } else {
                stake.slash(run.lock.into())?.into()
            };
            self.close_run(run_key, &mut task, &mut provider);
            self.chain.put_provider(run.provider, provider);
        }
        if step.is_final() {
            self.chain.remove(task_key);
        } else {
            self.chain.put_task(task_key, task);
        }
        Ok(())
    }
}
