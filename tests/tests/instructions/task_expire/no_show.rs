use anchor_lang::error::ErrorCode as Anchor;
use anchor_spl::token::spl_token::state::AccountState;
use tessera::errors::TesseraError;
use tessera::events::{Payment, RunAbandoned, TaskExpired};
use tessera::instructions::TaskCreateArgs;
use tessera::state::{Balance, Provider, Reputation, Run, SlotState, Task, TaskState, Windows};
use tessera_tests::svm::{CANDIDATE_ROOT, COMPUTE, OTHER_ROOT, RunRef, STAKE, TaskSpec, World, task_args};

use super::escrow;

/// The default task's slash of a no-show.
const NO_SHOW: u64 = 500_001;

#[test]
fn a_no_show_costs_a_part_of_the_lock_and_the_task_is_open_again() {
    let mut world = World::default();
    let (by, who, crank) = (world.provider, world.requester, world.cranker);
    let task = world.open();
    let lamports = world.lamports(&by.authority);
    let stake = world.read::<Provider>(&by.provider).stake;
    let (requester, cranker) = (world.tokens(&who.token), world.tokens(&crank.token));
    let run = world.claim(task);
    let lock = world.read::<Run>(&run.key).lock;
    world.warp(600);
    let event: RunAbandoned = world.send(world.run_expire(run)).event();

    let part = task_args().crank_bounty / 16;
    let wanted = RunAbandoned {
        task: task.key,
        run: run.key,
        provider: by.provider,
        requester_compensated: Payment { owner: who.key, amount: NO_SHOW, kept: false },
        from_unbonding: 0,
        released: lock - NO_SHOW,
        cranker_paid: part,
        reopened: true,
    };
    assert_eq!(event, wanted);
    assert_eq!(world.tokens(&who.token) - requester, NO_SHOW);
    assert_eq!(world.tokens(&crank.token) - cranker, part);
    let provider: Provider = world.read(&by.provider);
    assert_eq!((provider.stake.free, provider.stake.locked), (stake.free - NO_SHOW, 0));
    // The reward is five times the market's smallest: a weight of five.
    assert_eq!((provider.active_runs, provider.reputation), (0, Reputation { good: 0, bad: 5_000_003 }));
    assert_eq!(world.lamports(&by.authority), lamports);
    assert!(world.is_closed(&run.key));
    let state: Task = world.read(&task.key);
    assert_eq!((state.state, state.runs_open, state.excluded), (TaskState::Open, 0, vec![by.provider]));
    assert_eq!(state.escrow, escrow() - part);
}

#[test]
fn refuses_a_no_show_before_the_deadline_has_passed_on_both_clocks() {
    let mut world = World::default();
    let run = world.claimed();
    let until = world.read::<Run>(&run.key).execute_until;
    for (unix, slot) in [(until.unix - 1, until.slot), (until.unix, until.slot - 1)] {
        world.bank.set_clock(unix, slot);
        world.refuse(TesseraError::TooEarly, world.run_expire(run));
    }
    world.bank.set_clock(until.unix, until.slot);
    world.send(world.run_expire(run));
    world.refuse(Anchor::AccountNotInitialized, world.run_expire(run));
    world.refuse(TesseraError::TooEarly, world.task_expire(run.task));
}

#[test]
fn a_no_show_after_the_open_window_ends_the_task() {
    let mut world = World::default();
    let (who, crank) = (world.requester, world.cranker);
    let before = (world.tokens(&who.token), world.lamports(&who.key), world.tokens(&crank.token));
    let task = world.open();
    world.warp(3_500);
    let run = world.claim(task);
    world.warp(600);
    let sent = world.send(world.run_expire(run));

    let bounty = task_args().crank_bounty;
    let part = bounty / 16 + bounty / 2;
    assert_eq!(sent.event::<RunAbandoned>().cranker_paid, 0);
    let event: TaskExpired = sent.event();
    assert_eq!((event.cranker_paid, event.requester_refunded.amount), (part, escrow() - part));
    assert_eq!(world.tokens(&crank.token) - before.2, part);
    assert_eq!(world.tokens(&who.token), before.0 - part + NO_SHOW);
    assert_eq!(world.lamports(&who.key), before.1);
    for closed in [run.key, task.key, task.vault] {
        assert!(world.is_closed(&closed));
    }
}

