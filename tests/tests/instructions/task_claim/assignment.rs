use tessera::errors::TesseraError;
use tessera::instructions::TaskCreateArgs;
use tessera::state::{Task, TaskState, Windows};
use tessera_tests::svm::{COMPUTE, Staker, TaskSpec, World, redundant_args, task_args};

/// A task whose shortlist is the world's provider, with precedence for so long.
fn listed(world: &World, exclusive_seconds: u32, named_only: bool) -> TaskSpec {
    let windows = Windows { exclusive_seconds, ..task_args().windows };
    let shortlist = vec![world.provider.provider];
    TaskSpec::asking(TaskCreateArgs { windows, shortlist, named_only, ..task_args() })
}

#[test]
fn the_shortlist_claims_first_and_then_everybody() {
    let mut world = World::default();
    let other = world.newcomer("provider 2", COMPUTE);
    let task = world.open_as(listed(&world, 600, false));
    world.refuse(TesseraError::ExclusiveWindow, world.task_claim(task, other));
    let state: Task = world.read(&task.key);
    let (unix, slot) = (state.terms.created_at + 600, state.terms.created_slot + 1_200);
    for (unix, slot) in [(unix - 1, slot), (unix, slot - 1)] {
        world.bank.set_clock(unix, slot);
        world.refuse(TesseraError::ExclusiveWindow, world.task_claim(task, other));
    }
    let mut listed_too = world.clone();
    world.bank.set_clock(unix, slot);
    world.claim_by(task, other);
    // Precedence is no duty: the listed claims also later.
    listed_too.bank.set_clock(unix, slot);
    listed_too.claim(task);
}

#[test]
fn the_shortlist_claims_in_its_exclusive_window() {
    let mut world = World::default();
    let task = world.open_as(listed(&world, 600, false));
    world.claim(task);
}

#[test]
fn a_list_without_an_exclusive_window_gives_no_precedence() {
    let mut world = World::default();
    let other = world.newcomer("provider 2", COMPUTE);
    let task = world.open_as(listed(&world, 0, false));
    world.claim_by(task, other);
}

#[test]
fn named_only_keeps_others_out_for_the_whole_window() {
    let mut world = World::default();
    let other = world.newcomer("provider 2", COMPUTE);
    let task = world.open_as(listed(&world, 0, true));
    world.warp(3_599);
    world.refuse(TesseraError::NotNamed, world.task_claim(task, other));
    world.claim(task);
}

/// A world with three providers.
fn with_three() -> (World, [Staker; 3]) {
    let mut world = World::default();
    let (second, third) = (world.newcomer("provider 2", COMPUTE), world.newcomer("provider 3", COMPUTE));
    let first = world.provider;
    (world, [first, second, third])
}

#[test]
fn a_redundant_task_is_claimed_when_every_slot_is_taken() {
    let (mut world, [a, b, c]) = with_three();
    let task = world.open_as(TaskSpec::redundant(2));
    world.claim_by(task, a);
    assert_eq!(world.state_of(task), TaskState::Open);
    world.claim_by(task, b);
    assert_eq!(world.state_of(task), TaskState::Claimed);
    world.refuse(TesseraError::WrongState, world.task_claim(task, c));
}

#[test]
fn one_provider_takes_one_slot() {
    let (mut world, [a, ..]) = with_three();
    let task = world.open_as(TaskSpec::redundant(3));
    world.claim_by(task, a);
    world.refuse(TesseraError::AlreadyRunning, world.task_claim(task, a));
}

#[test]
fn who_sealed_cannot_take_a_second_slot_either() {
    let (mut world, [a, ..]) = with_three();
    let task = world.open_as(TaskSpec::redundant(2));
    world.sealed_by(task, a, [7; 32]);
    world.refuse(TesseraError::AlreadyRunning, world.task_claim(task, a));
}

#[test]
fn precedence_holds_for_every_slot() {
    let (mut world, [a, b, c]) = with_three();
    let args = redundant_args(2);
    let windows = Windows { exclusive_seconds: 600, ..args.windows };
    let shortlist = vec![a.provider, b.provider];
    let task = world.open_as(TaskSpec::asking(TaskCreateArgs { windows, shortlist, ..args }));
    world.claim_by(task, a);
    world.refuse(TesseraError::ExclusiveWindow, world.task_claim(task, c));
    world.warp(600);
    world.claim_by(task, c);
    world.refuse(TesseraError::WrongState, world.task_claim(task, b));
}
