use tessera::errors::TesseraError;
use tessera::state::{DisputePhase, TreeNode};
use tessera_compute::{DType, GraphBuilder, Tensor};
use tessera_tests::svm::committed::{Traced, below};

use super::{WON, disputed};

/// Operations of the chain.
const OPERATIONS: usize = 20;
/// The first wrong one.
const WRONG: usize = 13;
/// The leaf with the wrong element.
const LEAF: u64 = 57;

/// A chain of sums on 100 rows of a leaf each; from one operation on, an element is too large.
fn chain() -> Traced {
    let mut builder = GraphBuilder::new();
    let mut value = builder.input(DType::F32, &[100, 128]).unwrap();
    for _ in 0..OPERATIONS {
        value = builder.add_scalar(value, 1.0).unwrap();
    }
    builder.output(value).unwrap();
    let input: Vec<f32> = (0..12_800_u16).map(f32::from).collect();
    let tensor = |values: Vec<f32>| Tensor::f32(&[100, 128], values).unwrap();
    let trace: Vec<Tensor> = (0..OPERATIONS)
        .map(|operation| {
            let mut values: Vec<f32> = input.iter().map(|x| x + operation as f32 + 1.0).collect();
            if operation >= WRONG {
                values[LEAF as usize * 128 + 3] += 1.0;
            }
            tensor(values)
        })
        .collect();
    Traced::new(builder.finish().unwrap(), &[tensor(input)], &trace)
}

#[test]
fn withheld_trees_are_shown_four_levels_at_a_time_until_the_wrong_leaf_is_known() {
    let traced = chain();
    let (mut world, _, dispute) = disputed(&traced);
    world.send(world.dispute_trace(dispute, traced.shown_trace()));
    // Four levels below 20 leaves are nodes of two leaves under the first 16, and the last four leaves.
    let leaves = traced.trace_leaves();
    world.refuse(TesseraError::DescentOrder, world.dispute_descend(dispute, Some(0)));
    world.send(world.dispute_descend(dispute, None));
    assert_eq!(world.phase(dispute), DisputePhase::RevealTrace);
    let hashes = below(&leaves, world.dispute(dispute).node);
    world.send(world.dispute_reveal(dispute, hashes.clone()));
    let state = world.dispute(dispute);
    assert_eq!((state.phase, state.scratch), (DisputePhase::PickOperation, hashes.as_flattened().to_vec()));
    world.refuse(TesseraError::DescentOrder, world.dispute_descend(dispute, None));
    world.refuse(TesseraError::DescentOrder, world.dispute_descend(dispute, Some(hashes.len() as u8)));
    world.send(world.dispute_descend(dispute, Some(6)));
    let node = world.dispute(dispute).node;
    assert_eq!((node.first, node.count, node.hash), (12, 2, hashes[6]));
    world.send(world.dispute_reveal(dispute, below(&leaves, node)));
    // A leaf has nothing below it.
    world.refuse(TesseraError::DescentOrder, world.dispute_descend(dispute, Some(1)));
    world.play_until(dispute, &traced, WRONG, DisputePhase::PickLeaf);
    assert_eq!(world.dispute(dispute).node, TreeNode::NONE);

    let leaves = traced.trace[WRONG].leaf_hashes();
    let mut child = None;
    loop {
        world.send(world.dispute_descend(dispute, child));
        assert_eq!(world.phase(dispute), DisputePhase::RevealTensor);
        let node = world.dispute(dispute).node;
        world.send(world.dispute_reveal(dispute, below(&leaves, node)));
        let of = tessera_compute::referee::merkle::Node { first: node.first, count: node.count };
        let mut nodes = tessera_compute::referee::merkle::frontier(of, 4).enumerate();
        let (place, next) = nodes.find(|(_, node)| (node.first..node.first + node.count).contains(&LEAF)).unwrap();
        if next.count == 1 {
            break;
        }
        child = Some(place as u8);
    }
    world.send(world.dispute_leaf(dispute, LEAF));
    world.send(world.dispute_show(dispute, traced.shown_leaf(WRONG, LEAF)));
    world.refuse(TesseraError::ElementOutside, world.dispute_element(dispute, 0));
    world.refuse(TesseraError::ElementOutside, world.dispute_element(dispute, 1 << 40));
    world.send(world.dispute_element(dispute, LEAF * 128 + 3));
    let step = traced.step(&world.dispute(dispute));
    world.send(world.dispute_step(dispute, step));
    assert_eq!(world.phase(dispute), WON);
}

#[test]
fn refuses_hashes_that_do_not_lead_to_the_node() {
    let traced = chain();
    let (mut world, _, dispute) = disputed(&traced);
    world.send(world.dispute_trace(dispute, traced.shown_trace()));
    world.send(world.dispute_descend(dispute, None));
    let hashes = below(&traced.trace_leaves(), world.dispute(dispute).node);
    let mut wrong = hashes.clone();
    wrong[3][0] ^= 1;
    world.refuse(TesseraError::OpeningWrong, world.dispute_reveal(dispute, wrong));
    world.refuse(TesseraError::OpeningMalformed, world.dispute_reveal(dispute, hashes[1..].to_vec()));
    world.refuse(TesseraError::OpeningMalformed, world.dispute_reveal(dispute, Vec::new()));
    let call = world.dispute_reveal(dispute, hashes).with(|call| call.accounts.mover = dispute.challenger.key);
    world.refuse(TesseraError::DisputeTurn, call);
}
