use anchor_lang::error::ErrorCode as Anchor;
use tessera::errors::TesseraError;
use tessera::events::{AuditForced, TaskSettled};
use tessera::instructions::TaskCreateArgs;
use tessera::state::{Run, Task};
use tessera_tests::svm::{CANDIDATE_ROOT, OTHER_ROOT, TaskSpec, World, market_params, task_args};

use crate::{NOT_ITS_OWNER, TOO_FEW_TOKENS};

#[test]
fn pays_the_audit_reward_once_more_and_every_ticket_wins() {
    let mut world = World::with_params(|params| params.newcomer_weight = 0);
    let run = world.submitted();
    let (reward, before) = (task_args().audit_reward, world.tokens(&run.task.vault));
    let requester = world.tokens(&world.requester.token);
    // The amount counts only where the task has no audit reward.
    let event: AuditForced = world.send(world.audit_force(run, 77)).event();
    assert_eq!(event, AuditForced { task: run.task.key, run: run.key, paid: reward });
    assert_eq!(world.tokens(&run.task.vault) - before, reward);
    assert_eq!(requester - world.tokens(&world.requester.token), reward);
    let state: Run = world.read(&run.key);
    assert_eq!((state.forced, state.audit_rate_bps), (reward, 10_000));
    assert_eq!(world.read::<Task>(&run.task.key).escrow, before + reward);
    for by in world.verifiers {
        world.audit_claimed(run, by);
    }
}

#[test]
fn what_was_paid_goes_to_those_who_earn_or_back() {
    let reward = task_args().audit_reward;
    let mut world = World::default();
    let run = world.submitted();
    world.send(world.audit_force(run, 0));
    let audit = world.prove(run, world.verifiers[0]);
    let free = world.provider_of(audit.verifier).stake;
    world.warp(1_800);
    let settled: TaskSettled = world.send(world.task_settle(run, &[audit])).event();
    assert_eq!(settled.kept_for_auditors, 2 * reward);
    let after = world.provider_of(audit.verifier).stake;
    assert_eq!(after.free + after.locked - free.free - free.locked, 2 * reward);

    let run = world.submitted_as(TaskSpec::nonce(2));
    let before = world.tokens(&world.requester.token);
    world.send(world.audit_force(run, 0));
    world.warp(1_800);
    let settled: TaskSettled = world.send(world.task_settle(run, &[])).event();
    assert!(settled.requester_refunded.amount > 2 * reward);
    assert!(world.tokens(&world.requester.token) > before);
}

#[test]
fn of_a_slashed_run_it_goes_back_too() {
    let mut world = World::default();
    let [a, b, _] = world.verifiers;
    let run = world.submitted();
    world.send(world.audit_force(run, 0));
    let first = world.audit(run, a, OTHER_ROOT);
    let pair = [first, world.refute(run, b, first)];
    let settled: TaskSettled = world.send(world.task_settle(run, &pair)).event();
    let args = task_args();
    assert_eq!(settled.requester_refunded.amount, args.reward + 2 * args.audit_reward + args.crank_bounty - 50_001);
}

#[test]
fn where_the_task_has_no_audit_reward_it_pays_the_markets_minimum_at_least() {
    let mut world = World::default();
    let args = TaskCreateArgs { audit_reward: 0, ..task_args() };
    let run = world.submitted_as(TaskSpec::asking(args));
    let least = market_params().min_reward;
    for amount in [0, least - 1] {
        world.refuse(TesseraError::ForcedTooLow, world.audit_force(run, amount));
    }
    let event: AuditForced = world.send(world.audit_force(run, least)).event();
    assert_eq!(event.paid, least);
}

#[test]
fn once_for_a_run() {
    let mut world = World::default();
    let run = world.submitted();
    world.send(world.audit_force(run, 0));
    world.refuse(TesseraError::AlreadyForced, world.audit_force(run, 0));
}

#[test]
fn refuses_when_the_audit_window_has_passed_on_both_clocks() {
    let mut world = World::default();
    let run = world.submitted();
    let until = world.read::<Task>(&run.task.key).audit_until;
    world.bank.set_clock(until.unix, until.slot);
    world.refuse(TesseraError::TooLate, world.audit_force(run, 0));
    world.bank.set_clock(until.unix - 1, until.slot);
    world.send(world.audit_force(run, 0));
}

#[test]
fn refuses_a_run_that_is_claimed_refuted_or_decided() {
    let mut world = World::default();
    let [a, b, _] = world.verifiers;
    let run = world.claimed();
    world.refuse(TesseraError::WrongState, world.audit_force(run, 0));
    world.send(world.run_submit(run));
    let agreeing = world.audit(run, world.verifiers[2], CANDIDATE_ROOT);
    let first = world.audit(run, a, OTHER_ROOT);
    let second = world.refute(run, b, first);
    world.refuse(TesseraError::AlreadyRefuted, world.audit_force(run, 0));
    world.send(world.task_settle(run, &[first, second]));
    world.refuse(TesseraError::WrongState, world.audit_force(run, 0));
    assert!(!world.is_closed(&agreeing.key));
}

#[test]
fn refuses_anyone_but_the_requester_and_others_accounts() {
    let mut world = World::default();
    let run = world.submitted();
    let second = world.submitted_as(TaskSpec::nonce(2));
    let (other, stranger) = (world.other_market(), world.cranker);
    let call = || world.audit_force(run, 0);
    let calls = [
        (
            TesseraError::WrongRequester.into(),
            call().with(|call| {
                call.accounts.requester = stranger.key;
                call.accounts.requester_token = stranger.token;
            }),
        ),
        (TesseraError::WrongMarket.into(), call().with(|call| call.accounts.market = other.key)),
        (TesseraError::WrongMint.into(), call().with(|call| call.accounts.mint = stranger.token)),
        (TesseraError::WrongRun.into(), call().with(|call| call.accounts.run = second.key)),
        (TesseraError::WrongVault.into(), call().with(|call| call.accounts.task_vault = second.task.vault)),
        (NOT_ITS_OWNER, call().with(|call| call.accounts.requester_token = stranger.token)),
        (Anchor::AccountNotSigner as u32, call().unsigned_by(world.requester.key)),
    ];
    for (code, call) in calls {
        world.refuse(code, call);
    }
    let empty = world.another_token(world.requester.key, 1);
    world.refuse(TOO_FEW_TOKENS, world.audit_force(run, 0).with(|call| call.accounts.requester_token = empty));
}
