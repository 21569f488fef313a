use anchor_lang::error::ErrorCode as Anchor;
use anchor_lang::prelude::Pubkey;
use tessera::errors::TesseraError;
use tessera::events::{AuditClosed, RunOutcome, TaskSettled};
use tessera::state::{Provider, Reputation, Task, TaskState};
use tessera_tests::svm::{CANDIDATE_ROOT, OTHER_ROOT, RunRef, World, answer, task_args};

use super::{AUDIT_LOCK, CRANKER, TREASURY, escrow, paid_to};

fn stake(world: &World) -> (u64, u64) {
    let stake = world.read::<Provider>(&world.provider.provider).stake;
    (stake.free, stake.locked)
}

#[test]
fn without_audits_pays_provider_treasury_cranker_and_closes_everything() {
    let mut world = World::default();
    let (who, crank, by) = (world.requester, world.cranker, world.provider);
    let tokens = |world: &World| [who.token, crank.token, by.vault].map(|key| world.tokens(&key));
    let lamports = |world: &World| [who.key, crank.key, by.authority].map(|key| world.lamports(&key));
    let before = (tokens(&world), lamports(&world), stake(&world), world.supply());
    let run = world.submitted();
    world.warp(1_800);
    let event: TaskSettled = world.send(world.task_settle(run, &[])).event();

    let paid = task_args().reward - TREASURY;
    let wanted = TaskSettled {
        task: run.task.key,
        run: run.key,
        provider: by.provider,
        outcome: RunOutcome::Upheld,
        output_root: CANDIDATE_ROOT,
        provider_paid: paid_to(by.authority, paid),
        treasury_paid: paid_to(world.treasury.key, TREASURY),
        model_paid: paid_to(Pubkey::default(), 0),
        cranker_paid: CRANKER,
        requester_refunded: paid_to(who.key, escrow() - task_args().reward - CRANKER),
        kept_for_auditors: 0,
        slashed: 0,
        challengers_paid: Vec::new(),
        requester_compensated: paid_to(who.key, 0),
        sunk: 0,
    };
    assert_eq!(event, wanted);
    assert_eq!(tokens(&world), [before.0[0] - task_args().reward - CRANKER, before.0[1] + CRANKER, before.0[2] + paid]);
    assert_eq!(world.tokens(&world.fee_vault(run.task)), TREASURY);
    assert_eq!(stake(&world), (before.2.0 + paid, 0));
    // Who pays an account's rent gets it back.
    assert_eq!((lamports(&world), world.supply()), (before.1, before.3));
    for closed in [run.key, run.task.key, run.task.vault] {
        assert!(world.is_closed(&closed));
    }
    // A run that nobody checked says nothing about its provider.
    let provider: Provider = world.read(&by.provider);
    assert_eq!((provider.reputation, provider.active_runs), (Reputation { good: 0, bad: 0 }, 0));
    world.refuse(Anchor::AccountNotInitialized, world.task_settle(run, &[]));
}

#[test]
fn a_lone_differing_audit_loses_its_lock_to_the_provider() {
    let mut world = World::default();
    let (by, free) = (world.verifiers[0], stake(&world).0);
    let before = world.read::<Provider>(&by.provider).stake;
    let run = world.submitted();
    let audit = world.audit(run, by, OTHER_ROOT);
    world.warp(1_800);
    let sent = world.send(world.task_settle(run, &[audit]));
    assert_eq!(sent.event::<TaskSettled>().outcome, RunOutcome::Upheld);
    let closed: AuditClosed = sent.event();
    assert_eq!((closed.paid, closed.released, closed.sunk), (0, 0, 0));
    assert_eq!(closed.provider_paid, paid_to(run.provider.provider, AUDIT_LOCK));
    let after = world.read::<Provider>(&by.provider).stake;
    assert_eq!((after.free, after.locked), (before.free - AUDIT_LOCK, 0));
    assert_eq!(stake(&world), (free + task_args().reward - TREASURY + AUDIT_LOCK, 0));
    assert!(world.is_closed(&run.task.key));
}