#[test]
fn the_eighth_no_show_ends_the_task() {
    let mut world = World::default();
    let before = world.tokens(&world.requester.token);
    let windows = Windows { open_seconds: 7_200, execution_seconds: 300, ..task_args().windows };
    let args = TaskCreateArgs { windows, ..task_args() };
    let task = world.open_as(TaskSpec::asking(args));
    for number in 1..=8 {
        let by = world.newcomer(&format!("absent {number}"), COMPUTE);
        let run = world.claim_by(task, by);
        world.warp(300);
        let sent = world.send(world.run_expire(run));
        assert_eq!(sent.event::<RunAbandoned>().reopened, number < 8);
        if number < 8 {
            let state: Task = world.read(&task.key);
            assert_eq!((state.state, state.excluded.len()), (TaskState::Open, number));
        }
    }
    let bounty = task_args().crank_bounty;
    let paid = 8 * (bounty / 16) + bounty / 2;
    assert_eq!(world.tokens(&world.requester.token), before - paid + 8 * NO_SHOW);
    assert!(world.is_closed(&task.key) && world.is_closed(&task.vault));
}

#[test]
fn refuses_states_in_which_nobody_is_silent() {
    for differs in [false, true] {
        let mut world = World::default();
        let run = world.submitted();
        if differs {
            world.audit(run, world.verifiers[0], OTHER_ROOT);
        }
        world.warp(100_000);
        world.refuse(TesseraError::WrongRunState, world.run_expire(run));
        world.refuse(TesseraError::WrongState, world.task_expire(run.task));
    }
}

#[test]
fn refuses_a_decided_run() {
    let mut world = World::default();
    let run = world.submitted();
    world.audit(run, world.verifiers[0], OTHER_ROOT);
    world.warp(3_000);
    world.send(world.task_settle(run, &[]));
    world.refuse(TesseraError::WrongRunState, world.run_expire(run));
    world.refuse(TesseraError::WrongState, world.task_expire(run.task));
}

#[test]
fn a_claimed_task_does_not_expire_without_its_run() {
    let mut world = World::default();
    let run = world.claimed();
    world.warp(100_000);
    world.refuse(TesseraError::WrongState, world.task_expire(run.task));
    let drops: [fn(&mut tessera::accounts::TaskExpire); 3] =
        [|a| a.provider = None, |a| a.stake_vault = None, |a| a.run_authority = None];
    for drop in drops {
        world.refuse(TesseraError::RunMissing, world.run_expire(run).with(|call| drop(&mut call.accounts)));
    }
}

#[test]
fn refuses_other_accounts_in_place_of_the_runs() {
    let mut world = World::default();
    let run = world.claimed();
    let other = world.newcomer("provider 2", COMPUTE);
    let second = world.open_as(TaskSpec::nonce(2));
    let foreign = world.claim_by(second, other);
    world.warp(100_000);
    let call = || world.run_expire(run);
    let calls = [
        (TesseraError::WrongRun, call().with(|call| call.accounts.run = Some(foreign.key))),
        (TesseraError::WrongProvider, call().with(|call| call.accounts.provider = Some(other.provider))),
        (TesseraError::WrongVault, call().with(|call| call.accounts.stake_vault = Some(other.vault))),
        (TesseraError::WrongVault, call().with(|call| call.accounts.stake_vault = Some(run.task.vault))),
        (TesseraError::WrongWallet, call().with(|call| call.accounts.run_authority = Some(other.authority))),
    ];
    for (error, call) in calls {
        world.refuse(error, call);
    }
    world.send(world.run_expire(run));
}

#[test]
fn a_slash_beyond_the_lock_reaches_unbonding_stake_newest_first() {
    // A no-show costs two units at least, and the lock of a small task is less.
    let mut world = World::with_params(|params| params.no_show_min = 20_000_000);
    let by = world.provider;
    let task = world.open();
    let run = world.claim(task);
    let lock = world.read::<Run>(&run.key).lock;
    let missing = 20_000_000 - lock;
    world.send(world.stake_unbond(by, 1_000_000));
    world.warp(1);
    world.send(world.stake_unbond(by, missing - 400_000));
    world.warp(600);
    let event: RunAbandoned = world.send(world.run_expire(run)).event();
    assert_eq!(event.requester_compensated.amount, 20_000_000);
    assert_eq!((event.from_unbonding, event.released), (missing, 0));
    let unbonding = world.provider_of(by).stake.unbonding.map(|entry| entry.amount);
    assert_eq!(unbonding.iter().sum::<u64>(), 1_000_000 - 400_000);
    assert_eq!(world.provider_of(by).stake.free, STAKE - lock - 1_000_000 - (missing - 400_000));
}

