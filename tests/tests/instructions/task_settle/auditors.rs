use tessera::errors::TesseraError;
use tessera::events::{AuditClosed, TaskSettled};
use tessera::state::{AuditState, Provider, Reputation};
use tessera_tests::svm::{AuditRef, CANDIDATE_ROOT, OTHER_ROOT, Staker, World, answer, market_params, task_args};

use super::{AUDIT_LOCK, CRANKER};

/// Free stake of a verifier, of which nothing is locked any more.
fn free(world: &World, of: Staker) -> u64 {
    let stake = world.provider_of(of).stake;
    assert_eq!(stake.locked, 0, "nothing stays locked");
    stake.free
}

#[test]
fn who_agreed_and_opened_a_leaf_is_paid_and_the_run_counts_as_good() {
    let mut world = World::default();
    let by = world.verifiers[0];
    let before = (free(&world, by), world.lamports(&by.authority));
    let run = world.submitted();
    let audit = world.prove(run, by);
    world.warp(1_800);
    let sent = world.send(world.task_settle(run, &[audit]));
    let (settled, closed): (TaskSettled, AuditClosed) = (sent.event(), sent.event());
    let reward = task_args().audit_reward;
    assert_eq!(settled.kept_for_auditors, reward);
    assert_eq!(settled.requester_refunded.amount, task_args().crank_bounty - CRANKER);
    assert_eq!((closed.audit, closed.verifier, closed.paid), (audit.key, by.provider, reward));
    assert_eq!((closed.released, closed.sunk), (AUDIT_LOCK, 0));
    assert_eq!((free(&world, by), world.lamports(&by.authority)), (before.0 + reward, before.1));
    let provider: Provider = world.read(&world.provider.provider);
    assert_eq!(provider.reputation, Reputation { good: 5_000_003, bad: 0 });
    for closed in [audit.key, run.key, run.task.key, run.task.vault] {
        assert!(world.is_closed(&closed));
    }
}

#[test]
fn who_agreed_without_opening_gets_its_lock_back_and_nothing_else() {
    let mut world = World::default();
    let by = world.verifiers[0];
    let before = free(&world, by);
    let run = world.submitted();
    let audit = world.audit(run, by, CANDIDATE_ROOT);
    world.warp(1_800);
    let sent = world.send(world.task_settle(run, &[audit]));
    assert_eq!(sent.event::<TaskSettled>().kept_for_auditors, 0);
    assert_eq!((sent.event::<AuditClosed>().paid, free(&world, by)), (0, before));
    // Nobody has checked the run.
    assert_eq!(world.provider_of(world.provider).reputation, Reputation { good: 0, bad: 0 });
}

#[test]
fn several_that_earn_share_the_reward_and_rounding_is_the_requesters() {
    let mut world = World::default();
    let before = world.tokens(&world.requester.token);
    let run = world.submitted();
    let audits: Vec<_> = world.verifiers.iter().map(|by| AuditRef::of(run, *by)).collect();
    for by in world.verifiers {
        world.prove(run, by);
    }
    world.warp(1_800);
    let share = task_args().audit_reward / 3;
    let settled: TaskSettled = world.send(world.task_settle(run, &audits[..2])).event();
    assert_eq!(settled.kept_for_auditors, 3 * share);
    world.send(world.task_settle(run, &audits[2..]));
    for by in world.verifiers {
        assert_eq!(free(&world, by), tessera_tests::svm::STAKE + share);
    }
    assert_eq!(before - world.tokens(&world.requester.token), task_args().reward + CRANKER + 3 * share);
}

#[test]
fn who_claimed_and_fell_silent_loses_a_share_of_its_lock() {
    let mut world = World::default();
    let by = world.verifiers[0];
    let before = free(&world, by);
    let run = world.submitted();
    let audit = world.audit_claimed(run, by);
    world.warp(1_800);
    let closed: AuditClosed = world.send(world.task_settle(run, &[audit])).event();
    let lost = (AUDIT_LOCK * u64::from(market_params().silence_bps)).div_ceil(10_000);
    assert_eq!((closed.state, closed.sunk, closed.released), (AuditState::Claimed, lost, AUDIT_LOCK - lost));
    assert_eq!((free(&world, by), world.tokens(&world.market.insurance_vault)), (before - lost, lost));
}

#[test]
fn a_fast_decision_makes_nobody_silent() {
    let mut world = World::default();
    let [a, b, c] = world.verifiers;
    let before = free(&world, c);
    let run = world.submitted();
    let late = world.audit_claimed(run, c);
    let first = world.audit(run, a, OTHER_ROOT);
    let pair = [first, world.refute(run, b, first)];
    world.send(world.task_settle(run, &pair));
    world.refuse(TesseraError::WrongRunState, world.audit_post(late, answer(c, OTHER_ROOT)));
    // Also when its audit is closed much later.
    world.warp(100_000);
    let closed: AuditClosed = world.send(world.task_settle(run, &[late])).event();
    assert_eq!((closed.sunk, closed.released), (0, AUDIT_LOCK));
    assert_eq!(free(&world, c), before);
}

#[test]
fn who_proved_a_run_that_is_slashed_later_loses_its_lock() {
    let mut world = World::default();
    let [a, b, c] = world.verifiers;
    let before = free(&world, a);
    let run = world.submitted();
    let proven = world.prove(run, a);
    let first = world.audit(run, b, OTHER_ROOT);
    let second = world.refute(run, c, first);
    world.send(world.task_settle(run, &[first, second]));
    let closed: AuditClosed = world.send(world.task_settle(run, &[proven])).event();
    assert_eq!((closed.paid, closed.sunk, closed.released), (0, AUDIT_LOCK, 0));
    assert_eq!(free(&world, a), before - AUDIT_LOCK);
}

#[test]
fn who_differs_from_an_upheld_run_loses_its_lock_to_the_provider() {
    let mut world = World::default();
    let [a, b, _] = world.verifiers;
    let run = world.submitted();
    let proven = world.prove(run, a);
    let differing = world.audit(run, b, OTHER_ROOT);
    let (before, provider) = (world.provider_of(b).stake.free, world.provider_of(run.provider).stake);
    world.warp(3_000);
    world.send(world.task_settle(run, &[proven, differing]));
    assert_eq!(free(&world, b), before);
    let paid = task_args().reward - super::TREASURY;
    let after = world.provider_of(run.provider).stake;
    assert_eq!(after.free, provider.free + provider.locked + paid + AUDIT_LOCK);
}
