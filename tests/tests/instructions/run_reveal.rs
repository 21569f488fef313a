use anchor_lang::error::ErrorCode as Anchor;
use tessera::errors::TesseraError;
use tessera::events::{RunSubmitted, WindowsStarted};
use tessera::hashes::seal_hash;
use tessera::instructions::{RunRevealArgs, TaskCreateArgs};
use tessera::state::{Deadline, Run, RunState, SlotState, Task, TaskState};
use tessera_tests::svm::{
    CANDIDATE_ROOT, COMPUTE, OTHER_ROOT, RunRef, SALT, STAKE, Staker, TaskRef, TaskSpec, World, redundant_args,
};

use crate::Case;

/// A world with three providers.
fn with_three() -> (World, [Staker; 3]) {
    let mut world = World::default();
    let (second, third) = (world.newcomer("provider 2", COMPUTE), world.newcomer("provider 3", COMPUTE));
    let first = world.provider;
    (world, [first, second, third])
}

/// A task of two runs, both sealed with the candidate root.
fn sealed() -> (World, TaskRef, [RunRef; 2]) {
    let (mut world, [a, b, _]) = with_three();
    let task = world.open_as(TaskSpec::redundant(2));
    let runs = [a, b].map(|by| world.sealed_by(task, by, CANDIDATE_ROOT));
    (world, task, runs)
}

fn after(world: &World, seconds: u32) -> Deadline {
    let (unix, slot) = world.bank.now();
    Deadline { unix: unix + i64::from(seconds), slot: slot + 2 * u64::from(seconds) }
}

#[test]
fn shows_the_root_and_pins_what_draws_its_audits() {
    let (mut world, task, [first, _]) = sealed();
    let sent = world.send(world.run_reveal(first, CANDIDATE_ROOT));
    let event: RunSubmitted = sent.event();
    assert_eq!((event.run, event.output_root), (first.key, CANDIDATE_ROOT));
    assert!(sent.events::<WindowsStarted>().is_empty(), "another has to reveal");
    let (run, state): (Run, Task) = (world.read(&first.key), world.read(&task.key));
    assert_eq!((run.state, run.output_root), (RunState::Submitted, CANDIDATE_ROOT));
    assert_eq!((run.verify_stake, run.draw_slot), (3 * STAKE, world.bank.now().1 + 4));
    assert_eq!((state.state, state.slots[0].state), (TaskState::Claimed, SlotState::Submitted));
    assert_eq!(state.challenge_until, Deadline { unix: 0, slot: 0 });
}

#[test]
fn equal_roots_shorten_the_windows() {
    let (mut world, task, [first, second]) = sealed();
    world.send(world.run_reveal(first, CANDIDATE_ROOT));
    let event: WindowsStarted = world.send(world.run_reveal(second, CANDIDATE_ROOT)).event();
    let until = after(&world, 600);
    let wanted =
        WindowsStarted { task: task.key, state: TaskState::Submitted, audit_until: until, challenge_until: until };
    assert_eq!(event, wanted);
    world.refuse(TesseraError::TooEarly, world.task_settle(first, &[]));
    // They may both be one thief's: an audit is possible.
    world.audit_claimed(first, world.verifiers[0]);
}

#[test]
fn equal_roots_of_named_providers_settle_at_once_where_the_window_is_waived() {
    let (mut world, [a, b, _]) = with_three();
    let args = redundant_args(2);
    let shortlist = vec![a.provider, b.provider];
    let args = TaskCreateArgs { named_only: true, waive_window: true, shortlist, ..args };
    let runs = world.revealed(TaskSpec::asking(args), [a, b], [CANDIDATE_ROOT; 2]);
    for run in runs {
        world.send(world.task_settle(run, &[]));
    }
    assert!(world.is_closed(&runs[0].task.key));
}

