use anchor_lang::error::ErrorCode as Anchor;
use tessera::errors::TesseraError;
use tessera::events::FeeVaultOpened;
use tessera::state::EpochPool;
use tessera_tests::svm::{World, wallet};

use crate::TOKEN_ACCOUNT;

/// A world whose next epoch has books and no fee vaults.
fn with_bare_epoch() -> (World, u64) {
    let mut world = World::default();
    let epoch = world.epoch() + 1;
    world.send(world.pool_open(epoch));
    (world, epoch)
}

#[test]
fn anyone_opens_a_shards_vault_and_pays_its_rent() {
    let (mut world, epoch) = with_bare_epoch();
    let (payer, vault) = (world.cranker.key, world.fee_vault_at(epoch, 15));
    let before = world.lamports(&payer);
    let event: FeeVaultOpened = world.send(world.fee_vault_open(epoch, 15)).event();
    assert_eq!(event, FeeVaultOpened { market: world.market.key, epoch, shard: 15, vault, payer });
    assert_eq!(before - world.lamports(&payer), world.bank.rent(TOKEN_ACCOUNT));
    assert_eq!(world.tokens(&vault), 0);
    let pool: EpochPool = world.read(&world.pool(epoch));
    assert_eq!((pool.opened, pool.fee_payers[15]), (1 << 15, payer));
}

#[test]
fn of_this_epoch_and_the_next_and_no_other() {
    let (mut world, epoch) = with_bare_epoch();
    world.send(world.pool_open(epoch + 1));
    world.refuse(TesseraError::EpochTooFar, world.fee_vault_open(epoch + 1, 0));
    world.end_epoch();
    // A vault that was swept could come back otherwise.
    world.refuse(TesseraError::EpochOver, world.fee_vault_open(epoch - 1, 0));
    world.send(world.fee_vault_open(epoch, 0));
    world.send(world.fee_vault_open(epoch + 1, 0));
}

#[test]
fn refuses_an_epoch_without_books() {
    let (mut world, epoch) = with_bare_epoch();
    world.refuse(Anchor::AccountNotInitialized, world.fee_vault_open(epoch + 1, 0));
}

#[test]
fn refuses_a_shard_beyond_the_sixteen() {
    let (mut world, epoch) = with_bare_epoch();
    for shard in [16, 255] {
        world.refuse(TesseraError::ShardOutOfRange, world.fee_vault_open(epoch, shard));
    }
}

#[test]
fn refuses_a_second_vault_of_a_shard() {
    let (mut world, epoch) = with_bare_epoch();
    world.send(world.fee_vault_open(epoch, 3));
    world.refuse(TesseraError::WrongState, world.fee_vault_open(epoch, 3));
    let vault = world.fee_vault_at(epoch, 3);
    world.gift_tokens(vault, 5);
    world.refuse(TesseraError::WrongState, world.fee_vault_open(epoch, 3));
    assert_eq!(world.tokens(&vault), 5);
}

#[test]
fn refuses_other_addresses_mints_programs_and_signers() {
    let (mut world, epoch) = with_bare_epoch();
    let (other, next, mint) = (world.fee_vault_at(epoch, 2), world.pool(epoch - 1), wallet("other mint"));
    world.bank.make_mint(mint);
    let call = || world.fee_vault_open(epoch, 1);
    let (wallet, payer) = (world.requester.key, world.cranker.key);
    let calls = [
        (Anchor::ConstraintSeeds as u32, call().with(|call| call.accounts.fee_vault = other)),
        (Anchor::ConstraintSeeds as u32, call().with(|call| call.accounts.pool = next)),
        (TesseraError::WrongMint.into(), call().with(|call| call.accounts.mint = mint)),
        (Anchor::InvalidProgramId as u32, call().with(|call| call.accounts.token_program = mint)),
        (Anchor::AccountOwnedByWrongProgram as u32, call().with(|call| call.accounts.market = wallet)),
        (Anchor::AccountNotSigner as u32, call().unsigned_by(payer)),
    ];
    for (code, call) in calls {
        world.refuse(code, call);
    }
}

#[test]
fn lamports_sent_to_its_address_before_do_not_prevent_it() {
    for (shard, gift) in [(0, 1), (1, 2_039_280), (2, 100_000_000)] {
        let (mut world, epoch) = with_bare_epoch();
        let vault = world.fee_vault_at(epoch, shard);
        world.gift_lamports(vault, gift);
        world.send(world.fee_vault_open(epoch, shard));
        assert_eq!(world.tokens(&vault), 0);
        assert!(world.lamports(&vault) >= world.bank.rent(TOKEN_ACCOUNT));
    }
}
