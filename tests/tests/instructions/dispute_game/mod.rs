//! Whole disputes, from the first move to the last unit and lamport.

mod descent;
mod malformed;
mod moot;
mod timeouts;

use anchor_lang::prelude::Pubkey;
use tessera::events::{DisputeCause, DisputeClosed, DisputeEnded, DisputeSettled, RunOutcome, TaskSettled};
use tessera::state::{DisputePhase, DisputeVerdict, Provider, Run, RunState, SlotState, Task};
use tessera_rules::{dispute_slash_payout, halves};
use tessera_tests::svm::committed::Traced;
use tessera_tests::svm::disputes::{MAP, PRODUCT, honest, wrong};
use tessera_tests::svm::{DisputeRef, OTHER_ROOT, RunRef, World};

const WON: DisputePhase = DisputePhase::Over(DisputeVerdict::ChallengerWon);
const LOST: DisputePhase = DisputePhase::Over(DisputeVerdict::ProviderWon);
const NO_VERDICT: DisputePhase = DisputePhase::Over(DisputeVerdict::NoVerdict);
const REWARD: u64 = 5_000_003;

/// The lamports of everyone who pays rent.
fn purses(world: &World) -> u64 {
    let wallets = [world.requester, world.cranker, world.modeller].map(|wallet| wallet.key);
    let stakers = world.verifiers.iter().chain([&world.provider]).map(|staker| staker.authority);
    wallets.into_iter().chain(stakers).map(|wallet: Pubkey| world.lamports(&wallet)).sum()
}

fn disputed(traced: &Traced) -> (World, RunRef, DisputeRef) {
    let mut world = World::default();
    let run = world.submitted_trace(traced);
    let dispute = world.disputed_by(run, world.modeller, traced);
    (world, run, dispute)
}

fn stake(world: &World) -> u64 {
    world.read::<Provider>(&world.provider.provider).stake().total().unwrap().get()
}

/// Settles a won dispute and its run, and closes the dispute; checks every unit.
fn collect(world: &mut World, run: RunRef, dispute: DisputeRef) {
    let (lock, terms) = (world.read::<Run>(&run.key).lock, world.read::<Task>(&run.task.key).terms);
    let by = dispute.challenger;
    let before = (world.tokens(&by.token), world.tokens(&world.requester.token), stake(world));
    let sink = world.tokens(&world.market.insurance_vault);
    let event: DisputeSettled = world.send(world.dispute_settle(dispute)).event();
    assert!(event.refutes && event.challenger_paid.amount == 0 && event.open_disputes == 0);
    assert_eq!(world.read::<Task>(&run.task.key).slots[0].state, SlotState::Refuted);
    assert_eq!(world.read::<Run>(&run.key).refuted_by(), Some(dispute.key));
    assert_eq!(world.tokens(&dispute.vault), REWARD, "the bond waits for the slash");
    let settle = world.task_settle(run, &[]).with(|call| call.accounts.challenger_vault = Some(dispute.vault));
    let settled: TaskSettled = world.send(settle).event();
    let shares = dispute_slash_payout(lock.into(), &terms.slash.into(), false).unwrap();
    assert_eq!(settled.outcome, RunOutcome::Slashed);
    assert_eq!(
        (settled.challengers_paid[0].owner, settled.challengers_paid[0].amount),
        (dispute.key, shares.challenger.get())
    );
    let closed: DisputeClosed = world.send(world.dispute_close(dispute)).event();
    assert_eq!(closed.challenger_paid.amount, REWARD + shares.challenger.get());
    assert_eq!(world.tokens(&by.token) - before.0, REWARD + shares.challenger.get());
    let refund = REWARD + terms.audit_reward + terms.crank_bounty - settled.cranker_paid;
    assert_eq!(world.tokens(&world.requester.token) - before.1, refund + shares.requester.get());
    assert_eq!(before.2 - stake(world), lock);
    assert_eq!(world.tokens(&world.market.insurance_vault) - sink, shares.sink.get());
    assert!([run.key, run.task.key, dispute.key, dispute.vault].iter().all(|key| world.is_closed(key)));
}

#[test]
fn a_wrong_product_is_narrowed_to_a_segment_and_slashed_and_all_rent_comes_back() {
    let (mut world, traced) = (World::default(), wrong(PRODUCT));
    let before = purses(&world);
    let run = world.submitted_trace(&traced);
    let dispute = world.disputed_by(run, world.modeller, &traced);
    world.play_until(dispute, &traced, PRODUCT, DisputePhase::Step);
    assert_eq!(world.dispute(dispute).moves, 9 - 1);
    let step = traced.step(&world.dispute(dispute));
    assert_eq!(step.leaves.len(), 2);
    let ended: DisputeEnded = world.step_from_buffer(dispute, dispute.challenger.key, &step).event();
    assert_eq!((ended.verdict, ended.because), (Some(DisputeVerdict::ChallengerWon), DisputeCause::Step));
    collect(&mut world, run, dispute);
    assert_eq!(purses(&world), before);
}

