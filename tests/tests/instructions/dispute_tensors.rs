use tessera::errors::TesseraError;
use tessera::instructions::{DisputeOperationArgs, DisputeTensorsArgs, TensorOpening};
use tessera::state::DisputePhase;
use tessera_tests::svm::committed::Traced;
use tessera_tests::svm::disputes::{MAP, PRODUCT, honest};
use tessera_tests::svm::{DisputeRef, World};

use crate::Case;

fn at(phase: DisputePhase, operation: usize) -> (World, Traced, DisputeRef) {
    let (mut world, traced) = (World::default(), honest());
    let run = world.submitted_trace(&traced);
    let dispute = world.disputed(run, &traced);
    world.play_until(dispute, &traced, operation, phase);
    (world, traced, dispute)
}

#[test]
fn refuses_an_operation_that_is_not_the_graphs() {
    let (mut world, traced, dispute) = at(DisputePhase::PickOperation, MAP);
    let cases: [Case<DisputeOperationArgs>; 4] = [
        (|args| args.operation = 0, TesseraError::OpeningWrong),
        (|args| args.operation = 2, TesseraError::OpeningMalformed),
        (|args| args.descriptor[10] ^= 1, TesseraError::OpeningWrong),
        (|args| args.proof.clear(), TesseraError::OpeningMalformed),
    ];
    for (change, error) in cases {
        let call = world.dispute_operation(dispute, traced.operation(MAP));
        world.refuse(error, call.with(|call| change(call.args.args.as_mut().unwrap())));
    }
    for mover in [dispute.run.provider.authority, world.cranker.key] {
        let call = world.dispute_operation(dispute, traced.operation(MAP)).with(|call| call.accounts.mover = mover);
        world.refuse(TesseraError::DisputeTurn, call);
    }
}

#[test]
fn anyone_opens_tensors_some_or_all_at_a_time_and_the_clock_goes_on() {
    let (mut world, traced, dispute) = at(DisputePhase::OpenTensors, PRODUCT);
    let until = world.dispute(dispute).clocks.until;
    world.warp(10);
    let open = |tensors: &[u8]| DisputeTensorsArgs {
        tensors: tensors.iter().map(|tensor| traced.opening(PRODUCT, *tensor)).collect(),
    };
    let stranger = world.cranker.key;
    let call = world.dispute_tensors(dispute, open(&[2])).with(|call| call.accounts.mover = stranger);
    world.send(call);
    let state = world.dispute(dispute);
    assert_eq!((state.opened, state.clocks.until, state.phase), (0b100, until, DisputePhase::OpenTensors));
    world.refuse(TesseraError::AlreadyOpened, world.dispute_tensors(dispute, open(&[2])));
    world.refuse(TesseraError::AlreadyOpened, world.dispute_tensors(dispute, open(&[])));
    world.send(world.dispute_tensors(dispute, open(&[0, 1, 2])));
    let state = world.dispute(dispute);
    assert_eq!((state.opened, state.phase), (0b111, DisputePhase::PickLeaf));
    assert_eq!(state.tensors[2], traced.inputs[1].tree);
}

#[test]
fn refuses_other_tensors() {
    let (mut world, traced, dispute) = at(DisputePhase::OpenTensors, PRODUCT);
    let cases: [Case<TensorOpening>; 5] = [
        (|opening| opening.tensor = 3, TesseraError::TensorUnknown),
        (|opening| opening.tensor = 255, TesseraError::TensorUnknown),
        (|opening| opening.tensor = 2, TesseraError::OpeningWrong),
        (|opening| opening.tree[0] ^= 1, TesseraError::OpeningWrong),
        (|opening| opening.proof.push([0; 32]), TesseraError::OpeningMalformed),
    ];
    for (change, error) in cases {
        let mut opening = traced.opening(PRODUCT, 1);
        change(&mut opening);
        world.refuse(error, world.dispute_tensors(dispute, DisputeTensorsArgs { tensors: vec![opening] }));
    }
}

#[test]
fn refuses_leaves_and_elements_that_are_not_there() {
    let (mut world, traced, dispute) = at(DisputePhase::PickLeaf, PRODUCT);
    for leaf in [1, u64::MAX] {
        world.refuse(TesseraError::LeafUnknown, world.dispute_leaf(dispute, leaf));
    }
    let call = world.dispute_leaf(dispute, 0).with(|call| call.accounts.mover = dispute.run.provider.authority);
    world.refuse(TesseraError::DisputeTurn, call);
    world.send(world.dispute_leaf(dispute, 0));
    let mut shown = traced.shown_leaf(PRODUCT, 0);
    shown.bytes[0] ^= 1;
    world.refuse(TesseraError::OpeningWrong, world.dispute_show(dispute, shown.clone()));
    shown.bytes.pop();
    world.refuse(TesseraError::LeafLength, world.dispute_show(dispute, shown.clone()));
    shown.proof.push([0; 32]);
    shown.bytes.push(0);
    world.refuse(TesseraError::OpeningMalformed, world.dispute_show(dispute, shown));
    let call = world.dispute_show(dispute, traced.shown_leaf(PRODUCT, 0));
    world.send(call.with(|call| call.accounts.mover = world.cranker.key));
    for element in [20, u64::MAX] {
        world.refuse(TesseraError::ElementOutside, world.dispute_element(dispute, element));
    }
}
