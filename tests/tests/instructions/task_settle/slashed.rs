use anchor_lang::prelude::Pubkey;
use tessera::errors::TesseraError;
use tessera::events::{AuditClosed, RunOutcome, TaskSettled};
use tessera::state::{Provider, Reputation, Run, RunState, Sink, Task, TaskState};
use tessera_tests::svm::{
    AuditRef, CANDIDATE_ROOT, OTHER_ROOT, RunRef, Staker, TaskSpec, VERIFY, World, answer, task_args,
};

use super::{AUDIT_LOCK, CRANKER, RUN_LOCK, escrow, paid_to};

/// The challengers' two fifths of the lock, rounded down; the first takes the odd unit.
const CHALLENGERS: u64 = 5_000_003;
/// The requester's tenth, rounded down.
const COMPENSATION: u64 = 1_250_000;
/// Half, and what rounding left.
const SUNK: u64 = RUN_LOCK - CHALLENGERS - COMPENSATION;

fn free(world: &World, of: Staker) -> u64 {
    let stake = world.read::<Provider>(&of.provider).stake;
    assert_eq!(stake.locked, 0, "nothing stays locked");
    stake.free
}

/// A run that two verifiers refuted, both pinned.
fn refuted(world: &mut World) -> (RunRef, [AuditRef; 2]) {
    let [a, b, _] = world.verifiers;
    let run = world.submitted();
    let first = world.audit(run, a, OTHER_ROOT);
    let second = world.refute(run, b, first);
    (run, [first, second])
}

#[test]
fn refunds_the_requester_and_shares_the_lock_at_once() {
    let mut world = World::default();
    let ([a, b, _], by, who, crank) = (world.verifiers, world.provider, world.requester, world.cranker);
    let wallets = [who.key, crank.key, by.authority, a.authority, b.authority];
    let lamports = |world: &World| wallets.map(|key| world.lamports(&key));
    let before = (world.tokens(&who.token), world.tokens(&crank.token), lamports(&world), world.supply());
    let stakes = [free(&world, by), free(&world, a), free(&world, b)];
    let (run, audits) = refuted(&mut world);
    let sent = world.send(world.task_settle(run, &audits));

    let wanted = TaskSettled {
        task: run.task.key,
        run: run.key,
        provider: by.provider,
        outcome: RunOutcome::Slashed,
        output_root: CANDIDATE_ROOT,
        provider_paid: paid_to(by.authority, 0),
        treasury_paid: paid_to(world.treasury.key, 0),
        model_paid: paid_to(Pubkey::default(), 0),
        cranker_paid: CRANKER,
        requester_refunded: paid_to(who.key, escrow() - CRANKER),
        kept_for_auditors: 0,
        slashed: RUN_LOCK,
        challengers_paid: vec![paid_to(a.provider, CHALLENGERS.div_ceil(2)), paid_to(b.provider, CHALLENGERS / 2)],
        requester_compensated: paid_to(who.key, COMPENSATION),
        sunk: SUNK,
    };
    assert_eq!(sent.event::<TaskSettled>(), wanted);
    assert!(sent.events::<AuditClosed>().iter().all(|event| event.paid == 0 && event.released == AUDIT_LOCK));
    assert_eq!(world.tokens(&who.token), before.0 - CRANKER + COMPENSATION);
    assert_eq!(world.tokens(&crank.token), before.1 + CRANKER);
    assert_eq!(world.tokens(&world.market.insurance_vault), SUNK);
    assert_eq!(free(&world, by), stakes[0] - RUN_LOCK);
    assert_eq!(free(&world, a), stakes[1] + CHALLENGERS.div_ceil(2));
    assert_eq!(free(&world, b), stakes[2] + CHALLENGERS / 2);
    let provider: Provider = world.read(&by.provider);
    assert_eq!((provider.reputation, provider.active_runs), (Reputation { good: 0, bad: 5_000_003 }, 0));
    assert_eq!((lamports(&world), world.supply()), (before.2, before.3));
    for closed in [run.key, run.task.key, run.task.vault, audits[0].key, audits[1].key] {
        assert!(world.is_closed(&closed));
    }
}

