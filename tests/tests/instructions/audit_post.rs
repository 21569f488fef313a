use anchor_lang::error::ErrorCode as Anchor;
use tessera::errors::TesseraError;
use tessera::events::AuditPosted;
use tessera::instructions::Answer;
use tessera::state::{Audit, AuditState, Deadline, Moment, Run, SlotState, Task, TaskState, Winners};
use tessera_tests::svm::outputs::keyed_root;
use tessera_tests::svm::{AuditRef, CANDIDATE_ROOT, COMPUTE, OTHER_ROOT, RunRef, TaskSpec, World, answer};

/// A third root, neither the run's nor the one that others find.
const THIRD_ROOT: [u8; 32] = [0xee; 32];

fn task(world: &World, run: RunRef) -> Task {
    world.read(&run.task.key)
}

fn after(world: &World, seconds: u32) -> Deadline {
    let (unix, slot) = world.bank.now();
    Deadline { unix: unix + i64::from(seconds), slot: slot + 2 * u64::from(seconds) }
}

#[test]
fn an_agreeing_answer_commits_to_a_keyed_root_and_changes_no_deadline() {
    let mut world = World::default();
    let (run, by) = (world.submitted(), world.verifiers[0]);
    let audit = world.audit_claimed(run, by);
    let before = task(&world, run);
    let event: AuditPosted = world.send(world.audit_post(audit, answer(by, CANDIDATE_ROOT))).event();
    let (state, (unix, slot)) = (world.read::<Audit>(&audit.key), world.bank.now());
    let keyed_root = keyed_root(&by.provider);
    assert_ne!(keyed_root, CANDIDATE_ROOT);
    assert_eq!(state.state, AuditState::Agreed { keyed_root });
    assert_eq!((state.posted_at, state.ordinal, state.pick_slot), (Moment { unix, slot }, 0, slot + 4));
    let now = task(&world, run);
    assert_eq!((now.state, now.challenge_until), (TaskState::Submitted, before.challenge_until));
    assert_eq!((now.slots[0].agreeing, now.slots[0].differing), (1, 0));
    assert_eq!((event.verifier, event.pick_slot, event.refutes), (by.provider, slot + 4, false));
}

#[test]
fn a_first_difference_disputes_the_task_for_an_audit_window_at_least() {
    let mut world = World::default();
    let [a, b, _] = world.verifiers;
    let run = world.submitted();
    let before = task(&world, run).challenge_until;
    let late = world.audit_claimed(run, b);
    world.warp(1_100);
    world.audit(run, a, OTHER_ROOT);
    let now = task(&world, run);
    assert_eq!((now.state, now.challenge_until), (TaskState::Disputed, after(&world, 1_200)));
    assert!(now.challenge_until.unix > before.unix);
    assert_eq!(now.slots[0].differing, 1);
    // A second difference extends nothing.
    world.warp(50);
    world.send(world.audit_post(late, Answer::Differ { root: THIRD_ROOT }));
    assert_eq!(task(&world, run).challenge_until, now.challenge_until);
    assert_eq!(world.read::<Audit>(&late.key).ordinal, 1);
    assert_eq!(world.read::<Run>(&run.key).winners, None);
}

#[test]
fn an_early_difference_never_shortens_the_challenge() {
    let mut world = World::default();
    let run = world.submitted();
    let before = task(&world, run).challenge_until;
    world.audit(run, world.verifiers[0], OTHER_ROOT);
    assert_eq!(task(&world, run).challenge_until, before);
}

#[test]
fn a_matching_answer_refutes_the_run_and_pins_both() {
    let mut world = World::default();
    let [a, b, _] = world.verifiers;
    let run = world.submitted();
    let first = world.audit(run, a, OTHER_ROOT);
    let second = world.audit_claimed(run, b);
    let call = world.audit_post(second, answer(b, OTHER_ROOT)).with(|call| call.accounts.matching = Some(first.key));
    let event: AuditPosted = world.send(call).event();
    assert!(event.refutes);
    let winners = Winners { first: a.provider, second: b.provider };
    assert_eq!(world.read::<Run>(&run.key).winners, Some(winners));
    assert_eq!(task(&world, run).slots[0].state, SlotState::Refuted);
}

#[test]
fn an_answer_equal_to_one_of_the_first_two_that_differ_refutes_without_being_told_of_it() {
    // Else two honest verifiers that answer at once would leave the pair to whoever settles.
    let mut world = World::default();
    let [a, b, c] = world.verifiers;
    let run = world.submitted();
    world.audit(run, a, THIRD_ROOT);
    world.audit(run, b, OTHER_ROOT);
    world.audit(run, c, OTHER_ROOT);
    let winners = Winners { first: b.provider, second: c.provider };
    assert_eq!(world.read::<Run>(&run.key).winners, Some(winners));
}

#[test]
fn a_refuted_run_still_takes_answers_so_that_nobody_is_made_silent() {
    let mut world = World::default();
    let [a, b, c] = world.verifiers;
    let run = world.submitted();
    let late = world.audit_claimed(run, c);
    let first = world.audit(run, a, OTHER_ROOT);
    world.refute(run, b, first);
    let winners = world.read::<Run>(&run.key).winners;
    let call = world.audit_post(late, answer(c, OTHER_ROOT)).with(|call| call.accounts.matching = Some(first.key));
    let event: AuditPosted = world.send(call).event();
    assert!(!event.refutes, "it is refuted already");
    assert_eq!(world.read::<Run>(&run.key).winners, winners);
}