#[test]
fn a_waived_window_does_not_hide_a_split() {
    let (mut world, [a, b, _]) = with_three();
    let shortlist = vec![a.provider, b.provider];
    let args = TaskCreateArgs { named_only: true, waive_window: true, shortlist, ..redundant_args(2) };
    let runs = world.revealed(TaskSpec::asking(args), [a, b], [CANDIDATE_ROOT, OTHER_ROOT]);
    assert_eq!(world.state_of(runs[0].task), TaskState::Disputed);
    world.refuse(TesseraError::TooEarly, world.task_settle(runs[0], &[]));
}

#[test]
fn different_roots_are_a_dispute_with_full_windows() {
    let (mut world, [a, b, _]) = with_three();
    let runs = world.revealed(TaskSpec::redundant(2), [a, b], [CANDIDATE_ROOT, OTHER_ROOT]);
    let task: Task = world.read(&runs[0].task.key);
    assert_eq!(task.state, TaskState::Disputed);
    assert_eq!((task.audit_until, task.challenge_until), (after(&world, 1_200), after(&world, 1_800)));
}

#[test]
fn a_lone_revealer_gets_full_windows() {
    let (mut world, task, [first, second]) = sealed();
    world.send(world.run_reveal(first, CANDIDATE_ROOT));
    world.warp(300);
    world.send(world.run_expire(second));
    let state: Task = world.read(&task.key);
    assert_eq!((state.state, state.challenge_until), (TaskState::Submitted, after(&world, 1_800)));
    world.warp(1_800);
    world.send(world.task_settle(first, &[]));
    assert!(world.is_closed(&task.key));
}

#[test]
fn opens_when_all_are_sealed() {
    let (mut world, [a, b, c]) = with_three();
    let task = world.open_as(TaskSpec::redundant(3));
    let runs = [a, b, c].map(|by| world.claim_by(task, by));
    for run in runs {
        world.send(world.run_seal(run, CANDIDATE_ROOT));
        if run != runs[2] {
            world.refuse(TesseraError::RevealNotOpen, world.run_reveal(run, CANDIDATE_ROOT));
        }
    }
    world.send(world.run_reveal(runs[0], CANDIDATE_ROOT));
}

#[test]
fn opens_when_the_open_window_has_passed_and_nobody_executes() {
    let (mut world, [a, b, _]) = with_three();
    let task = world.open_as(TaskSpec::redundant(3));
    let first = world.sealed_by(task, a, CANDIDATE_ROOT);
    world.warp(3_500);
    let second = world.claim_by(task, b);
    world.warp(100);
    // The window has passed, but one executes.
    world.refuse(TesseraError::RevealNotOpen, world.run_reveal(first, CANDIDATE_ROOT));
    world.send(world.run_seal(second, CANDIDATE_ROOT));
    world.send(world.run_reveal(first, CANDIDATE_ROOT));
    world.send(world.run_reveal(second, CANDIDATE_ROOT));
    assert_eq!(world.state_of(task), TaskState::Submitted);
}

#[test]
fn opens_by_the_end_of_the_open_window_alone() {
    let (mut world, [a, ..]) = with_three();
    let task = world.open_as(TaskSpec::redundant(2));
    let run = world.sealed_by(task, a, CANDIDATE_ROOT);
    world.warp(3_600);
    world.send(world.run_reveal(run, CANDIDATE_ROOT));
    assert_eq!(world.state_of(task), TaskState::Submitted);
}

#[test]
fn refuses_when_the_reveal_is_over_on_both_clocks() {
    let (mut world, task, [first, _]) = sealed();
    let from = world.read::<Task>(&task.key).reveal_from;
    world.bank.set_clock(from.unix + 300, from.slot + 600);
    world.refuse(TesseraError::TooLate, world.run_reveal(first, CANDIDATE_ROOT));
    world.bank.set_clock(from.unix + 300, from.slot + 599);
    world.send(world.run_reveal(first, CANDIDATE_ROOT));
}

