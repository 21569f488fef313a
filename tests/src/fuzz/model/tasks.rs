use anchor_lang::prelude::Pubkey;
use tessera::addresses::run_address;
use tessera::errors::TesseraError;
use tessera::hashes::seal_hash;
use tessera::state::{
    BackendKind, Differing, Draw, LAYOUT_VERSION, Moment, Provider, Run, RunState, Slot, SlotState, Task, Terms,
};
use tessera_rules::{
    Backend, Capabilities, ClaimTerms, Claimant, TaskView, audit_rate, plan_claim, plan_release, plan_reveal,
    plan_seal, plan_submit,
};

use super::{Fate, Model, Refused};
use crate::fuzz::calls::root_of;
use crate::fuzz::scene::Scene;
use crate::svm::{LOCATOR, OUTPUT_ID, RunRef, SALT};

/// Writes a view back: what the rules said, and who has which slot.
pub(super) fn put(task: &mut Task, next: &TaskView<[u8; 32]>) {
    task.state = next.state.into();
    task.reveal_from = next.reveal_from.map_or(Moment { unix: 0, slot: 0 }, Into::into);
    task.audit_until = next.audit_until.into();
    task.challenge_until = next.challenge_until.into();
    task.decision = next.decision.into();
    for (slot, next) in task.slots.iter_mut().zip(next.slots) {
        slot.state = next.state.into();
        slot.root = next.root;
        slot.agreeing = next.agreeing;
        slot.differing = next.differing;
        if slot.state == SlotState::Free {
            slot.provider = Pubkey::default();
        }
    }
}

/// The slot of a provider.
pub(super) fn slot_of(task: &Task, provider: &Pubkey) -> Fate<usize> {
    let taken = |slot: &Slot| slot.state != SlotState::Free && slot.provider == *provider;
    task.slots.iter().position(taken).ok_or(TesseraError::WrongRun.into())
}

impl Model {
    pub(super) fn claim(&mut self, scene: &Scene, task: u8, by: u8, stale_terms: bool) -> Fate {
        let RunRef { key, task: target, provider: staker } = scene.run(task, by);
        let now = self.now;
        let account = self.task(&target.key)?.clone();
        let provider = self.provider(&staker.provider)?.clone();
        let market = self.market(&account.terms.market)?.clone();
        if stale_terms {
            return Err(TesseraError::TermsChanged.into());
        }
        let terms = &account.terms;
        let created = tessera_rules::Moment { unix: terms.created_at, slot: terms.created_slot };
        let facts = ClaimTerms {
            reward: terms.reward.into(),
            run_lock: terms.run_lock.into(),
            requirements: terms.requirements.into(),
            named_only: terms.named_only,
            exclusive_until: created.after(terms.windows.exclusive_seconds)?,
            paused: market.paused,
        };
        let claimant = Claimant {
            active: provider.is_active(),
            compute: provider.roles.compute,
            same_market: provider.market == terms.market,
            excluded: account.excluded.contains(&staker.provider),
            has_slot: slot_of(&account, &staker.provider).is_ok(),
            listed: terms.shortlist.contains(&staker.provider),
            capabilities: capabilities(&provider),
            active_runs: provider.active_runs,
            max_runs: provider.max_runs,
            price_floor: provider.price_floor.into(),
        };
        let step = plan_claim(&account.view(), &facts, &claimant, now.into())?;
        let provider = self.provider(&staker.provider)?;
        provider.stake = provider.stake().lock(step.lock)?.into();
        provider.active_runs += 1;
        provider.runs_unclosed += 1;
        let task = self.task(&target.key)?;
        put(task, &step.task);
        task.slots[step.slot].provider = staker.provider;
        task.runs_open += 1;
        let new = Run {
            version: LAYOUT_VERSION,
            bump: run_address(&target.key, &staker.provider).1,
            market: account.terms.market,
            task: target.key,
            provider: staker.provider,
            authority: staker.authority,
            state: RunState::Claimed,
            lock: step.lock.get(),
            seal: [0; 32],
            output_root: [0; 32],
            output_id: [0; 32],
            trace_root: [0; 32],
            claimed_at: now,
            execute_until: step.execute_until.into(),
            submitted_at: Moment { unix: 0, slot: 0 },
            decided_at: Moment { unix: 0, slot: 0 },
            verify_stake: 0,
            audit_rate_bps: 0,
            draw_slot: 0,
            forced: 0,
            audits_open: 0,
            earning: 0,
            open_disputes: 0,
            differed: [Differing::NONE; 2],
            refuted_by: Pubkey::default(),
            refuted_bond_bump: 0,
            refuted_with_auditor: false,
            reserved: [0; 30],
            draw: Draw::Pending,
            winners: None,
            output_locator: String::new(),
        };
        match self.accounts.runs.insert(key, new) {
            None => Ok(()),
            Some(_) => Err(Refused::Code(0)),
        }
    }