#[test]
fn burns_the_sinks_share_where_the_market_burns() {
    let mut world = World::with_params(|params| params.sink = Sink::Burn);
    let supply = world.supply();
    let (run, audits) = refuted(&mut world);
    world.refuse(TesseraError::BurnMintMissing, world.task_settle(run, &audits));
    let (mint, stranger) = (world.mint, world.cranker.token);
    let call = world.task_settle(run, &audits);
    world.refuse(TesseraError::WrongMint, call.with(|call| call.accounts.burn_mint = Some(stranger)));
    let sent = world.send(world.task_settle(run, &audits).with(|call| call.accounts.burn_mint = Some(mint)));
    assert_eq!(sent.event::<TaskSettled>().sunk, SUNK);
    assert_eq!(supply - world.supply(), SUNK);
    assert_eq!(world.tokens(&world.market.insurance_vault), 0);
}

#[test]
fn an_upheld_run_of_a_burning_market_needs_no_mint_to_burn() {
    let mut world = World::with_params(|params| params.sink = Sink::Burn);
    let run = world.submitted();
    world.warp(1_800);
    world.send(world.task_settle(run, &[]));
}

#[test]
fn a_pair_behind_the_first_two_that_differ_may_be_shown_at_settlement() {
    let mut world = World::default();
    let d = world.newcomer("verifier 4", VERIFY);
    world.warp(60);
    let [a, b, c] = world.verifiers;
    let run = world.submitted();
    // The run remembers only the first two, and they found roots of their own.
    world.audit(run, a, [0xee; 32]);
    world.audit(run, b, [0xef; 32]);
    let pair = [world.audit(run, c, OTHER_ROOT), world.audit(run, d, OTHER_ROOT)];
    assert_eq!(world.read::<Run>(&run.key).winners, None);
    for shown in [&pair[..1], &[]] {
        world.refuse(TesseraError::TooEarly, world.task_settle(run, shown));
    }
    // The earlier takes the odd unit, in whatever order they are passed.
    let stake = free_of_first(&world, c);
    world.send(world.task_settle(run, &[pair[1], pair[0]]));
    assert_eq!(free(&world, c), stake + AUDIT_LOCK + CHALLENGERS.div_ceil(2));
}

fn free_of_first(world: &World, of: Staker) -> u64 {
    world.read::<Provider>(&of.provider).stake.free
}

#[test]
fn a_pinned_pair_slashes_also_after_the_challenge_window() {
    let mut world = World::default();
    let (run, audits) = refuted(&mut world);
    world.warp(100_000);
    // The provider cannot uphold itself by leaving the audits out.
    for shown in [&[][..], &audits[..1], &audits[1..]] {
        world.refuse(TesseraError::WinnersMissing, world.task_settle(run, shown));
    }
    let sent = world.send(world.task_settle(run, &audits));
    assert_eq!(sent.event::<TaskSettled>().outcome, RunOutcome::Slashed);
}

#[test]
fn only_the_two_earliest_of_three_are_paid() {
    let mut world = World::default();
    let [a, b, c] = world.verifiers;
    let run = world.submitted();
    let audits = [a, b, c].map(|by| world.audit_claimed(run, by));
    for audit in audits {
        world.send(world.audit_post(audit, answer(audit.verifier, OTHER_ROOT)));
    }
    let stakes = [a, b, c].map(|by| free_of_first(&world, by) + AUDIT_LOCK);
    world.send(world.task_settle(run, &[audits[2], audits[1], audits[0]]));
    let won = [free(&world, a) - stakes[0], free(&world, b) - stakes[1], free(&world, c) - stakes[2]];
    assert_eq!(won, [CHALLENGERS.div_ceil(2), CHALLENGERS / 2, 0]);
}

