use anchor_lang::error::ErrorCode as Anchor;
use tessera::errors::TesseraError;
use tessera::events::{RunAbandoned, TaskExpired};
use tessera::instructions::TaskCreateArgs;
use tessera::state::{Provider, Reputation, Run, Task, TaskState, Windows};
use tessera_tests::svm::{COMPUTE, OTHER_ROOT, RunRef, TaskSpec, World, task_args, wallet};

/// What a default task escrows.
fn escrow() -> u64 {
    let args = task_args();
    args.reward + args.audit_reward + args.crank_bounty
}

/// The default task's slash of a no-show.
const NO_SHOW: u64 = 500_001;

#[test]
fn an_unclaimed_task_is_refunded_less_half_the_bounty() {
    let mut world = World::default();
    let (who, crank) = (world.requester, world.cranker);
    let before = (world.tokens(&who.token), world.lamports(&who.key), world.tokens(&crank.token));
    let task = world.open();
    world.warp(3_600);
    let event: TaskExpired = world.send(world.task_expire(task)).event();

    let part = task_args().crank_bounty / 2;
    let wanted = TaskExpired {
        task: task.key,
        requester: who.key,
        requester_refunded: escrow() - part,
        cranker_paid: part,
        dust: 0,
    };
    assert_eq!(event, wanted);
    assert_eq!(world.tokens(&crank.token) - before.2, part);
    assert_eq!((world.tokens(&who.token), world.lamports(&who.key)), (before.0 - part, before.1));
    assert!(world.is_closed(&task.key) && world.is_closed(&task.vault));
}

#[test]
fn refuses_before_the_open_window_has_passed_on_both_clocks() {
    let mut world = World::default();
    let task = world.open();
    let until = world.read::<Task>(&task.key).open_until;
    for (unix, slot) in [(until.unix - 1, until.slot), (until.unix, until.slot - 1)] {
        world.bank.set_clock(unix, slot);
        world.refuse(TesseraError::TooEarly, world.task_expire(task));
    }
    world.bank.set_clock(until.unix, until.slot);
    world.send(world.task_expire(task));
    world.refuse(Anchor::AccountNotInitialized, world.task_expire(task));
}

#[test]
fn without_a_crankers_account_its_part_is_the_requesters() {
    let mut world = World::default();
    let before = world.tokens(&world.requester.token);
    let task = world.open();
    world.warp(3_600);
    let call = world.task_expire(task).with(|call| call.accounts.cranker_token = None);
    assert_eq!(world.send(call).event::<TaskExpired>().cranker_paid, 0);
    assert_eq!(world.tokens(&world.requester.token), before);
}

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
        slashed: NO_SHOW,
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
    assert_eq!((event.cranker_paid, event.requester_refunded), (part, escrow() - part));
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
    let task = world.open_as(TaskSpec { args, ..TaskSpec::default() });
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
    let mut world = World::default();
    let run = world.submitted();
    world.warp(100_000);
    world.refuse(TesseraError::WrongState, world.run_expire(run));
    world.refuse(TesseraError::WrongState, world.task_expire(run.task));

    let mut world = World::default();
    let run = world.submitted();
    world.audit(run, world.verifiers[0], OTHER_ROOT);
    world.warp(100_000);
    world.refuse(TesseraError::WrongState, world.run_expire(run));
    world.send(world.task_settle(run, &[]));
    world.refuse(TesseraError::WrongState, world.run_expire(run));
}

#[test]
fn a_claimed_task_does_not_expire_without_its_run() {
    let mut world = World::default();
    let run = world.claimed();
    world.warp(100_000);
    world.refuse(TesseraError::RunMissing, world.task_expire(run.task));
    let drops: [fn(&mut tessera::accounts::TaskExpire); 4] =
        [|a| a.run = None, |a| a.provider = None, |a| a.stake_vault = None, |a| a.run_authority = None];
    for drop in drops {
        world.refuse(TesseraError::RunMissing, world.run_expire(run).with(|call| drop(&mut call.accounts)));
    }
}

