use anchor_lang::error::ErrorCode as Anchor;
use tessera::addresses::fee_vault_address;
use tessera::errors::TesseraError;
use tessera::events::FeeVaultOpened;
use tessera_tests::svm::{World, market_params, wallet};

use crate::{ALREADY_IN_USE, TOKEN_ACCOUNT};

/// A market without fee vaults.
fn bare_market() -> World {
    let mut world = World::without_market();
    let market = world.market;
    world.make_market(market, market_params());
    world
}

#[test]
fn anyone_opens_a_shards_vault_and_pays_its_rent() {
    let mut world = bare_market();
    let (before, vault) = (world.lamports(&world.cranker.key), fee_vault_address(&world.market.key, 15).0);
    let event: FeeVaultOpened = world.send(world.fee_vault_open(15)).event();
    assert_eq!(event, FeeVaultOpened { market: world.market.key, shard: 15, vault });
    assert_eq!(before - world.lamports(&world.cranker.key), world.bank.rent(TOKEN_ACCOUNT));
    assert_eq!(world.tokens(&vault), 0);
}

#[test]
fn refuses_a_shard_beyond_the_sixteen() {
    let mut world = bare_market();
    for shard in [16, 255] {
        world.refuse(TesseraError::ShardOutOfRange, world.fee_vault_open(shard));
    }
}

#[test]
fn refuses_a_second_vault_of_a_shard() {
    let mut world = bare_market();
    world.send(world.fee_vault_open(3));
    world.refuse(ALREADY_IN_USE, world.fee_vault_open(3));
    let vault = fee_vault_address(&world.market.key, 3).0;
    world.gift_tokens(vault, 5);
    world.refuse(ALREADY_IN_USE, world.fee_vault_open(3));
    assert_eq!(world.tokens(&vault), 5);
}

#[test]
fn refuses_another_shards_address_mint_or_program() {
    let mut world = bare_market();
    let other = fee_vault_address(&world.market.key, 2).0;
    world.refuse(Anchor::ConstraintSeeds, world.fee_vault_open(1).with(|call| call.accounts.fee_vault = other));
    let mint = wallet("other mint");
    world.bank.make_mint(mint);
    world.refuse(TesseraError::WrongMint, world.fee_vault_open(1).with(|call| call.accounts.mint = mint));
    world.refuse(Anchor::InvalidProgramId, world.fee_vault_open(1).with(|call| call.accounts.token_program = mint));
    let wallet = world.requester.key;
    world
        .refuse(Anchor::AccountOwnedByWrongProgram, world.fee_vault_open(1).with(|call| call.accounts.market = wallet));
}

#[test]
fn refuses_a_payer_who_did_not_sign() {
    let mut world = bare_market();
    let call = world.fee_vault_open(1);
    let payer = world.cranker.key;
    world.refuse(Anchor::AccountNotSigner, call.unsigned_by(payer));
}

#[test]
fn lamports_sent_to_its_address_before_do_not_prevent_it() {
    for (shard, gift) in [(0, 1), (1, 2_039_280), (2, 100_000_000)] {
        let mut world = bare_market();
        let vault = fee_vault_address(&world.market.key, shard).0;
        world.gift_lamports(vault, gift);
        world.send(world.fee_vault_open(shard));
        assert_eq!(world.tokens(&vault), 0);
        assert!(world.lamports(&vault) >= world.bank.rent(TOKEN_ACCOUNT));
    }
}
