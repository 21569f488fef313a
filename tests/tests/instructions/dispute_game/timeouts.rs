use tessera::errors::TesseraError;
use tessera::events::{DisputeCause, DisputeEnded};
use tessera::state::DisputePhase;
use tessera_rules::{Side, owes};
use tessera_tests::svm::disputes::{ELEMENT, PRODUCT, wrong};

use super::{LOST, WON, disputed};

/// In the order of a dispute over a product.
const PHASES: [DisputePhase; 9] = [
    DisputePhase::Trace,
    DisputePhase::PickOperation,
    DisputePhase::OpenTensors,
    DisputePhase::PickLeaf,
    DisputePhase::OpenLeaf,
    DisputePhase::PickElement,
    DisputePhase::Parts,
    DisputePhase::PickPart,
    DisputePhase::Step,
];

#[test]
fn silence_loses_in_every_phase_once_both_clocks_have_passed() {
    let traced = wrong(PRODUCT);
    for phase in PHASES {
        let (mut world, _, dispute) = disputed(&traced);
        world.play_until(dispute, &traced, PRODUCT, phase);
        let until = world.dispute(dispute).clocks.until;
        for (unix, slot) in [(until.unix - 1, until.slot), (until.unix, until.slot - 1)] {
            world.bank.set_clock(unix, slot);
            world.refuse(TesseraError::TooEarly, world.dispute_timeout(dispute));
        }
        world.bank.set_clock(until.unix, until.slot);
        let ended: DisputeEnded = world.send(world.dispute_timeout(dispute)).event();
        let expected = if owes(phase.into()) == Some(Side::Provider) { WON } else { LOST };
        assert_eq!(world.phase(dispute), expected, "{phase:?}");
        assert_eq!((ended.verdict, ended.because), (expected.verdict(), DisputeCause::Silence));
        world.refuse(TesseraError::DisputeOver, world.dispute_timeout(dispute));
        world.send(world.dispute_settle(dispute));
    }
}

#[test]
fn a_move_at_the_deadline_comes_too_late() {
    let traced = wrong(PRODUCT);
    let (mut world, _, dispute) = disputed(&traced);
    let until = world.dispute(dispute).clocks.until;
    world.bank.set_clock(until.unix, until.slot);
    world.refuse(TesseraError::TooLate, world.dispute_trace(dispute, traced.shown_trace()));
    world.bank.set_clock(until.unix, until.slot - 1);
    world.send(world.dispute_trace(dispute, traced.shown_trace()));
    let until = world.dispute(dispute).clocks.until;
    world.bank.set_clock(until.unix, until.slot);
    world.refuse(TesseraError::TooLate, world.dispute_operation(dispute, traced.operation(PRODUCT)));
}

#[test]
fn time_that_a_side_takes_is_gone() {
    let traced = wrong(PRODUCT);
    let (mut world, _, dispute) = disputed(&traced);
    world.play_until(dispute, &traced, PRODUCT, DisputePhase::PickElement);
    world.warp(500);
    world.send(world.dispute_element(dispute, ELEMENT));
    let clocks = world.dispute(dispute).clocks;
    assert_eq!((clocks.challenger_left, clocks.provider_left), (3_100, 3_600));
}
