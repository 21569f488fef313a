use anchor_lang::error::ErrorCode as Anchor;
use tessera::errors::TesseraError;
use tessera::events::RunSealed;
use tessera::hashes::seal_hash;
use tessera::state::{Moment, Run, RunState, SlotState, Task, TaskState};
use tessera_tests::svm::{CANDIDATE_ROOT, COMPUTE, RunRef, SALT, Staker, TaskRef, TaskSpec, World};

/// A redundant task of two runs, claimed by both providers.
fn claimed() -> (World, TaskRef, [RunRef; 2]) {
    let mut world = World::default();
    let second = world.newcomer("provider 2", COMPUTE);
    let task = world.open_as(TaskSpec::redundant(2));
    let runs = [world.provider, second].map(|by: Staker| world.claim_by(task, by));
    (world, task, runs)
}

#[test]
fn commits_to_a_root_without_showing_it() {
    let (mut world, task, [first, second]) = claimed();
    let event: RunSealed = world.send(world.run_seal(first, CANDIDATE_ROOT)).event();
    let seal = seal_hash(&task.key, &first.provider.provider, &CANDIDATE_ROOT, &SALT);
    assert_eq!((event.run, event.seal, event.reveal_from), (first.key, seal, Moment { unix: 0, slot: 0 }));
    let (run, state): (Run, Task) = (world.read(&first.key), world.read(&task.key));
    assert_eq!((run.state, run.seal, run.output_root), (RunState::Sealed, seal, [0; 32]));
    assert_eq!((state.state, state.slots[0].state), (TaskState::Claimed, SlotState::Sealed));
    // The last seal opens the reveal.
    let (unix, slot) = world.bank.now();
    let event: RunSealed = world.send(world.run_seal(second, CANDIDATE_ROOT)).event();
    assert_eq!(event.reveal_from, Moment { unix, slot });
    assert_eq!(world.read::<Task>(&task.key).reveal_from, Moment { unix, slot });
}

#[test]
fn also_while_another_slot_is_free() {
    let mut world = World::default();
    let task = world.open_as(TaskSpec::redundant(3));
    let run = world.sealed_by(task, world.provider, CANDIDATE_ROOT);
    assert_eq!(world.state_of(task), TaskState::Open);
    world.refuse(TesseraError::RevealNotOpen, world.run_reveal(run, CANDIDATE_ROOT));
}

#[test]
fn refuses_a_second_seal() {
    let (mut world, _, [first, _]) = claimed();
    world.send(world.run_seal(first, CANDIDATE_ROOT));
    world.refuse(TesseraError::WrongRunState, world.run_seal(first, [7; 32]));
}

#[test]
fn refuses_when_the_deadline_has_passed_on_both_clocks() {
    let (mut world, _, [first, _]) = claimed();
    let until = world.read::<Run>(&first.key).execute_until;
    world.bank.set_clock(until.unix, until.slot);
    world.refuse(TesseraError::TooLate, world.run_seal(first, CANDIDATE_ROOT));
    world.bank.set_clock(until.unix, until.slot - 1);
    world.send(world.run_seal(first, CANDIDATE_ROOT));
}

#[test]
fn refuses_stale_terms_and_zeros() {
    let (mut world, _, [first, _]) = claimed();
    let call = world.run_seal(first, CANDIDATE_ROOT);
    world.refuse(TesseraError::TermsChanged, call.with(|call| call.args.terms_hash[0] ^= 1));
    let call = world.run_seal(first, CANDIDATE_ROOT);
    world.refuse(TesseraError::RootZero, call.with(|call| call.args.seal = [0; 32]));
}

#[test]
fn refuses_an_optimistic_run() {
    let mut world = World::default();
    let run = world.claimed();
    world.refuse(TesseraError::NothingToSeal, world.run_seal(run, CANDIDATE_ROOT));
}

#[test]
fn refuses_anyone_but_the_claimer_and_other_tasks() {
    let (mut world, _, [first, second]) = claimed();
    let other = world.open_as(TaskSpec { nonce: 2, ..TaskSpec::redundant(2) });
    let foreign = world.claim_by(other, first.provider);
    let (stranger, call) = (second.provider.authority, || world.run_seal(first, CANDIDATE_ROOT));
    let calls = [
        (TesseraError::WrongAuthority.into(), call().with(|call| call.accounts.authority = stranger)),
        (TesseraError::WrongRun.into(), call().with(|call| call.accounts.run = foreign.key)),
        (TesseraError::WrongRun.into(), call().with(|call| call.accounts.task = other.key)),
        (Anchor::AccountNotSigner as u32, call().unsigned_by(first.provider.authority)),
    ];
    for (code, call) in calls {
        world.refuse(code, call);
    }
}
