use tessera::errors::TesseraError;
use tessera::hashes::seal_hash;
use tessera::instruction as data;
use tessera::state::{BackendKind, Market, Provider, ProviderStatus, Run, RunState, Task};
use tessera_rules::{
    Backend, Capabilities, ClaimTerms, Claimant, audit_rate, plan_claim, plan_release, plan_reveal, plan_seal,
    plan_submit,
};

use super::{Call, Outcome, Refused, take_over};
use crate::fake::fixture;
use crate::world::Account;

impl Call<'_> {
    fn market(&self, place: usize) -> Result<Market, Refused> {
        self.stored(self.key(place), "market", |account| match account {
            Account::Market(market) => Some((**market).clone()),
            _ => None,
        })
    }

    pub(super) fn task_claim(&self) -> Outcome {
        let (provider_key, task_key, run_key) = (self.key(2), self.key(3), self.key(4));
        let (mut task, mut provider) = (self.task(task_key)?, self.provider(provider_key)?);
        let args: data::TaskClaim = self.args()?;
        if args.terms_hash != task.terms_hash {
            return Err(TesseraError::TermsChanged.into());
        }
        let terms = &task.terms;
        let created = tessera_rules::Moment { unix: terms.created_at, slot: terms.created_slot };
        let facts = ClaimTerms {
            reward: terms.reward.into(),
            run_lock: terms.run_lock.into(),
            requirements: terms.requirements.into(),
            named_only: terms.named_only,
            exclusive_until: created.after(terms.windows.exclusive_seconds)?,
            paused: self.market(1)?.paused,
        };
        let by = Claimant {
            active: provider.status == ProviderStatus::Active,
            compute: provider.roles.compute,
            same_market: provider.market == terms.market,
            excluded: task.excluded.contains(&provider_key),
            has_slot: task.slot_of(&provider_key).is_ok(),
            listed: terms.shortlist.contains(&provider_key),
            capabilities: capabilities(&provider),
            active_runs: provider.active_runs,
            max_runs: provider.max_runs,
            price_floor: provider.price_floor.into(),
        };
        let step = plan_claim(&task.view(), &facts, &by, self.now.into())?;
        provider.stake = provider.stake().lock(step.lock)?.into();
        (provider.active_runs, provider.runs_unclosed) = (step.active_runs, provider.runs_unclosed + 1);
        take_over(&mut task, &step.task);
        task.slots[step.slot].provider = provider_key;
        task.runs_open += 1;
        let mut run = fixture::run(task.terms.market, task_key, provider_key, self.key(0));
        (run.lock, run.claimed_at, run.execute_until) = (step.lock.get(), self.now, step.execute_until.into());
        self.chain.put_provider(provider_key, provider);
        self.chain.put_task(task_key, task);
        self.chain.put_run(run_key, run);
        Ok(())
    }

    pub(super) fn run_release(&self) -> Outcome {
        let (provider_key, task_key, run_key) = (self.key(1), self.key(2), self.key(3));
        let (mut task, run) = (self.task(task_key)?, self.run(run_key)?);
        let next = plan_release(&task.view(), task.slot_of(&provider_key)?, run.claimed_at.into(), self.now.into())?;
        let mut provider = self.provider(provider_key)?;
        provider.stake = provider.stake().release(run.lock.into())?.into();
        take_over(&mut task, &next);
        task.excluded.push(provider_key);
        self.close_run(run_key, &mut task, &mut provider);
        self.chain.put_provider(provider_key, provider);
        self.chain.put_task(task_key, task);
        Ok(())
    }

    pub(super) fn run_seal(&self) -> Outcome {
        let (task_key, run_key) = (self.key(1), self.key(2));
        let (mut task, mut run) = (self.task(task_key)?, self.run(run_key)?);
        let args: data::RunSeal = self.args()?;
        if args.terms_hash != task.terms_hash {
            return Err(TesseraError::TermsChanged.into());
        }
        let slot = task.slot_of(&run.provider)?;
        let next = plan_seal(&task.view(), slot, run.execute_until.into(), self.now.into())?;
        take_over(&mut task, &next);
        (run.state, run.seal) = (RunState::Sealed, args.seal);
        self.chain.put_task(task_key, task);
        self.chain.put_run(run_key, run);
        Ok(())
    }

    pub(super) fn run_reveal(&self) -> Outcome {
        let (task_key, run_key) = (self.key(3), self.key(4));
        let (mut task, mut run) = (self.task(task_key)?, self.run(run_key)?);
        let args = self.args::<data::RunReveal>()?.args;
        if seal_hash(&task_key, &run.provider, &args.output_root, &args.salt) != run.seal {
            return Err(TesseraError::SealWrong.into());
        }
        let slot = task.slot_of(&run.provider)?;
        let next = plan_reveal(&task.view(), slot, Some(args.output_root), self.now.into())?;
        take_over(&mut task, &next);
        (run.output_root, run.output_id, run.output_locator) = (args.output_root, args.output_id, args.output_locator);
        self.show(task, run)
    }

    pub(super) fn run_submit(&self) -> Outcome {
        let (task_key, run_key) = (self.key(3), self.key(4));
        let (mut task, mut run) = (self.task(task_key)?, self.run(run_key)?);
        let args = self.args::<data::RunSubmit>()?.args;
        if args.terms_hash != task.terms_hash {
            return Err(TesseraError::TermsChanged.into());
        }
        let slot = task.slot_of(&run.provider)?;
        let until = run.execute_until.into();
        let next = plan_submit(&task.view(), slot, until, Some(args.output_root), self.now.into())?;
        take_over(&mut task, &next);
        (run.output_root, run.output_id, run.output_locator) = (args.output_root, args.output_id, args.output_locator);
        self.show(task, run)
    }

    /// Pins what draws the audits of a run whose root is shown now; its accounts stand where submissions have them.
    fn show(&self, task: Task, mut run: Run) -> Outcome {
        let (market, provider) = (self.market(1)?, self.provider(self.key(2))?);
        let base = task.terms.audit_rate_bps.into();
        run.audit_rate_bps = audit_rate(&provider.reputation.into(), base, task.terms.newcomer_weight).get();
        (run.state, run.submitted_at, run.verify_stake) = (RunState::Submitted, self.now, market.verify_stake);
        run.draw_slot = self.now.slot + u64::from(task.terms.draw_delay_slots);
        self.chain.put_task(self.key(3), task);
        self.chain.put_run(self.key(4), run);
        Ok(())
    }

    /// Closes a run's account.
    pub(super) fn close_run(&self, run: anchor_lang::prelude::Pubkey, task: &mut Task, provider: &mut Provider) {
        task.runs_open = task.runs_open.saturating_sub(1);
        provider.active_runs = provider.active_runs.saturating_sub(1);
        provider.runs_unclosed = provider.runs_unclosed.saturating_sub(1);
        self.chain.remove(run);
    }
}

fn capabilities(provider: &Provider) -> Capabilities {
    let hardware = provider.hardware;
    Capabilities {
        backend: match hardware.backend {
            BackendKind::Cpu => Backend::Cpu,
            BackendKind::Cuda => Backend::Cuda,
        },
        memory_mib: hardware.memory_mib,
        compute_capability: hardware.compute_capability,
        region: hardware.region,
        tier: hardware.tier,
        score: u32::try_from(tessera_rules::Reputation::from(provider.reputation).score()).unwrap_or(u32::MAX),
    }
}
