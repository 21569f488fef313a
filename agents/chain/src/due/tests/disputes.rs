use tessera::state::{Dispute, DisputePhase, DisputeVerdict};

use super::*;

const RUN: u8 = 20;
const DISPUTE: u8 = 21;

/// A disputed run; `change` says how far things are.
fn disputed(change: impl FnOnce(&mut Task, &mut Run, &mut Dispute)) -> World {
    let (mut task, mut run) = (open(), submitted(3));
    fixture::with_run(&mut task, &run);
    (task.open_disputes, run.open_disputes) = (1, 1);
    let mut dispute = fixture::dispute(&run, key(RUN), key(30));
    change(&mut task, &mut run, &mut dispute);
    let mut world = world(task, &[(key(RUN), run)]);
    put(&mut world, key(DISPUTE), Account::Dispute(Box::new(dispute)));
    world
}

fn crank(world: &World, now: u32) -> Option<Crank> {
    of_dispute(world, &world.disputes[&key(DISPUTE)], moment(now)).map(|due| due.crank)
}

fn ids() -> (Pubkey, Pubkey, Pubkey) {
    (key(TASK), key(RUN), key(DISPUTE))
}

#[test]
fn a_side_that_lets_its_deadline_pass_is_timed_out() {
    let (task, run, dispute) = ids();
    let world = disputed(|_, _, _| {});
    assert_eq!(crank(&world, 759), None);
    assert_eq!(crank(&world, 760), Some(Crank::TimeOutDispute { task, run, dispute }));
    assert!(all(&world, moment(760)).iter().any(|due| due.crank.dispute() == Some(dispute)));
}

#[test]
fn a_verdict_is_carried_out_at_once() {
    let (task, run, dispute) = ids();
    for verdict in [DisputeVerdict::ChallengerWon, DisputeVerdict::ProviderWon, DisputeVerdict::NoVerdict] {
        let world = disputed(|_, _, dispute| dispute.phase = DisputePhase::Over(verdict));
        assert_eq!(crank(&world, 50), Some(Crank::SettleDispute { task, run, dispute }));
    }
}

#[test]
fn a_run_that_others_refuted_ends_its_disputes() {
    let (task, run, dispute) = ids();
    let world = disputed(|task, _, _| task.slots[0].state = SlotState::Refuted);
    assert_eq!(crank(&world, 50), Some(Crank::SettleDispute { task, run, dispute }));
}

#[test]
fn the_winner_is_paid_once_its_run_is_slashed_or_gone() {
    let (task, run, dispute) = ids();
    let settled = |state: RunState| {
        disputed(|task, run, dispute| {
            (task.open_disputes, run.open_disputes, run.refuted_by, run.state) = (0, 0, key(DISPUTE), state);
            task.slots[0].state = SlotState::Refuted;
            (dispute.phase, dispute.settled) = (DisputePhase::Over(DisputeVerdict::ChallengerWon), true);
        })
    };
    let close = Some(Crank::CloseDispute { task, run, dispute });
    assert_eq!(crank(&settled(RunState::Submitted), 50), None);
    assert_eq!(crank(&settled(RunState::Slashed), 50), close);
    let mut gone = settled(RunState::Slashed);
    gone.runs.clear();
    gone.tasks.clear();
    assert_eq!(crank(&gone, 50), close);
}

#[test]
fn nothing_is_settled_while_a_run_of_the_task_is_disputed() {
    let world = disputed(|_, run, _| run.draw = Draw::Hash([1; 32]));
    assert_eq!(cranks(&world, 630), []);
    let world = disputed(|_, run, _| (run.draw, run.open_disputes) = (Draw::Hash([1; 32]), 0));
    assert_eq!(cranks(&world, 630), [], "another run's");
}
