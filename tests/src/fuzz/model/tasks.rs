use anchor_lang::prelude::Pubkey;
use tessera::addresses::{run_address, task_address, task_vault_address};
use tessera::errors::TesseraError;
use tessera::hashes::seal_hash;
use tessera::instructions::TaskCreateArgs;
use tessera::state::{
    BackendKind, Deadline, Decision, Differing, Draw, LAYOUT_VERSION, Market, Moment, Policy, Provider, Requirements,
    Run, RunState, Slot, SlotState, Task, TaskState, Terms,
};
use tessera_rules::{
    Assignment, Backend, Capabilities, ClaimTerms, Claimant, TaskView, audit_rate, locks_for, plan_cancel, plan_claim,
    plan_release, plan_reveal, plan_seal, plan_submit, validate_shortlist,
};

use super::{Fate, Model, Refused, fits};
use crate::fuzz::calls::root_of;
use crate::fuzz::scene::Scene;
use crate::fuzz::step::Spec;
use crate::svm::{LOCATOR, OUTPUT_ID, RunRef, SALT, redundant_args, task_args};

/// The arguments of a specification.
pub(crate) fn create_args(scene: &Scene, market: u8, spec: &Spec) -> TaskCreateArgs {
    let base = if spec.runs == 0 { task_args() } else { redundant_args(spec.runs) };
    let first = usize::from(market) * 7;
    let listed = scene.stakers[first..first + 3].iter().map(|staker| staker.provider);
    let mut args = TaskCreateArgs {
        reward: spec.reward,
        audit_reward: spec.audit_reward,
        crank_bounty: spec.bounty,
        named_only: spec.listed >= 2,
        waive_window: spec.listed == 3,
        shortlist: if spec.listed == 0 { Vec::new() } else { listed.collect() },
        ..base
    };
    if spec.listed == 1 {
        args.windows.exclusive_seconds = 600;
        args.shortlist.truncate(2);
    }
    if !spec.grace {
        args.windows.grace_seconds = 0;
    }
    args.requirements = match spec.needs {
        0 => Requirements::NONE,
        1 => Requirements { min_memory_mib: 40_000, region: *b"DE", ..Requirements::NONE },
        2 => Requirements { region: *b"FR", ..Requirements::NONE },
        3 => Requirements { min_score: 600_000, ..Requirements::NONE },
        _ => Requirements { region: *b"de", ..Requirements::NONE },
    };
    match spec.spoilt {
        1 => args.graph_root = [0; 32],
        2 => args.op_count = 0,
        3 => args.output_count = 17,
        4 => args.manifest_locator.clear(),
        5 => args.windows.audit_seconds = 1,
        6 => args.windows.challenge_seconds = u32::MAX,
        7 => args.shortlist = vec![scene.stakers[0].provider; 2],
        8 => args.windows.reveal_seconds ^= 300,
        9 => args.op_count = u16::MAX,
        _ => {}
    }
    args
}

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

fn check_args(args: &TaskCreateArgs, params: &tessera_rules::MarketParams) -> Fate {
    if [args.graph_root, args.inputs_root, args.manifest_id].contains(&[0; 32]) {
        return Err(TesseraError::RootZero.into());
    }
    if !(1..=4_096).contains(&args.op_count) {
        return Err(TesseraError::OperationCount.into());
    }
    if !(1..=16).contains(&args.output_count) {
        return Err(TesseraError::OutputCount.into());
    }
    if args.manifest_locator.is_empty() {
        return Err(TesseraError::LocatorMissing.into());
    }
    let policy = tessera_rules::Policy::from(args.policy);
    let listed = args.shortlist.len();
    policy.validate()?;
    validate_shortlist(&args.shortlist)?;
    Assignment { listed, named_only: args.named_only, waive_window: args.waive_window }.validate(policy)?;
    tessera_rules::Requirements::from(args.requirements).validate()?;
    tessera_rules::Windows::from(args.windows).validate(params, policy, listed)?;
    Ok(())
}

