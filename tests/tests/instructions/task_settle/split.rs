use tessera::errors::TesseraError;
use tessera::events::{AuditClosed, RunOutcome, TaskSettled};
use tessera::state::{Decision, Reputation, Run, SlotState, Task, TaskState};
use tessera_tests::svm::{
    AuditRef, CANDIDATE_ROOT, COMPUTE, OTHER_ROOT, RunRef, STAKE, Staker, TaskSpec, VERIFY, World, redundant_args,
    task_args,
};

use super::{AUDIT_LOCK, TREASURY};

const THIRD_ROOT: [u8; 32] = [0xee; 32];

/// A world with three providers.
fn with_three() -> (World, [Staker; 3]) {
    let mut world = World::default();
    let (second, third) = (world.newcomer("provider 2", COMPUTE), world.newcomer("provider 3", COMPUTE));
    let first = world.provider;
    (world, [first, second, third])
}

fn settled(world: &mut World, run: RunRef, audits: &[AuditRef]) -> TaskSettled {
    world.send(world.task_settle(run, audits)).event()
}

#[test]
fn equal_roots_pay_every_run() {
    let (mut world, by) = with_three();
    let (requester, cranker) = (world.tokens(&world.requester.token), world.tokens(&world.cranker.token));
    let runs = world.revealed(TaskSpec::redundant(3), by, [CANDIDATE_ROOT; 3]);
    world.warp(600);
    let part = redundant_args(3).crank_bounty / 2 / 3;
    for (number, run) in runs.into_iter().enumerate() {
        let event = settled(&mut world, run, &[]);
        assert_eq!((event.outcome, event.cranker_paid), (RunOutcome::Upheld, part));
        assert_eq!(event.provider_paid.amount, task_args().reward - TREASURY);
        // Audit rewards that nobody earned, and with the last run the rest of the bounty.
        let last = number == 2;
        let rest = if last { redundant_args(3).crank_bounty - 3 * part } else { 0 };
        assert_eq!(event.requester_refunded.amount, task_args().audit_reward + rest);
        assert_eq!(world.is_closed(&run.task.key), last);
    }
    assert_eq!(world.tokens(&world.cranker.token) - cranker, 3 * part);
    assert_eq!(requester - world.tokens(&world.requester.token), 3 * task_args().reward + 3 * part);
}

#[test]
fn two_against_one_slashes_the_one() {
    let (mut world, by) = with_three();
    let runs = world.revealed(TaskSpec::redundant(3), by, [CANDIDATE_ROOT, OTHER_ROOT, CANDIDATE_ROOT]);
    assert_eq!(world.state_of(runs[0].task), TaskState::Disputed);
    world.refuse(TesseraError::TooEarly, world.task_settle(runs[1], &[]));
    world.warp(1_800);
    let lock = world.read::<Run>(&runs[1].key).lock;
    let (insurance, requester) = (world.market.insurance_vault, world.requester.token);
    let before = world.tokens(&requester);
    let event = settled(&mut world, runs[1], &[]);
    assert_eq!((event.outcome, event.slashed), (RunOutcome::Slashed, lock));
    assert_eq!(world.read::<Task>(&runs[0].task.key).decision, Decision::Root(CANDIDATE_ROOT));
    // Nobody audited it: the challengers' share is sunk.
    let compensation = lock / 10;
    assert_eq!((event.requester_compensated.amount, event.sunk), (compensation, lock - compensation));
    assert_eq!(world.tokens(&insurance), lock - compensation);
    let refund = task_args().reward + task_args().audit_reward;
    assert_eq!(world.tokens(&requester) - before, refund + compensation);
    for run in [runs[0], runs[2]] {
        assert_eq!(settled(&mut world, run, &[]).outcome, RunOutcome::Upheld);
        // Another provider's different root stood beside it: it counts.
        assert_eq!(world.provider_of(run.provider).reputation, Reputation { good: 5_000_003, bad: 0 });
    }
    assert_eq!(world.provider_of(runs[1].provider).reputation, Reputation { good: 0, bad: 5_000_003 });
    assert_eq!(world.provider_of(runs[1].provider).stake.free, STAKE - lock);
    assert!(world.is_closed(&runs[0].task.key));
}

