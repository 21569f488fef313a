//! Accounts that close and come back, within one transaction or after it, and what is sent twice in one transaction.

use anchor_lang::error::ErrorCode as Anchor;
use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::system_instruction;
use anchor_spl::token::spl_token::state::AccountState;
use tessera::errors::TesseraError;
use tessera::instructions::TaskCreateArgs;
use tessera::state::{Balance, Reputation, Task};
use tessera_tests::svm::{CANDIDATE_ROOT, COMPUTE, OTHER_ROOT, TaskSpec, World, task_args};

/// The requester sends lamports to an account that is being closed.
fn keep_alive(world: &World, account: Pubkey) -> Instruction {
    let rent = world.bank.rent(0);
    system_instruction::transfer(&world.requester.key, &account, rent)
}

#[track_caller]
fn refused(world: &mut World, instructions: &[Instruction], code: u32) {
    let failed = world.bank.send(instructions).unwrap_err();
    assert_eq!(failed.code(), Some(code), "{failed:#?}");
    world.check_books();
}

#[test]
fn a_task_kept_alive_with_lamports_is_no_task() {
    let mut world = World::default();
    let task = world.open();
    let stale = world.task_claim(task, world.provider);
    let transaction = [world.task_cancel(task).instruction(), keep_alive(&world, task.key)];
    world.bank.send(&transaction).unwrap();
    let left = world.bank.account(&task.key).unwrap();
    assert!(left.data.is_empty());
    world.refuse(Anchor::AccountOwnedByWrongProgram, stale);
    // It is in nobody's way.
    let task = world.open();
    world.claim(task);
}

#[test]
fn cancelled_and_made_anew_in_one_transaction_it_is_another_task() {
    let mut world = World::default();
    let task = world.open();
    let stale = world.task_claim(task, world.provider);
    let other = TaskSpec::asking(TaskCreateArgs { inputs_root: [99; 32], ..task_args() });
    let transaction = [world.task_cancel(task).instruction(), world.task_create(other).instruction()];
    world.bank.send(&transaction).unwrap();
    world.check_books();
    world.refuse(TesseraError::TermsChanged, stale);
    assert_eq!(world.read::<Task>(&task.key).terms.inputs_root, [99; 32]);
}

#[test]
fn nothing_is_paid_twice_in_one_transaction() {
    let mut world = World::default();
    let run = world.submitted();
    let audit = world.prove(run, world.verifiers[0]);
    world.warp(1_800);
    let settle = world.task_settle(run, &[audit]).instruction();
    let keep = [audit.key, run.key, run.task.key].map(|key| keep_alive(&world, key));
    refused(&mut world, &[settle.clone(), settle.clone()], Anchor::AccountNotInitialized as u32);
    // Not with the closed accounts kept alive between the two either.
    let twice = [vec![settle.clone()], keep.to_vec(), vec![settle.clone()]].concat();
    refused(&mut world, &twice, Anchor::AccountOwnedByWrongProgram as u32);
    let decide = world.task_settle(run, &[]).instruction();
    refused(&mut world, &[decide.clone(), decide], TesseraError::NothingToClose.into());

    let task = world.open_as(TaskSpec::nonce(2));
    world.warp(3_600);
    let expire = world.task_expire(task).instruction();
    refused(&mut world, &[expire.clone(), expire], Anchor::AccountNotInitialized as u32);

    world.send(world.stake_unbond(world.provider, 1_000));
    world.warp(17_700);
    let withdraw = world.stake_withdraw(world.provider).instruction();
    refused(&mut world, &[withdraw.clone(), withdraw], TesseraError::NothingMatured.into());
}

#[test]
fn a_balance_is_claimed_once_and_may_come_back() {
    let mut world = World::default();
    let (who, tasks) = (world.requester, [world.open(), world.open_as(TaskSpec::nonce(2))]);
    world.bank.edit_token(who.token, |token| token.state = AccountState::Frozen);
    let to = world.another_token(who.key, 1);
    let (balance, unclaimed) = (world.balance_of(&who.key), world.market.unclaimed_vault);
    world.warp(3_600);
    for task in tasks {
        world.send(world.task_expire(task).with(|call| {
            call.accounts.requester_balance = Some(balance);
            call.accounts.unclaimed_vault = Some(unclaimed);
        }));
        let amount = world.read::<Balance>(&balance).amount;
        let claim = world.balance_claim(who).with(|call| call.accounts.to = to).instruction();
        let twice = [claim.clone(), keep_alive(&world, balance), claim.clone()];
        refused(&mut world, &twice, Anchor::AccountOwnedByWrongProgram as u32);
        let before = world.tokens(&to);
        world.bank.send(&[claim]).unwrap();
        world.check_books();
        assert_eq!(world.tokens(&to) - before, amount);
    }
}

#[test]
fn a_provider_that_leaves_and_returns_in_one_transaction_keeps_nothing() {
    let mut world = World::default();
    let by = world.newcomer("leaver", COMPUTE);
    let task = world.open();
    let run = world.claim_by(task, by);
    world.warp(600);
    world.send(world.run_expire(run));
    assert_ne!(world.provider_of(by).reputation, Reputation { good: 0, bad: 0 });
    let free = world.provider_of(by).stake.free;
    world.send(world.stake_unbond(by, free));
    world.warp(17_700);
    world.send(world.stake_withdraw(by));
    let transaction = [world.provider_close(by).instruction(), world.provider_register(by, COMPUTE).instruction()];
    world.bank.send(&transaction).unwrap();
    world.check_books();
    let provider = world.provider_of(by);
    assert_eq!((provider.reputation, provider.stake.free), (Reputation { good: 0, bad: 0 }, 0));
    // The task that it failed remembers it all the same.
    world.send(world.stake_deposit(by, 50_000_000));
    let task = world.open_as(TaskSpec::nonce(2));
    world.claim_by(task, by);
    assert!(world.find::<Task>(&run.task.key).is_none_or(|task| task.excluded.contains(&by.provider)));
}

#[test]
fn a_run_that_was_closed_does_not_come_back_in_its_task() {
    let mut world = World::default();
    let run = world.claimed();
    let claim = world.task_claim(run.task, run.provider).instruction();
    let release = world.run_release(run).instruction();
    refused(&mut world, &[release, claim], TesseraError::ProviderExcluded.into());
}

#[test]
fn an_audit_of_one_run_is_none_of_the_next_under_the_same_address() {
    // Task, run and audit have the addresses of those that were closed; nothing of them is left.
    let mut world = World::default();
    let [a, b, _] = world.verifiers;
    let run = world.submitted();
    let first = world.audit(run, a, OTHER_ROOT);
    let pair = [first, world.refute(run, b, first)];
    world.send(world.task_settle(run, &pair));
    let again = world.submitted();
    assert_eq!(again, run);
    let state: Task = world.read(&again.task.key);
    assert_eq!((state.slots[0].agreeing, state.slots[0].differing, state.excluded.len()), (0, 0, 0));
    world.refuse(Anchor::AccountNotInitialized, world.task_settle(again, &pair));
    world.send(world.audit_force(again, 0));
    world.audit(again, a, CANDIDATE_ROOT);
}
