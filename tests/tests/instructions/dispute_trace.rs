use anchor_lang::error::ErrorCode as Anchor;
use tessera::errors::TesseraError;
use tessera::events::DisputeMoved;
use tessera::instructions::DisputeTraceArgs;
use tessera::state::{DisputePhase, Run};
use tessera_tests::svm::committed::Committed;
use tessera_tests::svm::disputes::{MAP, PRODUCT, honest, truth, wrong};
use tessera_tests::svm::{TaskSpec, World};

use crate::Case;

#[test]
fn the_provider_shows_the_trace_once_and_the_run_keeps_it() {
    let (mut world, traced) = (World::default(), wrong(PRODUCT));
    let run = world.submitted_trace(&traced);
    let dispute = world.disputed(run, &traced);
    let event: DisputeMoved = world.send(world.dispute_trace(dispute, traced.shown_trace())).event();
    assert_eq!((event.phase, event.mover), (DisputePhase::PickOperation, run.provider.authority));
    let state = world.dispute(dispute);
    assert_eq!((state.trace_root, state.moves), (traced.trace_root(), 1));
    assert_eq!(world.read::<Run>(&run.key).trace_root, traced.trace_root());
    world.refuse(TesseraError::DisputePhase, world.dispute_trace(dispute, traced.shown_trace()));
}

#[test]
fn refuses_a_trace_that_is_not_the_submitted_outputs() {
    let (mut world, traced) = (World::default(), honest());
    let run = world.submitted_trace(&traced);
    let dispute = world.disputed(run, &traced);
    // Consistent in itself, with another output than the run's.
    world.refuse(TesseraError::OpeningWrong, world.dispute_trace(dispute, wrong(MAP).shown_trace()));
    let cases: [Case<DisputeTraceArgs>; 6] = [
        (|args| args.trace_root = [0; 32], TesseraError::RootZero),
        (|args| args.trace_root[0] ^= 1, TesseraError::OpeningWrong),
        (|args| args.outputs[0].tensor_root[0] ^= 1, TesseraError::OpeningWrong),
        (|args| args.outputs[0].proof.clear(), TesseraError::OpeningMalformed),
        (|args| args.outputs.clear(), TesseraError::OpeningMalformed),
        (|args| args.outputs.push(args.outputs[0].clone()), TesseraError::OpeningMalformed),
    ];
    for (change, error) in cases {
        let call = world.dispute_trace(dispute, traced.shown_trace());
        world.refuse(error, call.with(|call| change(call.args.args.as_mut().unwrap())));
    }
}

#[test]
fn two_disputes_see_one_trace() {
    let (mut world, traced) = (World::default(), honest());
    let run = world.submitted_trace(&traced);
    let (first, second) = (world.disputed(run, &traced), world.disputed_by(run, world.modeller, &traced));
    world.send(world.dispute_trace(first, traced.shown_trace()));
    // The same output from another product.
    let mut other = honest();
    other.trace[PRODUCT] = Committed::of(&truth()[MAP]);
    world.refuse(TesseraError::TraceWrong, world.dispute_trace(second, other.shown_trace()));
    world.send(world.dispute_trace(second, traced.shown_trace()));
}

#[test]
fn refuses_everyone_else_and_another_run() {
    let (mut world, traced) = (World::default(), honest());
    let run = world.submitted_trace(&traced);
    let other = world.submitted_trace_as(TaskSpec { nonce: 2, ..TaskSpec::asking(traced.task()) }, &traced);
    let dispute = world.disputed(run, &traced);
    let call = || world.dispute_trace(dispute, traced.shown_trace());
    let calls = [
        (TesseraError::DisputeTurn.into(), call().with(|call| call.accounts.mover = world.requester.key)),
        (TesseraError::DisputeTurn.into(), call().with(|call| call.accounts.mover = world.cranker.key)),
        (TesseraError::WrongDispute.into(), call().with(|call| call.accounts.run = other.key)),
        (Anchor::AccountNotSigner as u32, call().unsigned_by(run.provider.authority)),
    ];
    for (code, call) in calls {
        world.refuse(code, call);
    }
}
