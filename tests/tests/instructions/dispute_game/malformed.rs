use tessera::errors::TesseraError;
use tessera::events::{DisputeCause, DisputeEnded, DisputeSettled};
use tessera::instructions::DisputeInputArgs;
use tessera::state::{DisputePhase, Run};
use tessera_compute::{DType, TensorType};
use tessera_tests::svm::committed::Committed;
use tessera_tests::svm::disputes::{MAP, PRODUCT, honest};

use super::{NO_VERDICT, REWARD, WON, disputed};

#[test]
fn a_malformed_descriptor_ends_without_a_verdict_and_the_run_is_unharmed() {
    let mut traced = honest();
    // An unknown operation.
    traced.descriptors[PRODUCT][1] = 0x77;
    let (mut world, run, dispute) = disputed(&traced);
    world.play_until(dispute, &traced, PRODUCT, DisputePhase::PickOperation);
    let ended: DisputeEnded = world.send(world.dispute_operation(dispute, traced.operation(PRODUCT))).event();
    assert_eq!((world.phase(dispute), ended.because), (NO_VERDICT, DisputeCause::Malformed));
    let settled: DisputeSettled = world.send(world.dispute_settle(dispute)).event();
    assert_eq!((settled.challenger_paid.amount, settled.sunk), (REWARD, 0));
    assert_eq!(world.read::<Run>(&run.key).open_disputes, 0);
    world.warp(1_800);
    world.send(world.task_settle(run, &[]));
}

#[test]
fn operands_that_come_later_or_are_missing_are_malformed() {
    // The source and index of the map's operand follow the code and the number of operands.
    for (source, index) in [(1, 1), (1, 2), (0, 2)] {
        let mut traced = honest();
        traced.descriptors[MAP][3] = source;
        traced.descriptors[MAP][4] = index;
        let (mut world, _, dispute) = disputed(&traced);
        world.play_until(dispute, &traced, MAP, DisputePhase::PickOperation);
        world.send(world.dispute_operation(dispute, traced.operation(MAP)));
        assert_eq!(world.phase(dispute), NO_VERDICT);
    }
}

fn contradiction(traced: &tessera_tests::svm::committed::Traced, tensor: u8) -> DisputeInputArgs {
    let opening = traced.opening(PRODUCT, tensor);
    let ty = traced.tensor(PRODUCT, tensor).ty;
    DisputeInputArgs {
        tensor,
        leaves: ty.leaves(),
        header: ty.header().bytes().to_vec(),
        tree: opening.tree,
        proof: opening.proof,
    }
}

#[test]
fn an_input_that_is_not_what_the_graph_says_ends_without_a_verdict() {
    let mut traced = honest();
    let other = TensorType::new(DType::F32, &[4, 301]).unwrap();
    traced.inputs[0] = Committed::of_leaf(other, 0, [0; 512]);
    let (mut world, _, dispute) = disputed(&traced);
    world.refuse(TesseraError::DisputePhase, world.dispute_input(dispute, contradiction(&traced, 1)));
    world.play_until(dispute, &traced, PRODUCT, DisputePhase::OpenTensors);
    // It cannot be opened as what the descriptor says.
    world.refuse(TesseraError::OpeningWrong, world.dispute_tensors(dispute, traced.openings(PRODUCT)));
    let mut wrong = contradiction(&traced, 1);
    wrong.tree[0] ^= 1;
    world.refuse(TesseraError::OpeningWrong, world.dispute_input(dispute, wrong));
    world.refuse(TesseraError::InputFits, world.dispute_input(dispute, contradiction(&traced, 2)));
    world.refuse(TesseraError::TensorUnknown, world.dispute_input(dispute, contradiction(&traced, 0)));
    let ended: DisputeEnded = world.send(world.dispute_input(dispute, contradiction(&traced, 1))).event();
    assert_eq!((world.phase(dispute), ended.because), (NO_VERDICT, DisputeCause::Malformed));
}

/// The product's only leaf with a byte in the padding of its first row: 5 elements of 8.
fn padded() -> tessera_tests::svm::committed::Traced {
    let mut traced = honest();
    let (mut bytes, _) = traced.trace[PRODUCT].leaf(0);
    bytes[21] = 1;
    traced.trace[PRODUCT] = Committed::of_leaf(traced.trace[PRODUCT].ty, 0, bytes);
    traced
}

#[test]
fn padding_that_is_not_zero_loses_when_the_leaf_is_shown() {
    let traced = padded();
    let (mut world, _, dispute) = disputed(&traced);
    world.play_until(dispute, &traced, PRODUCT, DisputePhase::OpenLeaf);
    let ended: DisputeEnded = world.send(world.dispute_show(dispute, traced.shown_leaf(PRODUCT, 0))).event();
    assert_eq!((world.phase(dispute), ended.because), (WON, DisputeCause::Padding));
}

#[test]
fn padding_that_is_not_zero_loses_where_a_step_reads_it() {
    let traced = padded();
    let (mut world, _, dispute) = disputed(&traced);
    world.play_until(dispute, &traced, MAP, DisputePhase::Step);
    let step = traced.step(&world.dispute(dispute));
    let ended: DisputeEnded = world.send(world.dispute_step(dispute, step)).event();
    assert_eq!((world.phase(dispute), ended.because), (WON, DisputeCause::Padding));
}
