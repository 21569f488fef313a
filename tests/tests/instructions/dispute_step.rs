use tessera::errors::TesseraError;
use tessera::instructions::{DisputeStepArgs, StepLeaf};
use tessera::state::{DisputePhase, DisputeVerdict};
use tessera_tests::svm::committed::Traced;
use tessera_tests::svm::disputes::{MAP, PRODUCT, honest, parts, wrong};
use tessera_tests::svm::{DisputeRef, World};

use crate::Case;

fn at(phase: DisputePhase, operation: usize, traced: Traced) -> (World, Traced, DisputeRef) {
    let mut world = World::default();
    let run = world.submitted_trace(&traced);
    let dispute = world.disputed(run, &traced);
    world.play_until(dispute, &traced, operation, phase);
    (world, traced, dispute)
}

#[test]
fn parts_are_the_providers_alone_and_must_add_up() {
    let (mut world, _, dispute) = at(DisputePhase::Parts, PRODUCT, wrong(PRODUCT));
    let right = parts(&world.dispute(dispute));
    assert_eq!(right.len(), 3 * 4, "300 terms are three segments of one chain");
    let mut wrong = right.clone();
    wrong[8] ^= 1;
    world.refuse(TesseraError::PartsWrong, world.dispute_parts(dispute, wrong));
    world.refuse(TesseraError::PartsWrong, world.dispute_parts(dispute, right[..8].to_vec()));
    world.refuse(TesseraError::PartsWrong, world.dispute_parts(dispute, Vec::new()));
    for mover in [dispute.challenger.key, world.cranker.key] {
        let call = world.dispute_parts(dispute, right.clone()).with(|call| call.accounts.mover = mover);
        world.refuse(TesseraError::DisputeTurn, call);
    }
    world.send(world.dispute_parts(dispute, right.clone()));
    assert_eq!(world.dispute(dispute).scratch, right);
    for part in [3, u16::MAX] {
        world.refuse(TesseraError::PartUnknown, world.dispute_part(dispute, part));
    }
    let call = world.dispute_part(dispute, 2).with(|call| call.accounts.mover = dispute.run.provider.authority);
    world.refuse(TesseraError::DisputeTurn, call);
}

#[test]
fn a_right_part_of_a_wrong_claim_wins_for_the_provider() {
    // Advice to challengers, kept: the first two segments are right.
    for part in [0, 1] {
        let (mut world, traced, dispute) = at(DisputePhase::PickPart, PRODUCT, wrong(PRODUCT));
        world.send(world.dispute_part(dispute, part));
        let step = traced.step(&world.dispute(dispute));
        world.step_from_buffer(dispute, world.cranker.key, &step);
        assert_eq!(world.phase(dispute), DisputePhase::Over(DisputeVerdict::ProviderWon));
    }
}

#[test]
fn refuses_leaves_that_are_not_the_operands() {
    let (mut world, traced, dispute) = at(DisputePhase::Step, MAP, honest());
    let right = traced.step(&world.dispute(dispute));
    let cases: [Case<Vec<StepLeaf>>; 9] = [
        (Vec::clear, TesseraError::StepLeafMissing),
        (|leaves| leaves[0].tensor = 2, TesseraError::TensorUnknown),
        (|leaves| leaves[0].tensor = 255, TesseraError::TensorUnknown),
        (|leaves| leaves[0].tensor = 0, TesseraError::OpeningWrong),
        (|leaves| leaves[0].leaf = 1, TesseraError::OpeningMalformed),
        (|leaves| leaves[0].bytes[0] ^= 1, TesseraError::OpeningWrong),
        (|leaves| leaves[0].bytes.truncate(511), TesseraError::LeafLength),
        (|leaves| leaves[0].proof.push([0; 32]), TesseraError::OpeningMalformed),
        (
            |leaves| *leaves = vec![StepLeaf { tensor: 0, leaf: 0, bytes: Vec::new(), proof: Vec::new() }; 5],
            TesseraError::StepLeaves,
        ),
    ];
    for (change, error) in cases {
        let mut step = right.clone();
        change(&mut step.leaves);
        world.refuse(error, world.dispute_step(dispute, step));
    }
    world.send(world.dispute_step(dispute, right.clone()));
    world.refuse(TesseraError::DisputeOver, world.dispute_step(dispute, right));
}

#[test]
fn refuses_moves_of_other_phases() {
    let (mut world, traced, dispute) = at(DisputePhase::PickOperation, MAP, honest());
    world.refuse(TesseraError::DisputePhase, world.dispute_trace(dispute, traced.shown_trace()));
    world.refuse(TesseraError::DisputePhase, world.dispute_reveal(dispute, vec![[0; 32]]));
    world.refuse(TesseraError::DisputePhase, world.dispute_tensors(dispute, traced.openings(MAP)));
    world.refuse(TesseraError::DisputePhase, world.dispute_leaf(dispute, 0));
    world.refuse(TesseraError::DisputePhase, world.dispute_show(dispute, traced.shown_leaf(MAP, 0)));
    world.refuse(TesseraError::DisputePhase, world.dispute_element(dispute, 0));
    world.refuse(TesseraError::DisputePhase, world.dispute_parts(dispute, vec![0; 4]));
    world.refuse(TesseraError::DisputePhase, world.dispute_part(dispute, 0));
    world.refuse(TesseraError::DisputePhase, world.dispute_step(dispute, DisputeStepArgs { leaves: Vec::new() }));
}