#[test]
fn one_against_one_is_void_and_nobody_loses_a_lock() {
    let (mut world, [a, b, _]) = with_three();
    let before = world.tokens(&world.requester.token);
    let runs = world.revealed(TaskSpec::redundant(2), [a, b], [CANDIDATE_ROOT, OTHER_ROOT]);
    world.warp(1_800);
    let mut cranked = 0;
    for run in runs {
        let event = settled(&mut world, run, &[]);
        assert_eq!((event.outcome, event.slashed, event.provider_paid.amount), (RunOutcome::Void, 0, 0));
        assert_eq!(world.provider_of(run.provider).stake.free, STAKE);
        assert_eq!(world.provider_of(run.provider).reputation, Reputation { good: 0, bad: 0 });
        cranked += event.cranker_paid;
    }
    assert_eq!(before - world.tokens(&world.requester.token), cranked);
    assert!(world.is_closed(&runs[0].task.key));
}

#[test]
fn an_agreeing_audit_tips_a_tie() {
    let (mut world, [a, b, _]) = with_three();
    let runs = world.revealed(TaskSpec::redundant(2), [a, b], [CANDIDATE_ROOT, OTHER_ROOT]);
    let proven = world.prove(runs[0], world.verifiers[0]);
    world.warp(1_800);
    assert_eq!(settled(&mut world, runs[0], &[proven]).outcome, RunOutcome::Upheld);
    assert_eq!(settled(&mut world, runs[1], &[]).outcome, RunOutcome::Slashed);
}

#[test]
fn who_differed_with_the_winning_root_is_paid_of_the_outvoted_lock() {
    let (mut world, [a, b, _]) = with_three();
    let [x, y, _] = world.verifiers;
    let runs = world.revealed(TaskSpec::redundant(2), [a, b], [CANDIDATE_ROOT, OTHER_ROOT]);
    let upholding = world.audit(runs[0], x, CANDIDATE_ROOT);
    // The differing verifier found the winning root; a harness answer of that root would agree.
    let audit = world.audit_claimed(runs[1], y);
    let found = tessera::instructions::Answer::Differ { root: CANDIDATE_ROOT };
    world.send(world.audit_post(audit, found));
    world.warp(1_800);
    settled(&mut world, runs[0], &[upholding]);
    let lock = world.read::<Run>(&runs[1].key).lock;
    world.refuse(TesseraError::WinnersMissing, world.task_settle(runs[1], &[]));
    let sent = world.send(world.task_settle(runs[1], &[audit]));
    let event: TaskSettled = sent.event();
    assert_eq!(event.challengers_paid.iter().map(|payment| payment.amount).sum::<u64>(), lock * 4 / 10);
    assert_eq!(sent.event::<AuditClosed>().released, AUDIT_LOCK);
    assert_eq!(world.provider_of(y).stake.free, STAKE + lock * 4 / 10);
}

#[test]
fn who_differed_with_another_root_than_the_winning_one_is_not_paid() {
    let (mut world, [a, b, _]) = with_three();
    let [x, y, z] = world.verifiers;
    let runs = world.revealed(TaskSpec::redundant(2), [a, b], [CANDIDATE_ROOT, OTHER_ROOT]);
    world.audit(runs[0], x, CANDIDATE_ROOT);
    let found = tessera::instructions::Answer::Differ { root: THIRD_ROOT };
    let wrong = world.audit_claimed(runs[1], y);
    world.send(world.audit_post(wrong, found));
    let found = tessera::instructions::Answer::Differ { root: CANDIDATE_ROOT };
    let right = world.audit_claimed(runs[1], z);
    world.send(world.audit_post(right, found));
    world.warp(1_800);
    let lock = world.read::<Run>(&runs[1].key).lock;
    let event = settled(&mut world, runs[1], &[wrong, right]);
    assert_eq!((event.outcome, event.challengers_paid.len()), (RunOutcome::Slashed, 1));
    assert_eq!((event.challengers_paid[0].owner, event.challengers_paid[0].amount), (z.provider, lock * 4 / 10));
    assert_eq!(world.provider_of(y).stake.free, STAKE);
}

