use anchor_lang::error::ErrorCode as Anchor;
use anchor_lang::prelude::Pubkey;
use anchor_lang::{AnchorSerialize, Discriminator, Space};
use tessera::addresses::{model_address, unclaimed_vault_address};
use tessera::errors::TesseraError;
use tessera::events::AccountMigrated;
use tessera::state::{Market, Model, Provider, TicketChain, v1};
use tessera_tests::earlier;
use tessera_tests::svm::{COMPUTE, MarketRef, World, wallet};

use crate::{DISCRIMINATOR, TOKEN_ACCOUNT};

/// Puts an account of version 1 in place of what is there, with the rent that version 1 gave it.
fn put<V1: AnchorSerialize + Space, T: Discriminator>(world: &mut World, key: Pubkey, old: &V1) {
    let mut account = world.bank.account(&key).unwrap();
    account.data = earlier::content::<V1, T>(old);
    account.lamports = world.bank.rent(account.data.len());
    world.bank.put(key, account);
}

/// A world whose second market is of version 1: its unclaimed vault does not exist.
fn with_old_market() -> (World, MarketRef, v1::Market) {
    let mut world = World::default();
    let market = world.other_market();
    let old = earlier::market(&world.read(&market.key));
    world.bank.close_token(market.unclaimed_vault);
    put::<_, Market>(&mut world, market.key, &old);
    (world, market, old)
}

#[test]
fn a_market_keeps_what_it_knew_and_gets_its_unclaimed_vault() {
    let (mut world, market, old) = with_old_market();
    // Nothing but this works on it before.
    let own = world.market;
    world.market = market;
    world.fail(world.pool_open(world.epoch() + 1));
    let payer = world.cranker.key;
    let before = world.lamports(&payer);
    let call = world.account_migrate(market.key);
    world.refuse(TesseraError::WrongVault, call);
    let (mint, program) = (world.mint, world.token_program);
    let full = |world: &World| {
        world.account_migrate(market.key).with(|call| {
            call.accounts.mint = Some(mint);
            call.accounts.unclaimed_vault = Some(market.unclaimed_vault);
            call.accounts.token_program = Some(program);
        })
    };
    let calls = [
        full(&world).with(|call| call.accounts.mint = Some(payer)),
        full(&world).with(|call| call.accounts.unclaimed_vault = Some(own.unclaimed_vault)),
    ];
    for (call, error) in calls.into_iter().zip([TesseraError::WrongMint, TesseraError::WrongVault]) {
        world.refuse(error, call);
    }
    let event: AccountMigrated = world.send(full(&world)).event();
    assert_eq!(event, AccountMigrated { account: market.key, from: 1, to: 2 });
    let new: Market = world.read(&market.key);
    assert_eq!(new, *old.migrated(unclaimed_vault_address(&market.key).1));
    let grown =
        world.bank.rent(DISCRIMINATOR + Market::INIT_SPACE) - world.bank.rent(DISCRIMINATOR + v1::Market::INIT_SPACE);
    assert_eq!(before - world.lamports(&payer), grown + world.bank.rent(TOKEN_ACCOUNT));
    world.refuse(TesseraError::NothingToMigrate, full(&world));
    let epoch = world.epoch();
    world.send(world.pool_open(epoch + 1));
}

#[test]
fn a_provider_keeps_its_stake_and_reputation_and_claims_again() {
    let mut world = World::default();
    let by = world.provider;
    let new = world.provider_of(by);
    let old = earlier::provider(&new);
    put::<_, Provider>(&mut world, by.provider, &old);
    let task = world.open();
    world.fail(world.task_claim(task, by));
    let event: AccountMigrated = world.send(world.account_migrate(by.provider)).event();
    assert_eq!((event.from, event.to), (1, 2));
    let migrated = world.provider_of(by);
    assert_eq!(migrated, *old.migrated());
    assert_eq!((migrated.stake, migrated.ticket), (new.stake, TicketChain::NONE));
    world.claim(task);
    world.refuse(TesseraError::NothingToMigrate, world.account_migrate(by.provider));
}

#[test]
fn a_model_keeps_who_earns() {
    let mut world = World::default();
    world.send(world.model_register(world.modeller, [9; 32]));
    let key = model_address(&world.modeller.key, &[9; 32]).0;
    let new: Model = world.read(&key);
    put::<_, Model>(&mut world, key, &earlier::model(&new));
    world.send(world.account_migrate(key));
    assert_eq!(world.read::<Model>(&key), new);
}

#[test]
fn every_other_account_is_refused() {
    let mut world = World::default();
    let run = world.submitted();
    let others = [world.market.key, world.provider.provider, run.task.key, run.key, world.pool(world.epoch())];
    for key in others {
        world.refuse(TesseraError::NothingToMigrate, world.account_migrate(key));
    }
    for key in [world.requester.key, world.requester.token] {
        world.refuse(TesseraError::NothingToMigrate, world.account_migrate(key));
    }
    // A task of version 1 has to end before the upgrade.
    let mut account = world.bank.account(&run.task.key).unwrap();
    account.data[DISCRIMINATOR] = v1::VERSION;
    world.bank.put(run.task.key, account);
    world.refuse(TesseraError::NothingToMigrate, world.account_migrate(run.task.key));
}

#[test]
fn refuses_a_payer_who_did_not_sign() {
    let mut world = World::default();
    let newcomer = world.newcomer("old provider", COMPUTE);
    let old = earlier::provider(&world.provider_of(newcomer));
    put::<_, Provider>(&mut world, newcomer.provider, &old);
    let payer = world.cranker.key;
    world.refuse(Anchor::AccountNotSigner, world.account_migrate(newcomer.provider).unsigned_by(payer));
    assert_ne!(payer, wallet("nobody"));
}
