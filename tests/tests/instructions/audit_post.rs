use anchor_lang::Space;
use anchor_lang::error::ErrorCode as Anchor;
use tessera::errors::TesseraError;
use tessera::events::AuditPosted;
use tessera::instructions::ProviderUpdateArgs;
use tessera::state::{
    Audit, Deadline, Moment, Provider, ProviderStatus, Roles, Run, Task, TaskState, Verdict, Winners,
};
use tessera_tests::svm::{AuditRef, CANDIDATE_ROOT, OTHER_ROOT, RunRef, Staker, TaskSpec, VERIFY, Wallet, World};

use crate::{ALREADY_IN_USE, DISCRIMINATOR};

const BOTH: Roles = Roles { compute: true, verify: true };

fn run_state(world: &World, run: RunRef) -> Run {
    world.read(&run.key)
}

fn task_state(world: &World, run: RunRef) -> TaskState {
    world.read::<Task>(&run.task.key).state
}

#[test]
fn an_agreeing_audit_locks_stake_and_changes_no_deadline() {
    let mut world = World::default();
    let (run, by) = (world.submitted(), world.verifiers[0]);
    let (before, stake) = (run_state(&world, run), world.read::<Provider>(&by.provider).stake);
    let lamports = world.lamports(&by.authority);
    let sent = world.send(world.audit_post(run, by, CANDIDATE_ROOT));

    let (audit, (unix, slot)) = (world.read::<Audit>(&AuditRef::of(run, by).key), world.bank.now());
    let lock = world.read::<Task>(&run.task.key).terms.audit_lock;
    assert_eq!((audit.version, audit.run, audit.verifier, audit.authority), (1, run.key, by.provider, by.authority));
    assert_eq!((audit.lock, audit.root, audit.verdict, audit.ordinal), (lock, CANDIDATE_ROOT, Verdict::Agrees, 0));
    assert_eq!(audit.posted_at, Moment { unix, slot });
    let after = world.read::<Provider>(&by.provider).stake;
    assert_eq!((after.free, after.locked), (stake.free - lock, lock));
    let wanted = Run { audits_open: 1, agreeing: 1, first_agreeing: Some(by.provider), ..before };
    assert_eq!(run_state(&world, run), wanted);
    assert_eq!(task_state(&world, run), TaskState::Submitted);
    assert_eq!(lamports - world.lamports(&by.authority), world.bank.rent(DISCRIMINATOR + Audit::INIT_SPACE));
    let event: AuditPosted = sent.event();
    assert_eq!((event.verifier, event.verdict, event.lock, event.refutes), (by.provider, Verdict::Agrees, lock, false));
}

#[test]
fn a_first_difference_disputes_the_task_for_an_audit_window_at_least() {
    let mut world = World::default();
    let run = world.submitted();
    let before = run_state(&world, run);
    world.warp(1_100);
    world.audit(run, world.verifiers[0], OTHER_ROOT);
    let ((unix, slot), after) = (world.bank.now(), run_state(&world, run));
    assert_eq!(after.challenge_until, Deadline { unix: unix + 1_200, slot: slot + 2_400 });
    assert!(after.challenge_until.unix > before.challenge_until.unix);
    assert_eq!((after.differing, after.winners, task_state(&world, run)), (1, None, TaskState::Disputed));
    // A second difference extends nothing.
    world.warp(100);
    world.audit(run, world.verifiers[1], [0xee; 32]);
    assert_eq!(run_state(&world, run).challenge_until, after.challenge_until);
}

#[test]
fn an_early_difference_never_shortens_the_challenge() {
    let mut world = World::default();
    let run = world.submitted();
    let before = run_state(&world, run).challenge_until;
    world.audit(run, world.verifiers[0], OTHER_ROOT);
    assert_eq!(run_state(&world, run).challenge_until, before);
}

#[test]
fn the_first_that_agrees_stays_the_first() {
    let mut world = World::default();
    let run = world.submitted();
    world.audit(run, world.verifiers[0], OTHER_ROOT);
    world.audit(run, world.verifiers[1], CANDIDATE_ROOT);
    let second = world.audit(run, world.verifiers[2], CANDIDATE_ROOT);
    let state = run_state(&world, run);
    assert_eq!(state.first_agreeing, Some(world.verifiers[1].provider));
    assert_eq!((state.agreeing, state.differing, state.audits_open), (2, 1, 3));
    assert_eq!(world.read::<Audit>(&second.key).ordinal, 2);
}

