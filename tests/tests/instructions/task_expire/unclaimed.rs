use anchor_lang::error::ErrorCode as Anchor;
use anchor_spl::token::spl_token::state::AccountState;
use tessera::errors::TesseraError;
use tessera::events::{Payment, TaskExpired};
use tessera::state::{Balance, Task};
use tessera_tests::svm::{TaskSpec, World, redundant_args, task_args, wallet};

use super::escrow;

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
        requester_refunded: Payment { owner: who.key, amount: escrow() - part, kept: false },
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
fn refuses_other_accounts_in_place_of_the_tasks() {
    let mut world = World::default();
    let task = world.open();
    let second = world.open_as(TaskSpec::nonce(2));
    let (other, mint, thief) = (world.other_market(), wallet("other mint"), world.provider);
    world.bank.make_mint(mint);
    // Something to insure.
    world.gift_tokens(task.vault, 55);
    world.warp(3_600);
    let call = || world.task_expire(task);
    let calls = [
        (TesseraError::WrongVault.into(), call().with(|call| call.accounts.task_vault = second.vault)),
        (
            TesseraError::WrongVault.into(),
            call().with(|call| call.accounts.insurance_vault = Some(other.insurance_vault)),
        ),
        (TesseraError::InsuranceMissing.into(), call().with(|call| call.accounts.insurance_vault = None)),
        (TesseraError::WrongMarket.into(), call().with(|call| call.accounts.market = other.key)),
        (TesseraError::WrongMint.into(), call().with(|call| call.accounts.mint = mint)),
        (TesseraError::WrongRequester.into(), call().with(|call| call.accounts.requester = thief.authority)),
        (TesseraError::WrongTokenAccount.into(), call().with(|call| call.accounts.requester_token = thief.token)),
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
    let second = world.open_as(TaskSpec::nonce(2));
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
fn a_crankers_account_that_cannot_receive_forgoes_its_part() {
    let mut world = World::default();
    let (before, thief) = (world.tokens(&world.requester.token), world.provider.token);
    let task = world.open();
    world.warp(3_600);
    let call = world.task_expire(task).with(|call| call.accounts.cranker_token = Some(thief));
    assert_eq!(world.send(call).event::<TaskExpired>().cranker_paid, 0);
    assert_eq!(world.tokens(&world.requester.token), before);
}

#[test]
fn a_redundant_task_costs_its_crank_no_more_than_one_run() {
    let mut world = World::default();
    let before = world.tokens(&world.requester.token);
    let task = world.open_as(TaskSpec::redundant(3));
    world.warp(3_600);
    let event: TaskExpired = world.send(world.task_expire(task)).event();
    assert_eq!(event.cranker_paid, redundant_args(3).crank_bounty / 2 / 3);
    assert_eq!(world.tokens(&world.requester.token), before - event.cranker_paid);
}

#[test]
fn a_closed_account_of_the_requester_makes_a_balance_and_another_is_paid() {
    let mut world = World::default();
    let (task, who) = (world.open(), world.requester);
    world.bank.close_token(who.token);
    world.warp(3_600);
    world.refuse(TesseraError::BalanceMissing, world.task_expire(task));
    let mut elsewhere = world.clone();
    let (balance, unclaimed) = (world.balance_of(&who.key), world.market.unclaimed_vault);
    let call = world.task_expire(task).with(|call| {
        call.accounts.requester_balance = Some(balance);
        call.accounts.unclaimed_vault = Some(unclaimed);
    });
    let event: TaskExpired = world.send(call).event();
    assert!(event.requester_refunded.kept);
    assert_eq!(world.read::<Balance>(&balance).amount, escrow() - task_args().crank_bounty / 2);
    let second = elsewhere.another_token(who.key, 1);
    elsewhere.send(elsewhere.task_expire(task).with(|call| call.accounts.requester_token = second));
    assert_eq!(elsewhere.tokens(&second), escrow() - task_args().crank_bounty / 2);
}

#[test]
fn a_bad_account_of_the_crankers_choice_diverts_nothing() {
    // Only the associated account makes a balance: else a cranker could withhold every refund.
    let mut world = World::default();
    let (task, who) = (world.open(), world.requester);
    let second = world.another_token(who.key, 1);
    world.bank.edit_token(second, |token| token.state = AccountState::Frozen);
    world.warp(3_600);
    let (balance, unclaimed) = (world.balance_of(&who.key), world.market.unclaimed_vault);
    let call = world.task_expire(task).with(|call| {
        call.accounts.requester_token = second;
        call.accounts.requester_balance = Some(balance);
        call.accounts.unclaimed_vault = Some(unclaimed);
    });
    world.refuse(TesseraError::WrongTokenAccount, call);
}