#[test]
fn two_audits_that_differ_in_different_ways_lose() {
    let mut world = World::default();
    let [a, b, _] = world.verifiers;
    let run = world.submitted();
    let audits = [world.audit(run, a, OTHER_ROOT), world.audit(run, b, [0xee; 32])];
    world.refuse(TesseraError::TooEarly, world.task_settle(run, &audits));
    world.warp(1_800);
    let sent = world.send(world.task_settle(run, &audits));
    assert_eq!(sent.event::<TaskSettled>().outcome, RunOutcome::Upheld);
    assert!(sent.events::<AuditClosed>().iter().all(|event| event.provider_paid.amount == AUDIT_LOCK));
}

#[test]
fn refuses_before_the_challenge_window_has_passed_on_both_clocks() {
    let mut world = World::default();
    let run = world.submitted();
    let until = world.read::<Task>(&run.task.key).challenge_until;
    for (unix, slot) in [(until.unix - 1, until.slot), (until.unix, until.slot - 1)] {
        world.bank.set_clock(unix, slot);
        world.refuse(TesseraError::TooEarly, world.task_settle(run, &[]));
    }
    world.bank.set_clock(until.unix, until.slot);
    world.send(world.task_settle(run, &[]));
}

#[test]
fn a_dispute_is_upheld_only_when_its_extension_has_passed() {
    let mut world = World::default();
    let run = world.submitted();
    let by = world.verifiers[0];
    let audit = world.audit_claimed(run, by);
    world.warp(1_100);
    world.send(world.audit_post(audit, answer(by, OTHER_ROOT)));
    world.warp(1_199);
    world.refuse(TesseraError::TooEarly, world.task_settle(run, &[audit]));
    world.warp(1);
    world.send(world.task_settle(run, &[audit]));
}

#[test]
fn refuses_open_and_claimed_tasks() {
    let mut world = World::default();
    let task = world.open();
    let run = RunRef::of(task, world.provider);
    world.refuse(Anchor::AccountNotInitialized, world.task_settle(run, &[]));
    world.claim(task);
    world.warp(100_000);
    world.refuse(TesseraError::WrongRunState, world.task_settle(run, &[]));
}

#[test]
fn without_a_crankers_account_its_part_is_the_requesters() {
    let mut world = World::default();
    let before = world.tokens(&world.requester.token);
    let run = world.submitted();
    world.warp(1_800);
    let call = world.task_settle(run, &[]).with(|call| call.accounts.cranker_token = None);
    assert_eq!(world.send(call).event::<TaskSettled>().cranker_paid, 0);
    assert_eq!(world.tokens(&world.requester.token), before - task_args().reward);
}

#[test]
fn one_wallet_may_be_requester_and_cranker_with_one_token_account() {
    let mut world = World::default();
    let before = world.tokens(&world.requester.token);
    let (run, who) = (world.submitted(), world.requester);
    world.warp(1_800);
    world.send(world.task_settle(run, &[]).with(|call| {
        call.accounts.cranker = who.key;
        call.accounts.cranker_token = Some(who.token);
    }));
    assert_eq!(world.tokens(&who.token), before - task_args().reward);
}

#[test]
fn no_shows_before_it_reduce_only_the_requesters_refund() {
    let mut world = World::default();
    let absent = world.newcomer("absent", tessera_tests::svm::COMPUTE);
    let task = world.open();
    let gone = world.claim_by(task, absent);
    world.warp(600);
    world.send(world.run_expire(gone));
    let run = world.claim(task);
    world.send(world.run_submit(run));
    world.warp(1_800);
    let event: TaskSettled = world.send(world.task_settle(run, &[])).event();
    assert_eq!(event.provider_paid.amount, task_args().reward - TREASURY);
    let rest = escrow() - task_args().reward - CRANKER - task_args().crank_bounty / 16;
    assert_eq!(event.requester_refunded.amount, rest);
}

#[test]
fn stays_settled_until_its_audits_are_closed() {
    let mut world = World::default();
    let run = world.submitted();
    world.prove(run, world.verifiers[0]);
    world.warp(1_800);
    world.send(world.task_settle(run, &[]));
    let task: Task = world.read(&run.task.key);
    let reward = task_args().audit_reward;
    assert_eq!((task.state, task.escrow, task.owed), (TaskState::Settled, reward, reward));
    assert_eq!(world.tokens(&run.task.vault), task_args().audit_reward);
    // The provider is free of it.
    let provider: Provider = world.read(&world.provider.provider);
    assert_eq!((provider.active_runs, provider.stake.locked), (0, 0));
}