#[test]
fn a_matching_audit_pins_both_and_takes_no_more() {
    let mut world = World::default();
    let [a, b, c] = world.verifiers;
    let run = world.submitted();
    let first = world.audit(run, a, OTHER_ROOT);
    let call = world.audit_post(run, b, OTHER_ROOT).with(|call| call.accounts.matching = Some(first.key));
    let event: AuditPosted = world.send(call).event();
    assert!(event.refutes);
    assert_eq!(run_state(&world, run).winners, Some(Winners { first: a.provider, second: b.provider }));
    for root in [CANDIDATE_ROOT, OTHER_ROOT] {
        world.refuse(TesseraError::AlreadyRefuted, world.audit_post(run, c, root));
    }
}

#[test]
fn refuses_a_matching_audit_that_does_not_match() {
    let mut world = World::default();
    let [a, b, c] = world.verifiers;
    let run = world.submitted();
    let agreeing = world.audit(run, a, CANDIDATE_ROOT);
    let differing = world.audit(run, b, OTHER_ROOT);
    let call = |root, key| world.audit_post(run, c, root).with(|call| call.accounts.matching = Some(key));
    let calls = [
        call([0xee; 32], differing.key),
        call(OTHER_ROOT, agreeing.key),
        call(CANDIDATE_ROOT, agreeing.key),
        call(CANDIDATE_ROOT, differing.key),
    ];
    for call in calls {
        world.refuse(TesseraError::AuditsNotMatching, call);
    }
    let not_yet = AuditRef::of(run, c).key;
    let call = world.audit_post(run, c, OTHER_ROOT).with(|call| call.accounts.matching = Some(not_yet));
    world.refuse(Anchor::AccountNotInitialized, call);
}

#[test]
fn refuses_a_matching_audit_of_another_run() {
    let mut world = World::default();
    let run = world.submitted();
    let other = world.submitted_as(TaskSpec { nonce: 2, ..TaskSpec::default() });
    let foreign = world.audit(other, world.verifiers[0], OTHER_ROOT);
    let call = world.audit_post(run, world.verifiers[1], OTHER_ROOT);
    world.refuse(TesseraError::AuditsNotMatching, call.with(|call| call.accounts.matching = Some(foreign.key)));
}

#[test]
fn refuses_a_second_audit_by_the_same_verifier() {
    let mut world = World::default();
    let run = world.submitted();
    world.audit(run, world.verifiers[0], CANDIDATE_ROOT);
    for root in [CANDIDATE_ROOT, OTHER_ROOT] {
        world.refuse(ALREADY_IN_USE, world.audit_post(run, world.verifiers[0], root));
    }
}

#[test]
fn refuses_a_zero_root() {
    let mut world = World::default();
    let run = world.submitted();
    world.refuse(TesseraError::RootZero, world.audit_post(run, world.verifiers[0], [0; 32]));
}

#[test]
fn refuses_every_state_but_submitted_and_disputed() {
    let mut world = World::default();
    let run = world.claimed();
    world.refuse(TesseraError::WrongState, world.audit_post(run, world.verifiers[0], OTHER_ROOT));
    world.send(world.run_submit(run));
    world.audit(run, world.verifiers[0], OTHER_ROOT);
    world.warp(3_000);
    world.send(world.task_settle(run, &[]));
    world.refuse(TesseraError::WrongState, world.audit_post(run, world.verifiers[1], OTHER_ROOT));
}

#[test]
fn refuses_when_the_audit_window_has_passed_on_both_clocks() {
    let mut world = World::default();
    let run = world.submitted();
    let until = run_state(&world, run).audit_until;
    for root in [CANDIDATE_ROOT, OTHER_ROOT] {
        world.bank.set_clock(until.unix, until.slot);
        world.refuse(TesseraError::TooLate, world.audit_post(run, world.verifiers[0], root));
    }
    world.bank.set_clock(until.unix, until.slot - 1);
    world.audit(run, world.verifiers[0], OTHER_ROOT);
    // Now until the challenge's end.
    let until = run_state(&world, run).challenge_until;
    world.bank.set_clock(until.unix - 1, until.slot);
    world.audit(run, world.verifiers[1], CANDIDATE_ROOT);
    world.bank.set_clock(until.unix, until.slot);
    world.refuse(TesseraError::TooLate, world.audit_post(run, world.verifiers[2], OTHER_ROOT));
}

