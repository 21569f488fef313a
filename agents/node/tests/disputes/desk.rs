//! Which disputes wait for an agent, and which it opens.

use std::time::Duration;

use tessera_chain::fake::fixture;
use tessera_chain::{
    ChainError, DisputePhase, DisputeVerdict, Pubkey, Receipt, Signature, TaskState, Versioned, World, address,
};
use tessera_node::dispute::{ChallengeTuning, DisputeJob, Disputes, JobError, Moved};
use tessera_node::{NodeTuning, Progress};

const MARKET: u8 = 1;
const PROVIDER: u8 = 2;
const CHALLENGER: u8 = 3;

fn at<T>(key: Pubkey, slot: u64, data: T) -> Versioned<T> {
    Versioned { key, slot, data }
}

/// A task with a submitted run of `PROVIDER`, all read in slot 100.
fn world() -> (World, Pubkey) {
    let (market, authority) = (fixture::key(MARKET), fixture::key(PROVIDER));
    let provider = address::provider(&market, &authority);
    let task_key = address::task(&fixture::key(9), 0);
    let mut task = fixture::task(market, fixture::key(9), 0);
    let run = fixture::submitted(market, task_key, provider, authority);
    fixture::with_run(&mut task, &run);
    let run_key = address::run(&task_key, &provider);
    let mut world = World::new(market);
    world.moment = fixture::moment(50);
    world.tasks.insert(task_key, at(task_key, 100, task));
    world.runs.insert(run_key, at(run_key, 100, run));
    (world, run_key)
}

fn with_dispute(world: &mut World, run: Pubkey, phase: DisputePhase, slot: u64, moves: u16) -> Pubkey {
    let key = address::dispute(&run, &fixture::key(CHALLENGER));
    let mut dispute = fixture::dispute(&world.runs[&run], run, fixture::key(CHALLENGER));
    (dispute.phase, dispute.moves) = (phase, moves);
    world.disputes.insert(key, at(key, slot, dispute));
    key
}

fn desk(who: u8) -> Disputes {
    Disputes::new(fixture::key(who), ChallengeTuning::default())
}

fn moves(desk: &Disputes, world: &World) -> Vec<DisputeJob> {
    desk.moves(world, world.moment, Duration::ZERO)
}

fn opens(desk: &Disputes, world: &World) -> Vec<DisputeJob> {
    desk.opens(world, world.moment, Duration::ZERO, |_, _| true)
}

fn landed(slot: u64, moves: u16) -> Result<Moved, JobError> {
    let receipt = Receipt { signature: Signature::default(), slot, details: None };
    Ok(Moved::Landed { label: "a move".to_owned(), receipt, moves })
}

#[test]
fn each_side_moves_when_it_owes_and_the_challenger_may_open_too() {
    let (mut world, run) = world();
    for (phase, provider, challenger) in [
        (DisputePhase::Trace, true, false),
        (DisputePhase::PickOperation, false, true),
        (DisputePhase::OpenTensors, true, true),
        (DisputePhase::PickLeaf, false, true),
        (DisputePhase::OpenLeaf, true, true),
        (DisputePhase::Parts, true, false),
        (DisputePhase::Step, true, true),
        (DisputePhase::Over(DisputeVerdict::ProviderWon), false, false),
    ] {
        let dispute = with_dispute(&mut world, run, phase, 100, 1);
        for (who, moves_now) in [(PROVIDER, provider), (CHALLENGER, challenger), (8, false)] {
            let expected: Vec<_> = moves_now.then_some(DisputeJob::Move(dispute)).into_iter().collect();
            assert_eq!(moves(&desk(who), &world), expected, "{phase:?}, {who}");
        }
    }
}