#[test]
fn a_slash_takes_no_free_stake_and_no_more_than_there_is() {
    let mut world = World::with_params(|params| params.no_show_min = 20_000_000);
    let (by, run) = (world.provider, world.claimed());
    let lock = world.read::<Run>(&run.key).lock;
    world.warp(600);
    let event: RunAbandoned = world.send(world.run_expire(run)).event();
    assert_eq!((event.requester_compensated.amount, event.from_unbonding), (lock, 0));
    assert_eq!(world.provider_of(by).stake.free, STAKE - lock);
}

#[test]
fn a_frozen_receiver_gets_a_balance_for_both_payments() {
    let mut world = World::default();
    let task = world.open();
    world.warp(3_500);
    let (run, who) = (world.claim(task), world.requester);
    world.warp(600);
    world.bank.edit_token(who.token, |token| token.state = AccountState::Frozen);
    world.refuse(TesseraError::BalanceMissing, world.run_expire(run));
    let (balance, unclaimed) = (world.balance_of(&who.key), world.market.unclaimed_vault);
    world.send(world.run_expire(run).with(|call| {
        call.accounts.requester_balance = Some(balance);
        call.accounts.unclaimed_vault = Some(unclaimed);
    }));
    let bounty = task_args().crank_bounty;
    let refund = escrow() - bounty / 16 - bounty / 2;
    assert_eq!(world.read::<Balance>(&balance).amount, refund + NO_SHOW);
    assert!(world.is_closed(&task.key));
}

#[test]
fn a_slot_of_a_redundant_task_is_free_again_and_the_others_go_on() {
    let mut world = World::default();
    let [second, third] = ["provider 2", "provider 3"].map(|name| world.newcomer(name, COMPUTE));
    let task = world.open_as(TaskSpec::redundant(2));
    let absent = world.claim(task);
    let present = world.sealed_by(task, second, CANDIDATE_ROOT);
    world.warp(600);
    world.send(world.run_expire(absent));
    let state: Task = world.read(&task.key);
    assert_eq!((state.state, state.runs_open, state.slots[0].state), (TaskState::Open, 1, SlotState::Free));
    let replacement = world.sealed_by(task, third, CANDIDATE_ROOT);
    for run in [present, replacement] {
        world.send(world.run_reveal(run, CANDIDATE_ROOT));
    }
    assert_eq!(world.state_of(task), TaskState::Submitted);
}

#[test]
fn after_the_open_window_the_task_goes_on_with_the_runs_that_it_has() {
    let mut world = World::default();
    let second = world.newcomer("provider 2", COMPUTE);
    let task = world.open_as(TaskSpec::redundant(2));
    let present = world.sealed_by(task, second, CANDIDATE_ROOT);
    world.warp(3_500);
    let absent = world.claim(task);
    world.warp(600);
    world.send(world.run_expire(absent));
    assert_ne!(world.read::<Task>(&task.key).reveal_from.unix, 0, "the reveal opens");
    world.send(world.run_reveal(present, CANDIDATE_ROOT));
    world.warp(1_800);
    let before = world.tokens(&world.requester.token);
    world.send(world.task_settle(present, &[]));
    assert!(world.tokens(&world.requester.token) - before > task_args().reward, "the other run's reward goes back");
    assert!(world.is_closed(&task.key));
}

#[test]
fn a_no_show_never_takes_more_than_its_own_lock() {
    // Two runs of one provider: the second's lock is not touched by the first's end.
    let mut world = World::default();
    let first = world.claimed();
    world.warp(300);
    let second = world.open_as(TaskSpec::nonce(2));
    let second = world.claim(second);
    world.warp(300);
    world.send(world.run_expire(first));
    let provider: Provider = world.read(&world.provider.provider);
    assert_eq!((provider.active_runs, provider.stake.locked), (1, world.read::<Run>(&second.key).lock));
    world.send(world.run_submit(second));
    assert_eq!(second, RunRef::of(second.task, world.provider));
}