#[test]
fn refuses_who_is_draining_no_verifier_or_too_young() {
    let mut world = World::default();
    let run = world.submitted();
    let by = world.verifiers[0];
    let update = |args| (args, by);
    let status = |status| ProviderUpdateArgs { status: Some(status), ..Default::default() };
    let roles = |roles| ProviderUpdateArgs { roles: Some(roles), ..Default::default() };
    let steps = [
        (update(status(ProviderStatus::Draining)), TesseraError::ProviderDraining),
        (update(status(ProviderStatus::Active)), TesseraError::RoleMissing),
        (update(roles(BOTH)), TesseraError::VerifierTooYoung),
    ];
    for (index, ((args, by), error)) in steps.into_iter().enumerate() {
        world.send(world.provider_update(by, args));
        if index == 1 {
            world.send(world.provider_update(by, roles(Roles { compute: true, verify: false })));
            world.warp(1);
        }
        world.refuse(error, world.audit_post(run, by, OTHER_ROOT));
    }
}

#[test]
fn a_verifier_as_old_as_the_claim_may_audit_it() {
    let mut world = World::default();
    let task = world.open();
    world.warp(5);
    let as_old = world.newcomer("verifier 4", VERIFY);
    let run = world.claim(task);
    world.warp(1);
    let younger = world.newcomer("verifier 5", VERIFY);
    world.send(world.run_submit(run));
    world.refuse(TesseraError::VerifierTooYoung, world.audit_post(run, younger, OTHER_ROOT));
    world.audit(run, as_old, OTHER_ROOT);
}

#[test]
fn refuses_the_runs_provider() {
    let mut world = World::default();
    world.send(world.provider_update(world.provider, ProviderUpdateArgs { roles: Some(BOTH), ..Default::default() }));
    let run = world.submitted();
    for root in [CANDIDATE_ROOT, OTHER_ROOT] {
        world.refuse(TesseraError::AuditOfOwnRun, world.audit_post(run, world.provider, root));
    }
}

#[test]
fn refuses_the_tasks_requester() {
    let mut world = World::default();
    let own = Staker::of(world.requester, &world.market.key);
    world.send(world.provider_register(own, VERIFY));
    world.send(world.stake_deposit(own, 50_000_000));
    let run = world.submitted();
    world.refuse(TesseraError::AuditOfOwnTask, world.audit_post(run, own, OTHER_ROOT));
}

#[test]
fn refuses_a_verifier_of_another_market() {
    let mut world = World::default();
    let other = world.other_market();
    let wallet = Wallet { key: world.verifiers[0].authority, token: world.verifiers[0].token };
    let abroad = world.enlist_in(&other, wallet, VERIFY);
    let run = world.submitted();
    world.refuse(TesseraError::OtherMarket, world.audit_post(run, abroad, OTHER_ROOT));
}

#[test]
fn refuses_too_little_free_stake() {
    let mut world = World::default();
    let (run, by) = (world.submitted(), world.verifiers[0]);
    let lock = world.read::<Task>(&run.task.key).terms.audit_lock;
    let free = world.read::<Provider>(&by.provider).stake.free;
    world.send(world.stake_unbond(by, free - lock + 1));
    world.refuse(TesseraError::FreeStakeTooLow, world.audit_post(run, by, OTHER_ROOT));
    world.send(world.stake_deposit(by, 1));
    world.audit(run, by, OTHER_ROOT);
}

#[test]
fn refuses_anyone_but_the_verifiers_authority() {
    let mut world = World::default();
    let (run, by, stranger) = (world.submitted(), world.verifiers[0], world.cranker.key);
    let call = world.audit_post(run, by, OTHER_ROOT);
    world.refuse(TesseraError::WrongAuthority, call.with(|call| call.accounts.authority = stranger));
    world.refuse(Anchor::AccountNotSigner, world.audit_post(run, by, OTHER_ROOT).unsigned_by(by.authority));
}

#[test]
fn refuses_other_accounts_in_place_of_its_own() {
    let mut world = World::default();
    let (run, by) = (world.submitted(), world.verifiers[0]);
    let other = world.submitted_as(TaskSpec { nonce: 2, ..TaskSpec::default() });
    let foreign = AuditRef::of(other, by).key;
    let call = || world.audit_post(run, by, OTHER_ROOT);
    let calls = [
        (Anchor::ConstraintSeeds as u32, call().with(|call| call.accounts.audit = foreign)),
        (TesseraError::WrongRun.into(), call().with(|call| call.accounts.run = other.key)),
        (TesseraError::WrongRun.into(), call().with(|call| call.accounts.task = other.task.key)),
    ];
    for (code, call) in calls {
        world.refuse(code, call);
    }
}

#[test]
fn lamports_sent_to_its_address_before_do_not_prevent_it() {
    let mut world = World::default();
    let (run, by) = (world.submitted(), world.verifiers[0]);
    world.gift_lamports(AuditRef::of(run, by).key, 1);
    world.audit(run, by, OTHER_ROOT);
}