#[test]
fn an_audit_that_agreed_with_it_loses_its_lock_to_the_sink() {
    let mut world = World::default();
    let [a, b, c] = world.verifiers;
    let run = world.submitted();
    let wrong = world.audit(run, a, CANDIDATE_ROOT);
    let first = world.audit(run, b, OTHER_ROOT);
    let second = world.refute(run, c, first);
    let before = free_of_first(&world, a);
    let sent = world.send(world.task_settle(run, &[first, second, wrong]));
    let settled: TaskSettled = sent.event();
    assert_eq!((settled.requester_refunded.amount, settled.kept_for_auditors), (escrow() - CRANKER, 0));
    assert_eq!(sent.events::<AuditClosed>().iter().map(|event| event.sunk).collect::<Vec<_>>(), [0, 0, AUDIT_LOCK]);
    assert_eq!(free(&world, a), before);
    assert_eq!(world.tokens(&world.market.insurance_vault), SUNK + AUDIT_LOCK);
}

#[test]
fn an_audit_that_differed_in_another_way_gets_its_lock_back() {
    let mut world = World::default();
    let [a, b, c] = world.verifiers;
    let run = world.submitted();
    let other = world.audit(run, a, [0xee; 32]);
    let first = world.audit(run, b, OTHER_ROOT);
    let second = world.refute(run, c, first);
    let before = free_of_first(&world, a);
    world.send(world.task_settle(run, &[first, second, other]));
    assert_eq!(free(&world, a), before + AUDIT_LOCK);
}

#[test]
fn unbonding_stake_does_not_escape_into_or_out_of_a_slash() {
    let mut world = World::default();
    let by = world.provider;
    let run = world.submitted();
    let all = free_of_first(&world, by);
    world.send(world.stake_unbond(by, all));
    let [a, b, _] = world.verifiers;
    let first = world.audit(run, a, OTHER_ROOT);
    let second = world.refute(run, b, first);
    world.send(world.task_settle(run, &[first, second]));
    let stake = world.read::<Provider>(&by.provider).stake;
    assert_eq!((stake.free, stake.locked, stake.unbonding[0].amount), (0, 0, all));
}

#[test]
fn is_expired_and_its_audits_stay_closable() {
    let mut world = World::default();
    let [a, b, c] = world.verifiers;
    let run = world.submitted();
    let other = world.audit(run, a, CANDIDATE_ROOT);
    let first = world.audit(run, b, OTHER_ROOT);
    let second = world.refute(run, c, first);
    world.send(world.task_settle(run, &[first, second]));
    let task: Task = world.read(&run.task.key);
    assert_eq!((task.state, task.escrow, task.runs_open), (TaskState::Expired, 0, 1));
    assert_eq!(world.read::<Run>(&run.key).state, RunState::Slashed);
    // Nothing is paid twice.
    let before = world.tokens(&world.requester.token);
    let sent = world.send(world.task_settle(run, &[other]));
    assert!(sent.events::<TaskSettled>().is_empty());
    assert_eq!(sent.event::<AuditClosed>().sunk, AUDIT_LOCK);
    assert_eq!(world.tokens(&world.requester.token), before);
    assert!(world.is_closed(&run.task.key));
}

#[test]
fn a_slash_leaves_the_providers_other_runs_alone() {
    let mut world = World::default();
    let second = world.open_as(TaskSpec::nonce(2));
    let other = world.claim(second);
    let (run, audits) = refuted(&mut world);
    world.send(world.task_settle(run, &audits));
    let provider: Provider = world.read(&world.provider.provider);
    assert_eq!((provider.active_runs, provider.stake.locked), (1, world.read::<Run>(&other.key).lock));
    assert_eq!(task_args().reward, world.read::<Task>(&second.key).terms.reward);
}