/// What a market's parameters make of the arguments.
fn terms(
    market: &Market,
    key: Pubkey,
    requester: Pubkey,
    nonce: u64,
    args: TaskCreateArgs,
    now: Moment,
) -> Fate<Terms> {
    let params: tessera_rules::MarketParams = market.params.into();
    check_args(&args, &params)?;
    let locks = locks_for(args.reward.into(), args.audit_reward.into(), args.crank_bounty.into(), &params)?;
    Ok(Terms {
        market: key,
        requester,
        nonce,
        graph_root: args.graph_root,
        inputs_root: args.inputs_root,
        manifest_id: args.manifest_id,
        op_count: args.op_count,
        output_count: args.output_count,
        policy: args.policy,
        reward: args.reward,
        audit_reward: args.audit_reward,
        crank_bounty: args.crank_bounty,
        windows: args.windows,
        splits: market.params.splits,
        slash: market.params.slash,
        sink: market.params.sink,
        run_lock: locks.run.get(),
        audit_lock: locks.audit.get(),
        no_show_slash: locks.no_show.get(),
        audit_rate_bps: params.audit_rate_bps.get(),
        newcomer_weight: params.newcomer_weight,
        silence_bps: params.silence_bps.get(),
        draw_delay_slots: params.draw_delay_slots,
        agreed_challenge_seconds: params.agreed_challenge_seconds,
        requirements: args.requirements,
        named_only: args.named_only,
        waive_window: args.waive_window,
        created_slot: now.slot,
        created_at: now.unix,
        model: None,
        manifest_locator: args.manifest_locator,
        shortlist: args.shortlist,
    })
}

impl Model {
    pub(super) fn create(&mut self, scene: &Scene, task: u8, market: u8, spec: Spec) -> Fate {
        let (target, now) = (scene.tasks[usize::from(task)], self.now);
        let market_key = scene.markets[usize::from(market)].key;
        let nonce = u64::from(task) / 4 + 1;
        let market_account = self.market(&market_key)?.clone();
        if market_account.paused {
            return Err(TesseraError::MarketPaused.into());
        }
        let args = create_args(scene, market, &spec);
        let mut terms = terms(&market_account, market_key, target.requester.key, nonce, args, now)?;
        terms.model = spec.model.then_some(scene.model);
        let runs = match terms.policy {
            Policy::Optimistic => 1,
            Policy::Redundant { runs } => runs,
        };
        let per_run = fits(terms.reward.checked_add(terms.audit_reward))?;
        let escrow = fits(per_run.checked_mul(runs.into()).and_then(|all| all.checked_add(terms.crank_bounty)))?;
        let open_until = tessera_rules::Moment::from(now).after(terms.windows.open_seconds)?.into();
        let unset = Deadline { unix: 0, slot: 0 };
        let new = Task {
            version: LAYOUT_VERSION,
            bump: task_address(&target.requester.key, nonce).1,
            vault_bump: task_vault_address(&target.key).1,
            runs,
            state: TaskState::Open,
            escrow,
            open_until,
            runs_open: 0,
            terms_hash: terms.hash().map_err(|_| Refused::Somehow)?,
            owed: 0,
            reveal_from: Moment { unix: 0, slot: 0 },
            audit_until: unset,
            challenge_until: unset,
            slots: [Slot::FREE; 3],
            vault: target.vault,
            reserved: [0; 32],
            terms,
            decision: Decision::Undecided,
            excluded: Vec::new(),
        };
        if self.accounts.tasks.insert(target.key, new).is_some() {
            return Err(Refused::Code(0));
        }
        self.open_vault(target.vault, target.key)?;
        self.take_coins(&target.requester.token, &target.vault, &target.requester.key, escrow)
    }

    pub(super) fn cancel(&mut self, scene: &Scene, task: u8) -> Fate {
        let target = scene.tasks[usize::from(task)];
        let account = self.task(&target.key)?.clone();
        plan_cancel(&account.view())?;
        if account.runs_open > 0 {
            return Err(TesseraError::WrongState.into());
        }
        if !self.payable(&target.requester.token, &target.requester.key) {
            return Err(TesseraError::WrongTokenAccount.into());
        }
        let dust = self.coins(&target.vault) - account.escrow;
        self.pay(&target.vault, &target.requester.token, account.escrow)?;
        let market = account.terms.market;
        let insurance = tessera::addresses::insurance_vault_address(&market).0;
        let insured = self.payable(&insurance, &market);
        self.pay(&target.vault, if insured { &insurance } else { &target.requester.token }, dust)?;
        self.close_vault(&target.vault)?;
        self.accounts.tasks.remove(&target.key);
        Ok(())
    }

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
            reserved: [0; 64],
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
