use anchor_lang::error::ErrorCode as Anchor;
use anchor_spl::token::spl_token::state::AccountState;
use tessera::errors::TesseraError;
use tessera::events::BalanceClaimed;
use tessera::state::Balance;
use tessera_tests::svm::{COMPUTE, TaskRef, TaskSpec, Wallet, World};

use crate::OTHER_MINT;

/// What an unclaimed task's requester gets back: everything less half the crank's bounty.
const REFUND: u64 = 5_000_003 + 500_001 + 100_003 - 50_001;

/// Refunds an unclaimed task while its requester's associated account is frozen.
fn refund_to_balance(world: &mut World, task: TaskRef) {
    let (balance, unclaimed) = (world.balance_of(&world.requester.key), world.market.unclaimed_vault);
    world.warp(3_600);
    world.send(world.task_expire(task).with(|call| {
        call.accounts.requester_balance = Some(balance);
        call.accounts.unclaimed_vault = Some(unclaimed);
    }));
}

/// A world in which the requester has a balance, and no account that can receive.
fn with_balance() -> World {
    let mut world = World::default();
    let task = world.open();
    let token = world.requester.token;
    world.bank.edit_token(token, |token| token.state = AccountState::Frozen);
    refund_to_balance(&mut world, task);
    world
}

#[test]
fn pays_all_of_it_to_an_account_of_its_owners_choice_and_closes() {
    let mut world = with_balance();
    let owner = world.requester;
    let key = world.balance_of(&owner.key);
    let balance: Balance = world.read(&key);
    assert_eq!((balance.version, balance.market, balance.owner), (2, world.market.key, owner.key));
    assert_eq!((balance.payer, balance.amount), (world.cranker.key, REFUND));
    let (to, lamports) = (world.another_token(owner.key, 1), world.lamports(&world.cranker.key));
    let rent = world.lamports(&key);
    let event: BalanceClaimed = world.send(world.balance_claim(owner).with(|call| call.accounts.to = to)).event();
    assert_eq!(event, BalanceClaimed { market: world.market.key, owner: owner.key, amount: REFUND, to });
    assert_eq!((world.tokens(&to), world.tokens(&world.market.unclaimed_vault)), (REFUND, 0));
    assert_eq!(world.lamports(&world.cranker.key) - lamports, rent);
    assert!(world.is_closed(&key));
    world.refuse(Anchor::AccountNotInitialized, world.balance_claim(owner));
}

#[test]
fn a_second_payment_adds_to_it() {
    let mut world = World::default();
    let tasks = [world.open(), world.open_as(TaskSpec::nonce(2))];
    let token = world.requester.token;
    world.bank.edit_token(token, |token| token.state = AccountState::Frozen);
    for task in tasks {
        refund_to_balance(&mut world, task);
    }
    assert_eq!(world.read::<Balance>(&world.balance_of(&world.requester.key)).amount, 2 * REFUND);
}

#[test]
fn another_wallets_account_may_be_the_choice_too() {
    let mut world = with_balance();
    let (owner, friend) = (world.requester, world.modeller.token);
    let before = world.tokens(&friend);
    world.send(world.balance_claim(owner).with(|call| call.accounts.to = friend));
    assert_eq!(world.tokens(&friend) - before, REFUND);
}

#[test]
fn only_its_owner_claims() {
    let mut world = with_balance();
    let (owner, thief) = (world.requester, world.cranker);
    let call = || world.balance_claim(owner);
    let calls = [
        (
            Anchor::ConstraintSeeds as u32,
            call().with(|call| {
                call.accounts.owner = thief.key;
                call.accounts.to = thief.token;
            }),
        ),
        (Anchor::AccountNotSigner as u32, call().unsigned_by(owner.key)),
    ];
    for (code, call) in calls {
        world.refuse(code, call);
    }
}

#[test]
fn refuses_the_unclaimed_vault_itself_other_mints_markets_and_wallets() {
    let mut world = with_balance();
    let (owner, other) = (world.requester, world.other_market());
    let (unclaimed, stranger) = (world.market.unclaimed_vault, world.provider);
    let (mint, token) = (tessera_tests::svm::wallet("other mint"), tessera_tests::svm::wallet("other token"));
    world.bank.make_mint(mint);
    world.bank.make_token(token, owner.key, mint, 0);
    let call = || world.balance_claim(owner);
    let calls = [
        (TesseraError::DuplicateAccount.into(), call().with(|call| call.accounts.to = unclaimed)),
        (OTHER_MINT, call().with(|call| call.accounts.to = token)),
        (TesseraError::WrongMint.into(), call().with(|call| call.accounts.mint = mint)),
        (Anchor::ConstraintSeeds as u32, call().with(|call| call.accounts.market = other.key)),
        (Anchor::ConstraintSeeds as u32, call().with(|call| call.accounts.unclaimed_vault = other.unclaimed_vault)),
        (TesseraError::WrongWallet.into(), call().with(|call| call.accounts.payer = stranger.authority)),
    ];
    for (code, call) in calls {
        world.refuse(code, call);
    }
}

#[test]
fn lamports_sent_to_its_address_before_do_not_prevent_it() {
    let mut world = World::default();
    let task = world.open();
    let (token, balance) = (world.requester.token, world.balance_of(&world.requester.key));
    world.gift_lamports(balance, 1);
    world.bank.edit_token(token, |token| token.state = AccountState::Frozen);
    refund_to_balance(&mut world, task);
    assert_eq!(world.read::<Balance>(&balance).amount, REFUND);
}

#[test]
fn a_balance_in_one_market_is_none_in_another() {
    let mut world = with_balance();
    let (owner, other) = (world.requester, world.other_market());
    let wallet = Wallet { key: world.provider.authority, token: world.provider.token };
    world.enlist_in(&other, wallet, COMPUTE);
    world.market = other;
    world.refuse(Anchor::AccountNotInitialized, world.balance_claim(owner));
}
