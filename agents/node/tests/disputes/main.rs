//! Both sides of the dispute game, as agents play it, without a chain.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod desk;
mod game;
mod graph;
mod transactions;

use std::cell::RefCell;
use std::collections::BTreeSet;

use game::{Server, Serves, agent, begin, play, truth};
use graph::every_operation;
use proptest::prelude::*;
use tessera_chain::program::instructions::DisputeOperationArgs;
use tessera_chain::rules::{DisputeVerdict, Phase};
use tessera_compute::referee::dispute::{Expect, leaf_of};
use tessera_compute::referee::merkle::{FRONTIER_LEVELS, frontier};

use tessera_node::dispute::{Choice, DisputeState, Fault, NotServed, Play, Served, Truth, answer, turn};

const NOTHING: Serves = Serves { trace: false, trees: false, leaves: false };
const ALL: Serves = Serves { trace: true, trees: true, leaves: true };

#[test]
fn one_wrong_bit_in_any_operation_loses_whatever_is_served() {
    let task = every_operation();
    let names: BTreeSet<&str> = task.graph.operations().iter().map(|operation| operation.kind.name()).collect();
    assert_eq!(names.len(), 45, "{names:?}");
    let some = [NOTHING, ALL, Serves { leaves: false, ..ALL }, Serves { trees: false, ..ALL }];
    let mut challenger = truth(&task, Fault::default());
    let mut most = [0; 4];
    for operation in 0..task.graph.op_count() {
        let fault = Fault::flipping(operation, u64::from(operation) * 7_919, u32::from(operation) * 5);
        for (which, serves) in some.into_iter().enumerate() {
            let mut provider = truth(&task, fault.clone());
            let served = Server(RefCell::new(truth(&task, fault.clone())), serves);
            let end = play(&mut provider, &mut agent(&mut challenger, &served));
            assert_eq!(end.verdict, DisputeVerdict::ChallengerWon, "operation {operation}, {serves:?}, {end:?}");
            // No scores give the best centre of a block that does not hold it.
            let kind = task.graph.operations()[usize::from(operation)].kind.name();
            assert!(!end.silence || kind == "nearest", "operation {operation}, {serves:?}, {end:?}");
            most[which] = most[which].max(end.moves);
        }
    }
    println!("moves at most, with nothing, everything, no leaves, no trees served: {most:?}");
    assert!(most[1] <= 16 && most[0] <= 24, "{most:?}");
}

#[test]
fn lies_and_silence_of_a_provider_lose() {
    let task = every_operation();
    let wrong = Fault::flipping(40, 1, 3);
    let mut faults = vec![
        Fault { trace: Some(3), ..Fault::default() },
        Fault { fits: false, ..wrong.clone() },
        Fault { trace: Some(12), ..wrong.clone() },
    ];
    let owed = [
        Phase::Trace,
        Phase::RevealTrace,
        Phase::OpenTensors,
        Phase::RevealTensor,
        Phase::OpenLeaf,
        Phase::Parts,
        Phase::Step,
    ];
    faults.extend(owed.map(|phase| Fault { silent: Some(phase), ..wrong.clone() }));
    let mut challenger = truth(&task, Fault::default());
    for fault in faults {
        let end = play(&mut truth(&task, fault.clone()), &mut agent(&mut challenger, &NotServed));
        assert_eq!(end.verdict, DisputeVerdict::ChallengerWon, "{fault:?}");
    }
}

#[test]
fn a_wrong_or_silent_challenger_loses() {
    let task = every_operation();
    let picks = [Phase::PickOperation, Phase::PickLeaf, Phase::PickElement, Phase::PickPart];
    let silent = picks.map(|phase| Fault { silent: Some(phase), ..Fault::flipping(40, 1, 3) });
    for fault in silent.into_iter().chain((0..task.graph.op_count()).map(|op| Fault::flipping(op, 77, 9))) {
        let mut challenger = truth(&task, fault.clone());
        let mut provider = truth(&task, Fault::default());
        let served = Server(RefCell::new(truth(&task, Fault::default())), ALL);
        for served in [&NotServed as &dyn Served, &served] {
            let end = play(&mut provider, &mut agent(&mut challenger, served));
            assert_eq!(end.verdict, DisputeVerdict::ProviderWon, "{fault:?}");
        }
    }
}