#[test]
fn refuses_another_root_or_salt_than_the_seals() {
    let (mut world, _, [first, _]) = sealed();
    world.refuse(TesseraError::SealWrong, world.run_reveal(first, OTHER_ROOT));
    let call = world.run_reveal(first, CANDIDATE_ROOT);
    world.refuse(TesseraError::SealWrong, call.with(|call| call.args.args.salt[0] ^= 1));
}

#[test]
fn a_copied_seal_is_worthless() {
    let (mut world, [a, b, _]) = with_three();
    let task = world.open_as(TaskSpec::redundant(2));
    let honest = world.sealed_by(task, a, CANDIDATE_ROOT);
    let thief = world.claim_by(task, b);
    let seal = seal_hash(&task.key, &a.provider, &CANDIDATE_ROOT, &SALT);
    world.send(world.run_seal(thief, CANDIDATE_ROOT).with(|call| call.args.seal = seal));
    // It may watch the honest one's root and salt, and is slashed for its silence all the same.
    world.send(world.run_reveal(honest, CANDIDATE_ROOT));
    world.refuse(TesseraError::SealWrong, world.run_reveal(thief, CANDIDATE_ROOT));
    let lock = world.read::<Run>(&thief.key).lock;
    world.warp(300);
    world.send(world.run_expire(thief));
    assert_eq!(world.provider_of(b).stake.free, STAKE - lock);
    world.warp(1_800);
    world.send(world.task_settle(honest, &[]));
}

#[test]
fn refuses_empty_or_long_outputs() {
    let cases: &[Case<RunRevealArgs>] = &[
        (|a| a.output_id = [0; 32], TesseraError::RootZero),
        (|a| a.output_locator.clear(), TesseraError::LocatorMissing),
        (|a| a.output_locator = "l".repeat(97), TesseraError::LocatorTooLong),
    ];
    let (mut world, _, [first, _]) = sealed();
    for (change, error) in cases {
        world.refuse(*error, world.run_reveal(first, CANDIDATE_ROOT).with(|call| change(&mut call.args.args)));
    }
}

#[test]
fn refuses_a_sealed_zero_root() {
    let (mut world, [a, b, _]) = with_three();
    let task = world.open_as(TaskSpec::redundant(2));
    let run = world.sealed_by(task, a, [0; 32]);
    world.sealed_by(task, b, CANDIDATE_ROOT);
    world.refuse(TesseraError::RootZero, world.run_reveal(run, [0; 32]));
}

#[test]
fn refuses_a_second_reveal_and_an_optimistic_run() {
    let (mut world, _, [first, _]) = sealed();
    world.send(world.run_reveal(first, CANDIDATE_ROOT));
    world.refuse(TesseraError::WrongRunState, world.run_reveal(first, CANDIDATE_ROOT));
    let task = world.open_as(TaskSpec::nonce(2));
    let run = world.claim(task);
    world.refuse(TesseraError::WrongRunState, world.run_reveal(run, CANDIDATE_ROOT));
}

#[test]
fn refuses_anyone_but_who_sealed_and_others_accounts() {
    let (mut world, _, [first, second]) = sealed();
    let other = world.other_market();
    let foreign = world.open_as(TaskSpec { nonce: 2, ..TaskSpec::redundant(2) });
    let call = || world.run_reveal(first, CANDIDATE_ROOT);
    let (stranger, provider) = (second.provider.authority, second.provider.provider);
    let calls = [
        (TesseraError::WrongAuthority.into(), call().with(|call| call.accounts.authority = stranger)),
        (TesseraError::WrongProvider.into(), call().with(|call| call.accounts.provider = provider)),
        (TesseraError::WrongMarket.into(), call().with(|call| call.accounts.market = other.key)),
        (TesseraError::WrongRun.into(), call().with(|call| call.accounts.task = foreign.key)),
        (TesseraError::WrongAuthority.into(), call().with(|call| call.accounts.run = second.key)),
        (Anchor::AccountNotSigner as u32, call().unsigned_by(first.provider.authority)),
    ];
    for (code, call) in calls {
        world.refuse(code, call);
    }
}