#[test]
fn refuses_other_accounts_in_place_of_the_runs() {
    let mut world = World::default();
    let run = world.claimed();
    let other = world.newcomer("provider 2", COMPUTE);
    let second = world.open_as(TaskSpec { nonce: 2, ..TaskSpec::default() });
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
fn refuses_other_accounts_in_place_of_the_tasks() {
    let mut world = World::default();
    let task = world.open();
    let second = world.open_as(TaskSpec { nonce: 2, ..TaskSpec::default() });
    let (other, mint, thief) = (world.other_market(), wallet("other mint"), world.provider);
    world.bank.make_mint(mint);
    world.warp(3_600);
    let call = || world.task_expire(task);
    let calls = [
        (Anchor::ConstraintSeeds as u32, call().with(|call| call.accounts.task_vault = second.vault)),
        (Anchor::ConstraintSeeds as u32, call().with(|call| call.accounts.insurance_vault = other.insurance_vault)),
        (TesseraError::WrongMarket.into(), call().with(|call| call.accounts.market = other.key)),
        (TesseraError::WrongMint.into(), call().with(|call| call.accounts.mint = mint)),
        (TesseraError::WrongRequester.into(), call().with(|call| call.accounts.requester = thief.authority)),
        (TesseraError::WrongTokenAccount.into(), call().with(|call| call.accounts.requester_token = thief.token)),
        (TesseraError::WrongTokenAccount.into(), call().with(|call| call.accounts.cranker_token = Some(thief.token))),
        (Anchor::AccountNotSigner as u32, call().unsigned_by(world.cranker.key)),
        (Anchor::InvalidProgramId as u32, call().with(|call| call.accounts.token_program = mint)),
    ];
    for (code, call) in calls {
        world.refuse(code, call);
    }
}

#[test]
fn a_run_of_another_task_cannot_ride_along() {
    let mut world = World::default();
    let first = world.open();
    let second = world.open_as(TaskSpec { nonce: 2, ..TaskSpec::default() });
    let run = world.claim(second);
    world.warp(3_600);
    let call = world.task_expire(first).with(|call| {
        call.accounts.run = Some(run.key);
        call.accounts.provider = Some(run.provider.provider);
        call.accounts.stake_vault = Some(run.provider.vault);
        call.accounts.run_authority = Some(run.provider.authority);
    });
    world.refuse(TesseraError::WrongRun, call);
}

#[test]
fn the_requester_may_crank_into_its_own_account() {
    let mut world = World::default();
    let before = world.tokens(&world.requester.token);
    let task = world.open();
    world.warp(3_600);
    let who = world.requester;
    world.send(world.task_expire(task).with(|call| {
        call.accounts.cranker = who.key;
        call.accounts.cranker_token = Some(who.token);
    }));
    assert_eq!(world.tokens(&who.token), before);
}

#[test]
fn dust_goes_to_the_insurance_vault() {
    let mut world = World::default();
    let task = world.open();
    world.gift_tokens(task.vault, 55);
    let run = world.claim(task);
    world.warp(600);
    world.send(world.run_expire(run));
    assert_eq!(world.tokens(&world.market.insurance_vault), 0, "the vault stays while the task goes on");
    world.warp(3_000);
    let event: TaskExpired = world.send(world.task_expire(task)).event();
    assert_eq!((event.dust, world.tokens(&world.market.insurance_vault)), (55, 55));
}

#[test]
fn a_no_show_never_takes_more_than_its_own_lock() {
    // Two runs of one provider: the second's lock is not touched by the first's end.
    let mut world = World::default();
    let first = world.claimed();
    world.warp(300);
    let second = world.open_as(TaskSpec { nonce: 2, ..TaskSpec::default() });
    let second = world.claim(second);
    world.warp(300);
    world.send(world.run_expire(first));
    let provider: Provider = world.read(&world.provider.provider);
    assert_eq!((provider.active_runs, provider.stake.locked), (1, world.read::<Run>(&second.key).lock));
    world.send(world.run_submit(second));
    assert_eq!(second, RunRef::of(second.task, world.provider));
}