#[test]
fn a_right_product_wins_and_the_bond_is_shared() {
    let traced = honest();
    let (mut world, run, dispute) = disputed(&traced);
    let before = (purses(&world), stake(&world), world.tokens(&world.market.insurance_vault));
    world.play_until(dispute, &traced, PRODUCT, DisputePhase::Step);
    let step = traced.step(&world.dispute(dispute));
    let ended: DisputeEnded = world.step_from_buffer(dispute, dispute.challenger.key, &step).event();
    assert_eq!((ended.verdict, ended.because), (Some(DisputeVerdict::ProviderWon), DisputeCause::Step));
    let event: DisputeSettled = world.send(world.dispute_settle(dispute)).event();
    let (half, rest) = halves(REWARD.into()).unwrap();
    assert_eq!((half.get(), rest.get()), (2_500_002, 2_500_001));
    assert_eq!((event.provider_paid.amount, event.sunk, event.refutes), (half.get(), rest.get(), false));
    assert_eq!(
        (stake(&world), world.tokens(&world.market.insurance_vault)),
        (before.1 + half.get(), before.2 + rest.get())
    );
    assert!(world.is_closed(&dispute.key) && world.is_closed(&dispute.vault));
    assert!(purses(&world) > before.0, "the dispute's rent came back");
    let state: Run = world.read(&run.key);
    assert_eq!((state.state, state.open_disputes, state.refuted_by()), (RunState::Submitted, 0, None));
    world.warp(1_800);
    let settled: TaskSettled = world.send(world.task_settle(run, &[])).event();
    assert_eq!(settled.outcome, RunOutcome::Upheld);
}

#[test]
fn a_wrong_map_is_one_step() {
    let traced = wrong(MAP);
    let (mut world, run, dispute) = disputed(&traced);
    world.play_until(dispute, &traced, MAP, DisputePhase::Step);
    // Anyone may send it: here the requester.
    let step = traced.step(&world.dispute(dispute));
    let call = world.dispute_step(dispute, step).with(|call| call.accounts.mover = world.requester.key);
    world.send(call);
    assert_eq!(world.phase(dispute), WON);
    collect(&mut world, run, dispute);
}

#[test]
fn a_right_map_wins_in_one_step() {
    let traced = honest();
    let (mut world, _, dispute) = disputed(&traced);
    world.play_until(dispute, &traced, MAP, LOST);
}

#[test]
fn the_first_auditor_that_differed_gets_half_of_the_challengers_share() {
    let traced = wrong(MAP);
    let (mut world, run, dispute) = disputed(&traced);
    let auditor = world.verifiers[0];
    let audit = world.audit(run, auditor, OTHER_ROOT);
    world.play_until(dispute, &traced, MAP, WON);
    world.send(world.dispute_settle(dispute));
    assert!(world.read::<Run>(&run.key).refuted_with_auditor);
    let (lock, terms) = (world.read::<Run>(&run.key).lock, world.read::<Task>(&run.task.key).terms);
    let shares = dispute_slash_payout(lock.into(), &terms.slash.into(), true).unwrap();
    let call = |world: &World, audits: &[_]| {
        world.task_settle(run, audits).with(|call| call.accounts.challenger_vault = Some(dispute.vault))
    };
    world.refuse(tessera::TesseraError::WinnersMissing, call(&world, &[]));
    let free = world.read::<Provider>(&auditor.provider).stake.free;
    let settled: TaskSettled = world.send(call(&world, &[audit])).event();
    let paid: Vec<_> = settled.challengers_paid.iter().map(|paid| (paid.owner, paid.amount)).collect();
    assert_eq!(paid, [(dispute.key, shares.challenger.get()), (auditor.provider, shares.auditor.get())]);
    assert_eq!(settled.sunk, shares.sink.get());
    assert_eq!(world.read::<Provider>(&auditor.provider).stake.free, free + shares.auditor.get() + terms.audit_lock);
}

#[test]
fn a_challenger_that_audited_too_gets_the_whole_share() {
    let traced = wrong(MAP);
    let mut world = World::default();
    let run = world.submitted_trace(&traced);
    let audit = world.audit(run, world.verifiers[0], OTHER_ROOT);
    let by = world.wallet("verifier 1");
    let dispute = world.disputed_by(run, by, &traced);
    world.play_until(dispute, &traced, MAP, WON);
    world.send(world.dispute_settle(dispute));
    assert!(!world.read::<Run>(&run.key).refuted_with_auditor);
    let call = world.task_settle(run, &[audit]).with(|call| call.accounts.challenger_vault = Some(dispute.vault));
    let settled: TaskSettled = world.send(call).event();
    assert_eq!(settled.challengers_paid.len(), 1);
    world.send(world.dispute_close(dispute));
}
