use anchor_lang::error::ErrorCode as Anchor;
use tessera::errors::TesseraError;
use tessera::events::PoolFunded;
use tessera::state::EpochPool;
use tessera_tests::svm::{World, wallet};

use crate::{NOT_ITS_OWNER, OTHER_MINT, TOO_FEW_TOKENS};

#[test]
fn anyone_gives_tokens_for_an_epochs_providers() {
    let mut world = World::default();
    let (epoch, funder) = (world.epoch(), world.modeller);
    let before = world.tokens(&funder.token);
    world.send(world.pool_fund(epoch, 1_000));
    let event: PoolFunded = world.send(world.pool_fund(epoch, 77)).event();
    let wanted = PoolFunded { market: world.market.key, epoch, funder: funder.key, amount: 77, funded: 1_077 };
    assert_eq!(event, wanted);
    assert_eq!(world.read::<EpochPool>(&world.pool(epoch)).funded, 1_077);
    assert_eq!(before - world.tokens(&funder.token), 1_077);
    assert_eq!(world.tokens(&world.pool_vault(epoch)), 1_077);
}

#[test]
fn refuses_a_past_epoch_but_takes_the_52_after_this_one() {
    let mut world = World::default();
    let epoch = world.epoch();
    world.send(world.pool_open(epoch + 52));
    world.send(world.pool_fund(epoch + 52, 5));
    world.end_epoch();
    world.refuse(TesseraError::EpochOver, world.pool_fund(epoch, 5));
    world.send(world.pool_open(epoch + 53));
    world.send(world.pool_fund(epoch + 53, 5));
}

#[test]
fn refuses_zero_and_more_than_there_is() {
    let mut world = World::default();
    let epoch = world.epoch();
    world.refuse(TesseraError::AmountZero, world.pool_fund(epoch, 0));
    let all = world.tokens(&world.modeller.token);
    world.refuse(TOO_FEW_TOKENS, world.pool_fund(epoch, all + 1));
    world.send(world.pool_fund(epoch, 1));
    world.refuse(TesseraError::Overflow, world.pool_fund(epoch, u64::MAX));
}

#[test]
fn refuses_an_epoch_without_books_and_others_accounts() {
    let mut world = World::default();
    let epoch = world.epoch();
    world.refuse(Anchor::AccountNotInitialized, world.pool_fund(epoch + 1, 5));
    world.send(world.pool_open(epoch + 1));
    let other = world.other_market();
    let (mint, token) = (wallet("other mint"), wallet("other token"));
    world.bank.make_mint(mint);
    world.bank.make_token(token, world.modeller.key, mint, 50);
    let call = || world.pool_fund(epoch, 5);
    let (next, vault, foreign) = (world.pool(epoch + 1), world.pool_vault(epoch + 1), world.requester.token);
    let calls = [
        (Anchor::ConstraintSeeds as u32, call().with(|call| call.accounts.pool = next)),
        (Anchor::ConstraintSeeds as u32, call().with(|call| call.accounts.pool_vault = vault)),
        (Anchor::ConstraintSeeds as u32, call().with(|call| call.accounts.market = other.key)),
        (TesseraError::WrongMint.into(), call().with(|call| call.accounts.mint = mint)),
        (NOT_ITS_OWNER, call().with(|call| call.accounts.funder_token = foreign)),
        (OTHER_MINT, call().with(|call| call.accounts.funder_token = token)),
        (Anchor::AccountNotSigner as u32, call().unsigned_by(world.modeller.key)),
    ];
    for (code, call) in calls {
        world.refuse(code, call);
    }
}