#[test]
fn nothing_is_sent_twice_and_a_clock_that_ran_out_is_over() {
    let (mut world, run) = world();
    let dispute = with_dispute(&mut world, run, DisputePhase::Trace, 100, 0);
    let (mut desk, progress) = (desk(PROVIDER), Progress::<()>::new(NodeTuning::default()));
    let job = DisputeJob::Move(dispute);
    desk.begin(job);
    assert_eq!(moves(&desk, &world), []);
    assert!(desk.owes(&world, world.moment));
    desk.ended(job, landed(105, 1), &progress).unwrap();
    // What was read before does not show it yet.
    assert_eq!(moves(&desk, &world), []);
    with_dispute(&mut world, run, DisputePhase::RevealTrace, 105, 2);
    assert_eq!(moves(&desk, &world), [job], "a move of the other side in the same slot");
    desk.ended(job, Ok(Moved::Waits { moves: 2 }), &progress).unwrap();
    assert_eq!(moves(&desk, &world), []);
    with_dispute(&mut world, run, DisputePhase::Parts, 106, 3);
    assert_eq!(moves(&desk, &world), [job]);
    world.moment = fixture::moment(760);
    assert_eq!(moves(&desk, &world), []);
    assert!(!desk.owes(&world, world.moment));
}

#[test]
fn a_failed_move_is_tried_again_later_and_a_fatal_one_ends_the_agent() {
    let (mut world, run) = world();
    let job = DisputeJob::Move(with_dispute(&mut world, run, DisputePhase::Trace, 100, 0));
    let (mut desk, progress) = (desk(PROVIDER), Progress::<()>::new(NodeTuning::default()));
    let unreachable = ChainError::NotFound { what: "task".to_owned(), key: run };
    desk.ended(job, Err(JobError::Chain(unreachable)), &progress).unwrap();
    assert_eq!(moves(&desk, &world), []);
    assert_eq!(desk.moves(&world, world.moment, Duration::from_secs(3_600)), [job]);
    let fatal = ChainError::Config { reason: "no journal".to_owned() };
    desk.ended(job, Err(JobError::Chain(fatal)), &progress).unwrap_err();
}

#[test]
fn a_dispute_is_opened_once_in_time_and_within_limits() {
    let (mut world, run) = world();
    let mut challenger = desk(CHALLENGER);
    let job = DisputeJob::Open(run);
    assert_eq!(opens(&challenger, &world), [job]);
    assert_eq!(challenger.opens(&world, world.moment, Duration::ZERO, |_, _| false), []);
    // Not on the own run, not for a higher bond than wanted, none where none is wanted.
    assert_eq!(opens(&desk(PROVIDER), &world), []);
    for tuning in
        [ChallengeTuning { max_bond: 999, ..Default::default() }, ChallengeTuning { at_once: 0, ..Default::default() }]
    {
        assert_eq!(opens(&Disputes::new(fixture::key(CHALLENGER), tuning), &world), []);
    }
    challenger.begin(job);
    assert_eq!(opens(&challenger, &world), []);
    let progress = Progress::<()>::new(NodeTuning::default());
    challenger.ended(job, landed(101, 0), &progress).unwrap();
    assert_eq!(opens(&challenger, &world), []);
    let dispute = with_dispute(&mut world, run, DisputePhase::PickOperation, 101, 0);
    challenger.forget(&world);
    assert_eq!(opens(&challenger, &world), []);
    assert_eq!(moves(&challenger, &world), [DisputeJob::Move(dispute)]);
    // It ended, and the run stands: another bond would go the same way.
    world.disputes.clear();
    let read_later = world.runs.get_mut(&run).unwrap();
    read_later.slot = 200;
    challenger.forget(&world);
    assert_eq!(opens(&challenger, &world), []);
    // What a move that came too late may have left is looked for, once.
    assert_eq!(moves(&challenger, &world), [DisputeJob::Tidy(dispute)]);
    challenger.begin(DisputeJob::Tidy(dispute));
    assert_eq!(moves(&challenger, &world), []);
}

#[test]
fn nothing_is_opened_after_the_window_or_on_a_run_that_is_decided() {
    let (mut world, run) = world();
    let until = world.tasks[&world.runs[&run].task].challenge_until;
    world.moment.unix = until.unix;
    world.moment.slot = until.slot;
    assert_eq!(opens(&desk(CHALLENGER), &world), []);
    world.moment = fixture::moment(50);
    let task = world.runs[&run].task;
    world.tasks.get_mut(&task).unwrap().data.state = TaskState::Settled;
    assert_eq!(opens(&desk(CHALLENGER), &world), []);
}