#[test]
fn with_one_run_every_other_run_of_the_same_root_falls() {
    let mut world = World::default();
    let second = world.newcomer("provider 2", COMPUTE);
    let [a, b, _] = world.verifiers;
    let first = world.provider;
    let runs = world.revealed(TaskSpec::redundant(2), [first, second], [CANDIDATE_ROOT; 2]);
    let earlier = world.audit(runs[0], a, OTHER_ROOT);
    world.refute(runs[0], b, earlier);
    let slots = task(&world, runs[0]).slots;
    assert_eq!((slots[0].state, slots[1].state), (SlotState::Refuted, SlotState::Refuted));
}

#[test]
fn refuses_a_matching_audit_that_does_not_match() {
    let mut world = World::default();
    let [a, b, c] = world.verifiers;
    let run = world.submitted();
    let agreeing = world.audit(run, a, CANDIDATE_ROOT);
    let differing = world.audit(run, b, OTHER_ROOT);
    let own = world.audit_claimed(run, c);
    let call = |root, key| world.audit_post(own, answer(c, root)).with(|call| call.accounts.matching = Some(key));
    let calls = [
        call(THIRD_ROOT, differing.key),
        call(OTHER_ROOT, agreeing.key),
        call(CANDIDATE_ROOT, agreeing.key),
        call(CANDIDATE_ROOT, differing.key),
        call(OTHER_ROOT, own.key),
    ];
    for call in calls {
        world.refuse(TesseraError::AuditsNotMatching, call);
    }
    let nothing = tessera_tests::svm::wallet("nothing");
    let call = world.audit_post(own, answer(c, OTHER_ROOT)).with(|call| call.accounts.matching = Some(nothing));
    world.refuse(Anchor::AccountNotInitialized, call);
}

#[test]
fn refuses_a_matching_audit_of_another_run() {
    let mut world = World::default();
    let [a, b, _] = world.verifiers;
    let run = world.submitted();
    let other = world.submitted_as(TaskSpec::nonce(2));
    let foreign = world.audit(other, a, OTHER_ROOT);
    let own = world.audit_claimed(run, b);
    let call = world.audit_post(own, answer(b, OTHER_ROOT)).with(|call| call.accounts.matching = Some(foreign.key));
    world.refuse(TesseraError::AuditsNotMatching, call);
}

#[test]
fn refuses_a_second_answer() {
    let mut world = World::default();
    let by = world.verifiers[0];
    let run = world.submitted();
    let audit = world.audit(run, by, CANDIDATE_ROOT);
    for root in [CANDIDATE_ROOT, OTHER_ROOT] {
        world.refuse(TesseraError::AnsweredAlready, world.audit_post(audit, answer(by, root)));
    }
}

#[test]
fn refuses_zeros_and_a_difference_that_is_none() {
    let mut world = World::default();
    let run = world.submitted();
    let audit = world.audit_claimed(run, world.verifiers[0]);
    for answer in [Answer::Agree { keyed_root: [0; 32] }, Answer::Differ { root: [0; 32] }] {
        world.refuse(TesseraError::RootZero, world.audit_post(audit, answer));
    }
    let same = Answer::Differ { root: CANDIDATE_ROOT };
    world.refuse(TesseraError::AuditsNotDiffering, world.audit_post(audit, same));
}

#[test]
fn refuses_when_the_answers_deadline_has_passed_on_both_clocks() {
    let mut world = World::default();
    let by = world.verifiers[0];
    let run = world.submitted();
    let audit = world.audit_claimed(run, by);
    let until = world.read::<Audit>(&audit.key).answer_until;
    for root in [CANDIDATE_ROOT, OTHER_ROOT] {
        world.bank.set_clock(until.unix, until.slot);
        world.refuse(TesseraError::TooLate, world.audit_post(audit, answer(by, root)));
    }
    world.bank.set_clock(until.unix, until.slot - 1);
    world.send(world.audit_post(audit, answer(by, OTHER_ROOT)));
}

#[test]
fn refuses_a_run_that_is_decided() {
    let mut world = World::default();
    let [a, b, c] = world.verifiers;
    let run = world.submitted();
    let late = world.audit_claimed(run, c);
    let first = world.audit(run, a, OTHER_ROOT);
    let pair = [first, world.refute(run, b, first)];
    world.send(world.task_settle(run, &pair));
    world.refuse(TesseraError::WrongRunState, world.audit_post(late, answer(c, CANDIDATE_ROOT)));
}

#[test]
fn refuses_anyone_but_the_verifier_and_others_accounts() {
    let mut world = World::default();
    let ([by, other, _], stranger) = (world.verifiers, world.cranker.key);
    let run = world.submitted();
    let second = world.submitted_as(TaskSpec::nonce(2));
    let audit = world.audit_claimed(run, by);
    let foreign = world.audit_claimed(second, by);
    let neighbour = world.audit_claimed(run, other);
    let call = || world.audit_post(audit, answer(by, OTHER_ROOT));
    let calls = [
        (TesseraError::WrongAuthority.into(), call().with(|call| call.accounts.authority = stranger)),
        (TesseraError::WrongAuthority.into(), call().with(|call| call.accounts.audit = neighbour.key)),
        (TesseraError::AuditOfOtherRun.into(), call().with(|call| call.accounts.audit = foreign.key)),
        (TesseraError::WrongRun.into(), call().with(|call| call.accounts.task = second.task.key)),
        (TesseraError::WrongRun.into(), call().with(|call| call.accounts.run = second.key)),
        (Anchor::AccountNotSigner as u32, call().unsigned_by(by.authority)),
    ];
    for (code, call) in calls {
        world.refuse(code, call);
    }
    let unclaimed = AuditRef::of(run, world.verifiers[2]);
    world.refuse(Anchor::AccountNotInitialized, world.audit_post(unclaimed, answer(unclaimed.verifier, OTHER_ROOT)));
}