#[test]
fn what_is_served_wrongly_is_as_if_it_was_not_served() {
    let task = every_operation();
    let fault = Fault::flipping(20, 5, 1);
    let mut challenger = truth(&task, Fault::default());
    // Another run's data, and a right one's.
    for other in [Fault::flipping(20, 6, 1), Fault::flipping(3, 6, 1), Fault::default()] {
        let served = Server(RefCell::new(truth(&task, other)), ALL);
        let end = play(&mut truth(&task, fault.clone()), &mut agent(&mut challenger, &served));
        assert_eq!(end.verdict, DisputeVerdict::ChallengerWon);
        assert!(!end.silence);
    }
}

/// Picks that the program accepts, by these numbers.
fn any_pick(state: &DisputeState, truth: &Truth, numbers: &mut impl FnMut() -> u64) -> Vec<Play> {
    let mut below = |count: u64| numbers() % count.max(1);
    let descend = |state: &DisputeState, number: u64| {
        let Some((node, _)) = state.node else { return Some(Play::Descend(None)) };
        let children: Vec<u8> =
            (0..).zip(frontier(node, FRONTIER_LEVELS)).filter(|(_, node)| node.count > 1).map(|(at, _)| at).collect();
        let child = children.get(usize::try_from(number).unwrap() % children.len().max(1))?;
        Some(Play::Descend(Some(*child)))
    };
    match state.phase {
        Phase::PickOperation | Phase::PickLeaf if below(2) == 0 => {
            let play = descend(state, below(16)).filter(|play| state.after(play).is_ok());
            play.into_iter().collect()
        }
        Phase::PickOperation => {
            let operation = u16::try_from(below(state.operations.into())).unwrap();
            let (descriptor, proof) = truth.descriptor(operation).unwrap();
            vec![Play::Operation(DisputeOperationArgs { operation, descriptor: descriptor.to_vec(), proof })]
        }
        Phase::PickLeaf => vec![Play::Leaf(below(state.picked().unwrap().descriptor.output.leaves()))],
        Phase::PickElement => {
            let ty = state.picked().unwrap().descriptor.output;
            let inside: Vec<u64> =
                (0..ty.shape.elements()).filter(|element| leaf_of(&ty, *element) == Some(state.leaf)).collect();
            vec![Play::Element(inside[usize::try_from(below(inside.len() as u64)).unwrap()])]
        }
        Phase::PickPart => {
            let (_, Expect::Parts { count, .. }) = state.claimed(&state.picked().unwrap()).unwrap() else {
                panic!("nothing to pick from")
            };
            vec![Play::Part(u16::try_from(below(count as u64)).unwrap())]
        }
        _ => Vec::new(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_right_provider_never_loses_whatever_is_named(seed: u64) {
        let task = every_operation();
        let mut random = fastrand::Rng::with_seed(seed);
        let mut numbers = move || random.u64(..);
        let named = truth(&task, Fault::default());
        let mut challenger = |state: &DisputeState| loop {
            let plays = any_pick(state, &named, &mut numbers);
            let picks = matches!(state.phase, Phase::PickOperation | Phase::PickLeaf);
            // A descent that is not possible any more is another pick instead.
            if !plays.is_empty() || !picks {
                return plays;
            }
        };
        let end = play(&mut truth(&task, Fault::default()), &mut challenger);
        prop_assert_eq!(end.verdict, DisputeVerdict::ProviderWon);
        prop_assert!(!end.silence);
    }
}

#[test]
fn a_right_run_gives_a_right_challenger_nothing_to_claim() {
    let task = every_operation();
    let (mut provider, mut challenger) = (truth(&task, Fault::default()), truth(&task, Fault::default()));
    let state = begin(&mut provider);
    let state = state.after(&answer(&state, &mut provider).unwrap().unwrap()).unwrap();
    let (plays, rest) = turn(&state, &mut challenger, &NotServed).unwrap();
    assert_eq!((plays, rest), (Vec::new(), Choice::Agrees));
}
