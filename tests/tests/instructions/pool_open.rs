use anchor_lang::Space;
use anchor_lang::error::ErrorCode as Anchor;
use anchor_lang::prelude::Pubkey;
use tessera::errors::TesseraError;
use tessera::events::PoolOpened;
use tessera::state::EpochPool;
use tessera_tests::svm::World;

use crate::{ALREADY_IN_USE, DISCRIMINATOR, TOKEN_ACCOUNT};

#[test]
fn anyone_opens_the_books_of_an_epoch_and_pays_their_rent() {
    let mut world = World::default();
    let (epoch, payer) = (world.epoch() + 1, world.cranker.key);
    let before = world.lamports(&payer);
    let event: PoolOpened = world.send(world.pool_open(epoch)).event();
    let key = world.pool(epoch);
    assert_eq!(event, PoolOpened { market: world.market.key, epoch, pool: key, payer });
    let pool: EpochPool = world.read(&key);
    assert_eq!((pool.version, pool.market, pool.epoch, pool.payer), (2, world.market.key, epoch, payer));
    assert_eq!((pool.opened, pool.swept, pool.shares_open), (0, 0, 0));
    assert_eq!((pool.funded, pool.paid, pool.total_fees), (0, 0, 0));
    assert_eq!(pool.fee_payers, [Pubkey::default(); 16]);
    let rent = world.bank.rent(DISCRIMINATOR + EpochPool::INIT_SPACE) + world.bank.rent(TOKEN_ACCOUNT);
    assert_eq!(before - world.lamports(&payer), rent);
}

#[test]
fn of_this_epoch_and_the_52_after_it_and_no_other() {
    let mut world = World::default();
    let epoch = world.epoch();
    world.refuse(TesseraError::EpochOver, world.pool_open(epoch - 1));
    world.refuse(TesseraError::EpochOver, world.pool_open(0));
    world.refuse(TesseraError::EpochTooFar, world.pool_open(epoch + 53));
    world.refuse(TesseraError::EpochTooFar, world.pool_open(u64::MAX));
    world.send(world.pool_open(epoch + 52));
}

#[test]
fn once_per_epoch() {
    let mut world = World::default();
    let epoch = world.epoch();
    world.refuse(ALREADY_IN_USE, world.pool_open(epoch));
    world.send(world.pool_open(epoch + 1));
    world.refuse(ALREADY_IN_USE, world.pool_open(epoch + 1));
}

#[test]
fn refuses_other_addresses_mints_and_markets() {
    let mut world = World::default();
    let (epoch, other) = (world.epoch() + 1, world.other_market());
    let call = || world.pool_open(epoch);
    let (pool, vault, stranger) = (world.pool(epoch + 1), world.pool_vault(epoch + 1), world.requester.token);
    let calls = [
        (Anchor::ConstraintSeeds as u32, call().with(|call| call.accounts.pool = pool)),
        (Anchor::ConstraintSeeds as u32, call().with(|call| call.accounts.pool_vault = vault)),
        (Anchor::ConstraintSeeds as u32, call().with(|call| call.accounts.market = other.key)),
        (Anchor::ConstraintSeeds as u32, call().with(|call| call.args.epoch = epoch + 1)),
        (TesseraError::WrongMint.into(), call().with(|call| call.accounts.mint = stranger)),
        (Anchor::AccountNotSigner as u32, call().unsigned_by(world.cranker.key)),
    ];
    for (code, call) in calls {
        world.refuse(code, call);
    }
}

#[test]
fn lamports_sent_to_its_addresses_before_do_not_prevent_it() {
    let mut world = World::default();
    let epoch = world.epoch() + 1;
    world.gift_lamports(world.pool(epoch), 1);
    world.gift_lamports(world.pool_vault(epoch), 3_000_000);
    world.send(world.pool_open(epoch));
}