#[test]
fn three_different_roots_are_void() {
    let (mut world, by) = with_three();
    let runs = world.revealed(TaskSpec::redundant(3), by, [CANDIDATE_ROOT, OTHER_ROOT, THIRD_ROOT]);
    world.warp(1_800);
    for run in runs {
        assert_eq!(settled(&mut world, run, &[]).outcome, RunOutcome::Void);
    }
}

#[test]
fn the_decision_is_pinned_by_the_first_settlement() {
    let (mut world, by) = with_three();
    let fourth = world.newcomer("verifier 4", VERIFY);
    world.warp(60);
    let [x, y, z] = world.verifiers;
    let runs = world.revealed(TaskSpec::redundant(3), by, [CANDIDATE_ROOT; 3]);
    // Two equal answers behind two others, that nobody joins before the decision.
    world.audit(runs[1], x, THIRD_ROOT);
    world.audit(runs[1], y, [0xef; 32]);
    let pair = [world.audit(runs[1], z, OTHER_ROOT), world.audit(runs[1], fourth, OTHER_ROOT)];
    world.warp(2_000);
    assert_eq!(settled(&mut world, runs[0], &[]).outcome, RunOutcome::Upheld);
    // A pair that nobody showed before comes too late: the same root cannot be paid once and slashed once.
    assert_eq!(settled(&mut world, runs[1], &pair).outcome, RunOutcome::Upheld);
    assert_eq!(settled(&mut world, runs[2], &[]).outcome, RunOutcome::Upheld);
}

#[test]
fn a_refuted_pair_of_thieves_falls_at_once_and_the_honest_one_is_paid() {
    let (mut world, by) = with_three();
    let [x, y, _] = world.verifiers;
    let runs = world.revealed(TaskSpec::redundant(3), by, [OTHER_ROOT, CANDIDATE_ROOT, OTHER_ROOT]);
    let found = tessera::instructions::Answer::Differ { root: CANDIDATE_ROOT };
    let first = world.audit_claimed(runs[0], x);
    world.send(world.audit_post(first, found));
    let second = world.audit_claimed(runs[0], y);
    world.send(world.audit_post(second, found).with(|call| call.accounts.matching = Some(first.key)));
    let slots = world.read::<Task>(&runs[0].task.key).slots.map(|slot| slot.state);
    assert_eq!(slots, [SlotState::Refuted, SlotState::Submitted, SlotState::Refuted]);
    // Before the challenge window has passed.
    assert_eq!(settled(&mut world, runs[0], &[first, second]).outcome, RunOutcome::Slashed);
    assert_eq!(settled(&mut world, runs[2], &[]).outcome, RunOutcome::Slashed);
    world.refuse(TesseraError::TooEarly, world.task_settle(runs[1], &[]));
    world.warp(1_800);
    assert_eq!(settled(&mut world, runs[1], &[]).outcome, RunOutcome::Upheld);
    assert!(world.is_closed(&runs[1].task.key));
}

#[test]
fn what_settled_runs_owe_their_auditors_is_not_refunded_with_the_last() {
    let (mut world, [a, b, _]) = with_three();
    let runs = world.revealed(TaskSpec::redundant(2), [a, b], [CANDIDATE_ROOT; 2]);
    let proven = world.prove(runs[0], world.verifiers[0]);
    world.warp(1_800);
    for run in runs {
        settled(&mut world, run, &[]);
    }
    let task: Task = world.read(&runs[0].task.key);
    let reward = task_args().audit_reward;
    assert_eq!((task.state, task.escrow, task.owed), (TaskState::Settled, reward, reward));
    let closed: AuditClosed = world.send(world.task_settle(runs[0], &[proven])).event();
    assert_eq!(closed.paid, reward);
    assert!(world.is_closed(&runs[0].task.key));
}
