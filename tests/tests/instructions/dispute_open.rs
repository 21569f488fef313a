use anchor_lang::error::ErrorCode as Anchor;
use tessera::errors::TesseraError;
use tessera::events::DisputeOpened;
use tessera::instructions::DisputeOpenArgs;
use tessera::state::{Deadline, Dispute, DisputePhase, Moment, Provider, Run, Task};
use tessera_tests::svm::committed::Traced;
use tessera_tests::svm::disputes::{MAP, PRODUCT, honest, wrong};
use tessera_tests::svm::{COMPUTE, DisputeRef, RunRef, TaskSpec, World};

use crate::{Case, TOO_FEW_TOKENS};

/// The reward of a task of a world.
const BOND: u64 = 5_000_003;

fn disputable() -> (World, Traced, RunRef) {
    let (mut world, traced) = (World::default(), wrong(PRODUCT));
    let run = world.submitted_trace(&traced);
    (world, traced, run)
}

#[test]
fn takes_the_reward_as_bond_and_waits_for_the_trace() {
    let (mut world, traced, run) = disputable();
    let (by, (unix, slot)) = (world.requester, world.bank.now());
    let before = world.tokens(&by.token);
    let event: DisputeOpened = world.send(world.dispute_open(run, by, traced.open())).event();
    let dispute = DisputeRef::of(run, by);
    let state: Dispute = world.read(&dispute.key);
    assert_eq!((state.bond, world.tokens(&dispute.vault), before - world.tokens(&by.token)), (BOND, BOND, BOND));
    assert_eq!((state.phase, state.opened_at, state.moves), (DisputePhase::Trace, Moment { unix, slot }, 0));
    assert_eq!((state.run, state.challenger, state.provider), (run.key, by.key, run.provider.provider));
    assert_eq!((state.operations, state.terms.trace_bytes), (2, traced.graph.trace_bytes()));
    // 600 seconds for a move, twice the execution's 600, and a second for the trace.
    let until = Deadline { unix: unix + 1_801, slot: slot + 3_602 };
    assert_eq!((state.clocks.until, state.clocks.factor), (until, 1));
    let counts = (world.read::<Run>(&run.key).open_disputes, world.read::<Task>(&run.task.key).open_disputes);
    assert_eq!((counts, world.read::<Provider>(&run.provider.provider).open_disputes), ((1, 1), 1));
    assert_eq!((event.bond, event.until, event.challenger), (BOND, until, by.key));
}

#[test]
fn disputes_on_one_run_are_independent_and_a_posted_trace_serves_the_next() {
    let (mut world, traced, run) = disputable();
    let first = world.disputed(run, &traced);
    world.send(world.dispute_trace(first, traced.shown_trace()));
    let second = world.disputed_by(run, world.modeller, &traced);
    assert_eq!(world.phase(second), DisputePhase::PickOperation);
    assert_eq!(world.dispute(second).trace_root, traced.trace_root());
    assert_eq!(world.read::<Run>(&run.key).open_disputes, 2);
}

#[test]
fn a_providers_times_grow_with_the_disputes_against_it() {
    let (mut world, traced, run) = disputable();
    for index in 0..2 {
        let by = world.endow(&format!("challenger {index}"));
        assert_eq!(world.disputed_by(run, by, &traced).challenger, by);
    }
    let (unix, _) = world.bank.now();
    let third = world.disputed(run, &traced);
    let clocks = world.dispute(third).clocks;
    assert_eq!((clocks.factor, clocks.provider_left, clocks.challenger_left), (2, 7_200, 3_600));
    assert_eq!(clocks.until.unix, unix + 2 * 1_801);
}

#[test]
fn who_has_another_run_of_the_task_with_another_root_needs_no_bond() {
    let mut world = World::default();
    let (first, second) = (world.provider, world.newcomer("provider 2", COMPUTE));
    let (bad, good) = (wrong(PRODUCT), honest());
    let runs = redundant(&mut world, [first, second], [&bad, &good]);
    let by = world.wallet("provider 2");
    let before = world.tokens(&by.token);
    let call = world.dispute_open(runs[0], by, bad.open());
    world.send(call.with(|call| call.accounts.own_run = Some(runs[1].key)));
    let dispute = DisputeRef::of(runs[0], by);
    assert_eq!((world.dispute(dispute).bond, world.tokens(&by.token)), (0, before));
}

fn redundant(world: &mut World, by: [tessera_tests::svm::Staker; 2], traced: [&Traced; 2]) -> [RunRef; 2] {
    let args = tessera::instructions::TaskCreateArgs {
        policy: tessera::state::Policy::Redundant { runs: 2 },
        windows: tessera_tests::svm::redundant_args(2).windows,
        ..traced[0].task()
    };
    world.revealed(TaskSpec::asking(args), by, traced.map(Traced::output_root))
}

