use anchor_lang::error::ErrorCode as Anchor;
use tessera::errors::TesseraError;
use tessera::events::TaskCancelled;
use tessera_tests::svm::{COMPUTE, TaskRef, TaskSpec, World, redundant_args, task_args, wallet};

#[test]
fn refunds_the_whole_and_returns_the_rent() {
    let mut world = World::default();
    let who = world.requester;
    let before = (world.tokens(&who.token), world.lamports(&who.key));
    let task = world.open();
    let event: TaskCancelled = world.send(world.task_cancel(task)).event();
    let args = task_args();
    let escrow = args.reward + args.audit_reward + args.crank_bounty;
    assert_eq!(event, TaskCancelled { task: task.key, requester: who.key, requester_refunded: escrow, dust: 0 });
    assert_eq!((world.tokens(&who.token), world.lamports(&who.key)), before);
    assert!(world.is_closed(&task.key) && world.is_closed(&task.vault));
}

#[test]
fn also_after_the_open_window() {
    let mut world = World::default();
    let task = world.open();
    world.warp(100_000);
    world.send(world.task_cancel(task));
}

#[test]
fn also_when_reopened_after_a_no_show_less_the_cranks_part() {
    let mut world = World::default();
    let run = world.claimed();
    world.warp(600);
    world.send(world.run_expire(run));
    let event: TaskCancelled = world.send(world.task_cancel(run.task)).event();
    let args = task_args();
    assert_eq!(event.requester_refunded, args.reward + args.audit_reward + args.crank_bounty - args.crank_bounty / 16);
}

#[test]
fn refuses_once_it_is_claimed_submitted_disputed_or_gone() {
    let mut world = World::default();
    let run = world.claimed();
    let refuse = |world: &mut World| world.refuse(TesseraError::WrongState, world.task_cancel(run.task));
    refuse(&mut world);
    world.send(world.run_submit(run));
    refuse(&mut world);
    world.audit(run, world.verifiers[0], tessera_tests::svm::OTHER_ROOT);
    refuse(&mut world);
    world.warp(3_000);
    world.send(world.task_settle(run, &[]));
    world.refuse(TesseraError::WrongState, world.task_cancel(run.task));

    let second = world.open_as(TaskSpec::nonce(2));
    world.send(world.task_cancel(second));
    world.refuse(Anchor::AccountNotInitialized, world.task_cancel(second));
}

#[test]
fn refuses_anyone_but_its_requester() {
    let mut world = World::default();
    let (task, thief, requester) = (world.open(), world.cranker, world.requester.key);
    let call = world.task_cancel(task).with(|call| {
        call.accounts.requester = thief.key;
        call.accounts.requester_token = thief.token;
    });
    world.refuse(TesseraError::WrongRequester, call);
    world.refuse(Anchor::AccountNotSigner, world.task_cancel(task).unsigned_by(requester));
    let call = world.task_cancel(task).with(|call| call.accounts.requester_token = thief.token);
    world.refuse(TesseraError::WrongTokenAccount, call);
}

#[test]
fn refuses_other_accounts_in_place_of_its_own() {
    let mut world = World::default();
    let task = world.open();
    let second = world.open_as(TaskSpec::nonce(2));
    let (other, mint) = (world.other_market(), wallet("other mint"));
    world.bank.make_mint(mint);
    let call = |world: &World| world.task_cancel(task);
    world.refuse(TesseraError::WrongVault, call(&world).with(|call| call.accounts.task_vault = second.vault));
    world.refuse(
        Anchor::ConstraintSeeds,
        call(&world).with(|call| call.accounts.insurance_vault = other.insurance_vault),
    );
    world.refuse(
        TesseraError::WrongMarket,
        call(&world).with(|call| {
            call.accounts.market = other.key;
            call.accounts.insurance_vault = other.insurance_vault;
        }),
    );
    world.refuse(TesseraError::WrongMint, call(&world).with(|call| call.accounts.mint = mint));
    world.refuse(Anchor::InvalidProgramId, call(&world).with(|call| call.accounts.token_program = mint));
}

#[test]
fn refunds_to_any_account_of_the_requester() {
    let mut world = World::default();
    let task = world.open();
    let first = world.requester.token;
    world.bank.edit_token(first, |token| token.state = anchor_spl::token::spl_token::state::AccountState::Frozen);
    let second = world.another_token(world.requester.key, 1);
    world.refuse(TesseraError::WrongTokenAccount, world.task_cancel(task));
    world.send(world.task_cancel(task).with(|call| call.accounts.requester_token = second));
    assert!(world.tokens(&second) > task_args().reward);
}

#[test]
fn of_a_redundant_task_the_whole_comes_back_while_no_slot_is_taken() {
    let mut world = World::default();
    let before = world.tokens(&world.requester.token);
    let task = world.open_as(TaskSpec::redundant(3));
    let args = redundant_args(3);
    let escrow = 3 * (args.reward + args.audit_reward) + args.crank_bounty;
    assert_eq!(world.tokens(&task.vault), escrow);
    world.send(world.task_cancel(task));
    assert_eq!(world.tokens(&world.requester.token), before);
    // One claim of three is enough to hold it.
    let task = world.open_as(TaskSpec::redundant(3));
    let second = world.newcomer("provider 2", COMPUTE);
    let run = world.claim_by(task, second);
    world.refuse(TesseraError::WrongState, world.task_cancel(task));
    world.send(world.run_release(run));
    world.send(world.task_cancel(task));
}

#[test]
fn where_the_insurance_vault_is_frozen_dust_goes_with_the_refund() {
    let mut world = World::default();
    let (task, insurance) = (world.open(), world.market.insurance_vault);
    let before = world.tokens(&world.requester.token);
    world.gift_tokens(task.vault, 55);
    world.bank.edit_token(insurance, |token| token.state = anchor_spl::token::spl_token::state::AccountState::Frozen);
    world.send(world.task_cancel(task));
    let args = task_args();
    let escrow = args.reward + args.audit_reward + args.crank_bounty;
    assert_eq!(world.tokens(&world.requester.token) - before, escrow + 55);
}

#[test]
fn dust_goes_to_the_insurance_vault_and_lamports_to_the_requester() {
    let mut world = World::default();
    let task = world.open();
    world.gift_tokens(task.vault, 55);
    world.gift_lamports(task.vault, 66);
    world.gift_lamports(task.key, 77);
    let before = world.lamports(&world.requester.key);
    let rent = world.lamports(&task.key) + world.lamports(&task.vault);
    let event: TaskCancelled = world.send(world.task_cancel(task)).event();
    assert_eq!(event.dust, 55);
    assert_eq!(world.tokens(&world.market.insurance_vault), 55);
    assert_eq!(world.lamports(&world.requester.key) - before, rent);
}

#[test]
fn the_nonce_is_free_again() {
    let mut world = World::default();
    let task = world.open();
    world.send(world.task_cancel(task));
    assert_eq!(world.open(), TaskRef::of(world.requester, 1));
}
