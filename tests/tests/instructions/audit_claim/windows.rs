use tessera::errors::TesseraError;
use tessera::state::{Audit, Deadline, Task, TaskState};
use tessera_tests::svm::{CANDIDATE_ROOT, COMPUTE, OTHER_ROOT, TaskSpec, World};

fn after(world: &World, seconds: u32) -> Deadline {
    let (unix, slot) = world.bank.now();
    Deadline { unix: unix + i64::from(seconds), slot: slot + 2 * u64::from(seconds) }
}

#[test]
fn until_the_audit_window_has_passed_on_both_clocks() {
    let mut world = World::default();
    let run = world.submitted();
    let until = world.read::<Task>(&run.task.key).audit_until;
    world.bank.set_clock(until.unix, until.slot);
    world.refuse(TesseraError::TooLate, world.audit_claim(run, world.verifiers[0]));
    world.bank.set_clock(until.unix, until.slot - 1);
    world.audit_claimed(run, world.verifiers[0]);
}

#[test]
fn the_challenge_window_waits_for_the_answer() {
    let mut world = World::default();
    let run = world.submitted();
    let before = world.read::<Task>(&run.task.key).challenge_until;
    world.audit_claimed(run, world.verifiers[0]);
    assert_eq!(world.read::<Task>(&run.task.key).challenge_until, before, "an early claim needs no more time");
    world.warp(1_100);
    world.audit_claimed(run, world.verifiers[1]);
    let until = world.read::<Task>(&run.task.key).challenge_until;
    assert_eq!((until, until.unix > before.unix), (after(&world, 1_200), true));
    world.warp(1_199);
    world.refuse(TesseraError::TooEarly, world.task_settle(run, &[]));
    world.warp(1);
    world.send(world.task_settle(run, &[]));
}

#[test]
fn in_a_dispute_without_a_ticket_until_the_challenge_window_has_passed() {
    let mut world = World::with_params(|params| params.newcomer_weight = 0);
    let run = world.submitted();
    world.send(world.audit_force(run, 0));
    world.audit(run, world.verifiers[0], OTHER_ROOT);
    assert_eq!(world.state_of(run.task), TaskState::Disputed);
    world.warp(1_300);
    world.send(world.audit_claim(run, world.verifiers[1]).with(|call| call.args.element = None));
    let until = world.read::<Task>(&run.task.key).challenge_until;
    world.bank.set_clock(until.unix, until.slot);
    world.refuse(TesseraError::TooLate, world.audit_claim(run, world.verifiers[2]));
}

#[test]
fn in_a_dispute_a_claim_extends_nothing() {
    // A chain of claims would put the settlement off for ever.
    let mut world = World::default();
    let run = world.submitted();
    world.audit(run, world.verifiers[0], OTHER_ROOT);
    let until = world.read::<Task>(&run.task.key).challenge_until;
    world.bank.set_clock(until.unix - 10, until.slot - 20);
    let audit = world.audit_claimed(run, world.verifiers[1]);
    assert_eq!(world.read::<Task>(&run.task.key).challenge_until, until);
    assert_eq!(world.read::<Audit>(&audit.key).answer_until, until);
}

#[test]
fn of_a_redundant_task_only_when_all_have_shown_their_roots() {
    let mut world = World::default();
    let second = world.newcomer("provider 2", COMPUTE);
    let task = world.open_as(TaskSpec::redundant(2));
    let runs = [world.provider, second].map(|by| world.sealed_by(task, by, CANDIDATE_ROOT));
    world.send(world.run_reveal(runs[0], CANDIDATE_ROOT));
    world.refuse(TesseraError::WrongState, world.audit_claim(runs[0], world.verifiers[0]));
    world.send(world.run_reveal(runs[1], CANDIDATE_ROOT));
    for run in runs {
        world.audit_claimed(run, world.verifiers[0]);
    }
}