#[test]
fn refuses_own_runs_that_do_not_answer_for_a_bond() {
    let mut world = World::default();
    let (first, second) = (world.provider, world.newcomer("provider 2", COMPUTE));
    let traced = wrong(PRODUCT);
    // Equal roots: its lock falls with the run that it disputes.
    let runs = redundant(&mut world, [first, second], [&traced, &traced]);
    let by = world.wallet("provider 2");
    let call = world.dispute_open(runs[0], by, traced.open()).with(|call| call.accounts.own_run = Some(runs[1].key));
    world.refuse(TesseraError::WrongRun, call);
    let call = world.dispute_open(runs[0], world.requester, traced.open());
    world.refuse(TesseraError::WrongAuthority, call.with(|call| call.accounts.own_run = Some(runs[1].key)));
    let other = world.submitted_trace_as(TaskSpec { nonce: 2, ..TaskSpec::asking(traced.task()) }, &traced);
    let call = world.dispute_open(runs[0], by, traced.open()).with(|call| call.accounts.own_run = Some(other.key));
    world.refuse(TesseraError::WrongRun, call);
}

#[test]
fn refuses_a_run_of_its_own() {
    let (mut world, traced, run) = disputable();
    let own = world.wallet("provider");
    world.refuse(TesseraError::DisputeOfOwnRun, world.dispute_open(run, own, traced.open()));
}

#[test]
fn refuses_a_second_one_by_the_same_wallet() {
    let (mut world, traced, run) = disputable();
    world.disputed(run, &traced);
    let failed = world.fail(world.dispute_open(run, world.requester, traced.open()));
    assert!(failed.code().is_some());
}

#[test]
fn refuses_what_does_not_lead_to_the_tasks_graph() {
    let (mut world, traced, run) = disputable();
    let cases: [Case<DisputeOpenArgs>; 5] = [
        (|args| args.graph_header[4] ^= 1, TesseraError::OpeningWrong),
        (|args| args.last_descriptor[0] ^= 1, TesseraError::OpeningWrong),
        (|args| args.proof[0][0] ^= 1, TesseraError::OpeningWrong),
        (|args| args.proof.push([0; 32]), TesseraError::OpeningMalformed),
        (|args| args.proof.clear(), TesseraError::OpeningMalformed),
    ];
    for (change, error) in cases {
        let call = world.dispute_open(run, world.requester, traced.open());
        world.refuse(error, call.with(|call| change(call.args.args.as_mut().unwrap())));
    }
}

#[test]
fn refuses_a_graph_that_nobody_can_be_right_about() {
    let (mut world, traced) = (World::default(), wrong(MAP));
    // Two outputs are promised and the graph has one.
    let mut spec = TaskSpec::asking(traced.task());
    spec.args.output_count = 2;
    let run = world.submitted_trace_as(spec, &traced);
    world.refuse(TesseraError::GraphMalformed, world.dispute_open(run, world.requester, traced.open()));
}

#[test]
fn refuses_before_a_submission_and_after_the_windows() {
    let (mut world, traced) = (World::default(), wrong(PRODUCT));
    let task = world.open_as(TaskSpec::asking(traced.task()));
    let run = world.claim(task);
    world.refuse(TesseraError::WrongState, world.dispute_open(run, world.requester, traced.open()));
    world.send(world.run_submit(run).with(|call| call.args.args.output_root = traced.output_root()));
    let until = world.read::<Task>(&task.key).challenge_until;
    world.bank.set_clock(until.unix, until.slot);
    world.refuse(TesseraError::TooLate, world.dispute_open(run, world.requester, traced.open()));
    world.bank.set_clock(until.unix, until.slot - 1);
    world.disputed(run, &traced);
}

#[test]
fn refuses_a_settled_run() {
    let (mut world, traced, run) = disputable();
    // An audit that is not closed keeps the run's account.
    world.audit_claimed(run, world.verifiers[0]);
    world.warp(1_800);
    world.send(world.task_settle(run, &[]));
    world.refuse(TesseraError::WrongState, world.dispute_open(run, world.requester, traced.open()));
}

#[test]
fn refuses_without_tokens_or_a_signature_and_with_anothers_accounts() {
    let (mut world, traced, run) = disputable();
    let other = world.submitted_trace_as(TaskSpec { nonce: 2, ..TaskSpec::asking(traced.task()) }, &traced);
    let by = world.requester;
    let call = || world.dispute_open(run, by, traced.open());
    let calls = [
        (Anchor::AccountNotSigner as u32, call().unsigned_by(by.key)),
        (TesseraError::WrongRun.into(), call().with(|call| call.accounts.task = other.task.key)),
        (TesseraError::WrongRun.into(), call().with(|call| call.accounts.run = other.key)),
        (TesseraError::WrongProvider.into(), call().with(|call| call.accounts.provider = world.verifiers[0].provider)),
        (TesseraError::WrongMint.into(), call().with(|call| call.accounts.mint = by.key)),
        (crate::NOT_ITS_OWNER, call().with(|call| call.accounts.challenger_token = world.modeller.token)),
    ];
    for (code, call) in calls {
        world.refuse(code, call);
    }
    let empty = world.another_token(by.key, 1);
    let call = world.dispute_open(run, by, traced.open()).with(|call| call.accounts.challenger_token = empty);
    world.refuse(TOO_FEW_TOKENS, call);
}

#[test]
fn lamports_and_tokens_that_strangers_sent_beforehand_block_nothing() {
    let (mut world, traced, run) = disputable();
    let dispute = DisputeRef::of(run, world.requester);
    world.gift_lamports(dispute.key, 1);
    world.gift_lamports(dispute.vault, 900_000);
    assert_eq!(world.disputed(run, &traced), dispute);
}
