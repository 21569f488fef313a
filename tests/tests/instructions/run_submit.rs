use anchor_lang::error::ErrorCode as Anchor;
use tessera::errors::TesseraError;
use tessera::events::{RunSubmitted, WindowsStarted};
use tessera::instructions::RunSubmitArgs;
use tessera::state::{Deadline, Draw, Moment, Run, RunState, SlotState, Task, TaskState};
use tessera_tests::svm::{CANDIDATE_ROOT, COMPUTE, LOCATOR, OTHER_ROOT, OUTPUT_ID, STAKE, TaskSpec, VERIFY, World};

use crate::Case;

#[test]
fn commits_the_output_and_starts_both_windows() {
    let mut world = World::default();
    let run = world.claimed();
    world.warp(100);
    let sent = world.send(world.run_submit(run));
    let (state, (unix, slot)) = (world.read::<Run>(&run.key), world.bank.now());
    assert_eq!((state.state, state.output_root, state.output_id), (RunState::Submitted, CANDIDATE_ROOT, OUTPUT_ID));
    assert_eq!((state.output_locator.as_str(), state.submitted_at), (LOCATOR, Moment { unix, slot }));
    let task: Task = world.read(&run.task.key);
    assert_eq!(task.audit_until, Deadline { unix: unix + 1_200, slot: slot + 2_400 });
    assert_eq!(task.challenge_until, Deadline { unix: unix + 1_800, slot: slot + 3_600 });
    assert_eq!((task.state, task.slots[0].state), (TaskState::Submitted, SlotState::Submitted));
    assert_eq!(task.slots[0].root, CANDIDATE_ROOT);
    let (event, windows): (RunSubmitted, WindowsStarted) = (sent.event(), sent.event());
    assert_eq!((event.run, event.output_root, event.draw_slot), (run.key, CANDIDATE_ROOT, slot + 4));
    assert_eq!((windows.audit_until, windows.challenge_until), (task.audit_until, task.challenge_until));
}

#[test]
fn pins_what_draws_its_audits() {
    let mut world = World::default();
    let run = world.submitted();
    let state: Run = world.read(&run.key);
    assert_eq!((state.verify_stake, state.draw_slot, state.draw), (3 * STAKE, world.bank.now().1 + 4, Draw::Pending));
    // Nothing is known of its provider: it is audited always.
    assert_eq!(state.audit_rate_bps, 10_000);
    // Stake that comes later weighs for later runs.
    world.newcomer("verifier 4", VERIFY);
    assert_eq!(world.read::<Run>(&run.key).verify_stake, 3 * STAKE);
    let later = world.submitted_as(TaskSpec::nonce(2));
    assert_eq!(world.read::<Run>(&later.key).verify_stake, 4 * STAKE);
}

#[test]
fn a_known_providers_rate_falls_with_its_score() {
    let mut world = World::default();
    let run = world.submitted();
    let audit = world.prove(run, world.verifiers[0]);
    world.warp(1_800);
    world.send(world.task_settle(run, &[audit]));
    let run = world.submitted_as(TaskSpec::nonce(2));
    // One good run of weight five: score 6/7, so 9,000 + 1,000 x (1/7) / 2, rounded up.
    assert_eq!(world.read::<Run>(&run.key).audit_rate_bps, 9_072);
}

#[test]
fn a_redundant_run_is_sealed_first() {
    let mut world = World::default();
    let task = world.open_as(TaskSpec::redundant(2));
    let run = world.claim(task);
    world.refuse(TesseraError::SealFirst, world.run_submit(run));
    let second = world.newcomer("provider 2", COMPUTE);
    world.claim_by(task, second);
    world.refuse(TesseraError::SealFirst, world.run_submit(run));
}

#[test]
fn refuses_empty_or_long_outputs() {
    let cases: &[Case<RunSubmitArgs>] = &[
        (|a| a.output_root = [0; 32], TesseraError::RootZero),
        (|a| a.output_id = [0; 32], TesseraError::RootZero),
        (|a| a.output_locator.clear(), TesseraError::LocatorMissing),
        (|a| a.output_locator = "l".repeat(97), TesseraError::LocatorTooLong),
    ];
    let mut world = World::default();
    let run = world.claimed();
    for (change, error) in cases {
        world.refuse(*error, world.run_submit(run).with(|call| change(&mut call.args.args)));
    }
    world.send(world.run_submit(run).with(|call| call.args.args.output_locator = "l".repeat(96)));
}

#[test]
fn refuses_when_the_deadline_has_passed_on_both_clocks() {
    let mut world = World::default();
    let run = world.claimed();
    let until = world.read::<Run>(&run.key).execute_until;
    world.bank.set_clock(until.unix, until.slot);
    world.refuse(TesseraError::TooLate, world.run_submit(run));
    world.bank.set_clock(until.unix - 1, until.slot);
    world.send(world.run_submit(run));
}

#[test]
fn refuses_a_second_submission_in_every_later_state() {
    let mut world = World::default();
    let run = world.submitted();
    world.refuse(TesseraError::WrongState, world.run_submit(run));
    world.audit(run, world.verifiers[0], OTHER_ROOT);
    world.refuse(TesseraError::WrongState, world.run_submit(run));
    let late = world.run_submit(run);
    world.warp(3_000);
    world.send(world.task_settle(run, &[]));
    world.refuse(TesseraError::WrongState, late);
}

#[test]
fn refuses_stale_terms() {
    let mut world = World::default();
    let run = world.claimed();
    world.refuse(TesseraError::TermsChanged, world.run_submit(run).with(|call| call.args.args.terms_hash[0] ^= 1));
}

#[test]
fn refuses_anyone_but_the_claimer() {
    let mut world = World::default();
    let (run, stranger) = (world.claimed(), world.cranker.key);
    let call = world.run_submit(run);
    world.refuse(TesseraError::WrongAuthority, call.with(|call| call.accounts.authority = stranger));
    let (other, foreign) = (world.verifiers[0].provider, world.other_market());
    let call = world.run_submit(run);
    world.refuse(TesseraError::WrongProvider, call.with(|call| call.accounts.provider = other));
    let call = world.run_submit(run);
    world.refuse(TesseraError::WrongMarket, call.with(|call| call.accounts.market = foreign.key));
    world.refuse(Anchor::AccountNotSigner, world.run_submit(run).unsigned_by(run.provider.authority));
}

#[test]
fn refuses_another_tasks_run() {
    let mut world = World::default();
    let run = world.claimed();
    let second = world.open_as(TaskSpec::nonce(2));
    let other = world.claim(second);
    let call = world.run_submit(run).with(|call| call.accounts.run = other.key);
    world.refuse(TesseraError::WrongRun, call);
    let call = world.run_submit(run).with(|call| call.accounts.task = second.key);
    world.refuse(TesseraError::WrongRun, call);
}

#[test]
fn refuses_a_run_that_was_abandoned() {
    let mut world = World::default();
    let run = world.claimed();
    let late = world.run_submit(run);
    world.warp(600);
    world.send(world.run_expire(run));
    world.refuse(Anchor::AccountNotInitialized, late);
}
