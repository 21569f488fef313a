use anchor_lang::prelude::Pubkey;
use tessera::addresses::{task_address, task_vault_address};
use tessera::errors::TesseraError;
use tessera::instructions::TaskCreateArgs;
use tessera::state::{
    Deadline, Decision, LAYOUT_VERSION, Market, Moment, Policy, Requirements, Slot, Task, TaskState, Terms,
};
use tessera_rules::{Assignment, locks_for, plan_cancel, validate_shortlist};

use super::{Fate, Model, Refused, fits};
use crate::fuzz::scene::{STAKERS, Scene};
use crate::fuzz::step::Spec;
use crate::svm::{redundant_args, task_args};

/// The arguments of a specification.
pub(crate) fn create_args(scene: &Scene, market: u8, spec: &Spec) -> TaskCreateArgs {
    let base = if spec.runs == 0 { task_args() } else { redundant_args(spec.runs) };
    let first = usize::from(market * STAKERS);
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
            open_disputes: 0,
            reserved: [0; 30],
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
}