    pub(super) fn release(&mut self, scene: &Scene, task: u8, run: u8) -> Fate {
        let RunRef { key, task: target, provider: staker } = scene.run(task, run);
        let (account, run) = self.task_and_run(&target.key, &key)?;
        let slot = slot_of(&account, &staker.provider)?;
        let next = plan_release(&account.view(), slot, run.claimed_at.into(), self.now.into())?;
        let provider = self.provider(&staker.provider)?;
        provider.stake = provider.stake().release(run.lock.into())?.into();
        provider.active_runs -= 1;
        provider.runs_unclosed -= 1;
        let task = self.task(&target.key)?;
        put(task, &next);
        task.excluded.push(staker.provider);
        task.runs_open -= 1;
        self.accounts.runs.remove(&key);
        Ok(())
    }

    pub(super) fn seal(&mut self, scene: &Scene, task: u8, run: u8, root: u8, as_of: u8) -> Fate {
        let RunRef { key, task: target, provider: staker } = scene.run(task, run);
        let (account, run) = self.task_and_run(&target.key, &key)?;
        let slot = slot_of(&account, &staker.provider)?;
        let next = plan_seal(&account.view(), slot, run.execute_until.into(), self.now.into())?;
        put(self.task(&target.key)?, &next);
        let run = self.run(&key)?;
        run.state = RunState::Sealed;
        run.seal = seal_hash(&target.key, &scene.staker(as_of).provider, &root_of(root), &SALT);
        Ok(())
    }

    pub(super) fn reveal(&mut self, scene: &Scene, task: u8, run: u8, root: u8) -> Fate {
        let RunRef { key, task: target, provider: staker } = scene.run(task, run);
        let (account, run) = self.task_and_run(&target.key, &key)?;
        if run.state != RunState::Sealed {
            return Err(TesseraError::WrongRunState.into());
        }
        let root = root_of(root);
        if seal_hash(&target.key, &staker.provider, &root, &SALT) != run.seal {
            return Err(TesseraError::SealWrong.into());
        }
        let slot = slot_of(&account, &staker.provider)?;
        let next = plan_reveal(&account.view(), slot, Some(root), self.now.into())?;
        put(self.task(&target.key)?, &next);
        self.show(&key, &account.terms, root)
    }

    pub(super) fn submit(&mut self, scene: &Scene, task: u8, run: u8, root: u8) -> Fate {
        let RunRef { key, task: target, provider: staker } = scene.run(task, run);
        let (account, run) = self.task_and_run(&target.key, &key)?;
        let slot = slot_of(&account, &staker.provider)?;
        let root = root_of(root);
        let next = plan_submit(&account.view(), slot, run.execute_until.into(), Some(root), self.now.into())?;
        put(self.task(&target.key)?, &next);
        self.show(&key, &account.terms, root)
    }

    /// A root becomes public: what draws its audits is pinned.
    fn show(&mut self, key: &Pubkey, terms: &Terms, root: [u8; 32]) -> Fate {
        let now = self.now;
        let verify_stake = self.market(&terms.market)?.verify_stake;
        let provider = self.run(key)?.provider;
        let reputation = self.provider(&provider)?.reputation;
        let run = self.run(key)?;
        run.state = RunState::Submitted;
        run.output_root = root;
        run.output_id = OUTPUT_ID;
        run.output_locator = LOCATOR.to_owned();
        run.submitted_at = now;
        run.verify_stake = verify_stake;
        run.audit_rate_bps = audit_rate(&reputation.into(), terms.audit_rate_bps.into(), terms.newcomer_weight).get();
        run.draw_slot = now.slot + u64::from(terms.draw_delay_slots);
        Ok(())
    }
}

fn capabilities(provider: &Provider) -> Capabilities {
    let has = provider.hardware;
    let score = tessera_rules::Reputation::from(provider.reputation).score();
    Capabilities {
        backend: if has.backend == BackendKind::Cuda { Backend::Cuda } else { Backend::Cpu },
        memory_mib: has.memory_mib,
        compute_capability: has.compute_capability,
        region: has.region,
        tier: has.tier,
        score: u32::try_from(score).unwrap_or(u32::MAX),
    }
}
