use anchor_lang::error::ErrorCode as Anchor;
use tessera::errors::TesseraError;
use tessera::events::StakeWithdrawn;
use tessera::state::{Provider, Roles};
use tessera_tests::svm::{Wallet, World, market_params, wallet};

const WAIT: u32 = 17_700;

/// A provider with 1,000 that matures after [`WAIT`].
fn unbonding() -> World {
    assert_eq!(market_params().unbonding_seconds, WAIT);
    let mut world = World::default();
    world.send(world.stake_unbond(world.provider, 1_000));
    world
}

#[test]
fn pays_out_what_has_matured_and_no_more() {
    let mut world = unbonding();
    world.warp(100);
    world.send(world.stake_unbond(world.provider, 2_000));
    world.warp(WAIT - 100);
    let (by, before) = (world.provider, world.tokens(&world.provider.token));
    let event: StakeWithdrawn = world.send(world.stake_withdraw(by)).event();
    assert_eq!(event, StakeWithdrawn { provider: by.provider, amount: 1_000, to: by.token });
    assert_eq!(world.tokens(&by.token) - before, 1_000);
    world.warp(100);
    world.send(world.stake_withdraw(by));
    assert_eq!(world.tokens(&by.token) - before, 3_000);
    assert!(world.read::<Provider>(&by.provider).stake.unbonding.iter().all(|entry| entry.amount == 0));
}

#[test]
fn refuses_a_second_too_early_and_a_second_time() {
    let mut world = unbonding();
    world.refuse(TesseraError::NothingMatured, world.stake_withdraw(world.verifiers[0]));
    world.warp(WAIT - 1);
    world.refuse(TesseraError::NothingMatured, world.stake_withdraw(world.provider));
    world.warp(1);
    world.send(world.stake_withdraw(world.provider));
    world.refuse(TesseraError::NothingMatured, world.stake_withdraw(world.provider));
}

#[test]
fn the_authority_chooses_where_it_goes() {
    let mut world = unbonding();
    world.warp(WAIT);
    let vault = world.provider.vault;
    let call = world.stake_withdraw(world.provider);
    world.refuse(TesseraError::DuplicateAccount, call.with(|call| call.accounts.authority_token = vault));
    let second = world.another_token(world.provider.authority, 1);
    world.send(world.stake_withdraw(world.provider).with(|call| call.accounts.authority_token = second));
    assert_eq!(world.tokens(&second), 1_000);
}

#[test]
fn refuses_anyone_but_its_authority() {
    let mut world = unbonding();
    world.warp(WAIT);
    let (stranger, authority) = (world.cranker, world.provider.authority);
    let call = world.stake_withdraw(world.provider).with(|call| {
        call.accounts.authority = stranger.key;
        call.accounts.authority_token = stranger.token;
    });
    world.refuse(TesseraError::WrongAuthority, call);
    world.refuse(Anchor::AccountNotSigner, world.stake_withdraw(world.provider).unsigned_by(authority));
}

#[test]
fn refuses_another_providers_vault_and_another_mint() {
    let mut world = unbonding();
    world.warp(WAIT);
    let other = world.verifiers[0].vault;
    let call = world.stake_withdraw(world.provider);
    world.refuse(Anchor::ConstraintSeeds, call.with(|call| call.accounts.stake_vault = other));
    let mint = wallet("other mint");
    world.bank.make_mint(mint);
    let call = world.stake_withdraw(world.provider);
    world.refuse(TesseraError::WrongMint, call.with(|call| call.accounts.mint = mint));
}

#[test]
fn refuses_the_same_wallets_provider_of_another_market() {
    let mut world = unbonding();
    let other = world.other_market();
    let wallet = Wallet { key: world.provider.authority, token: world.provider.token };
    let abroad = world.enlist_in(&other, wallet, Roles { compute: true, verify: false });
    world.warp(WAIT);
    let call = world.stake_withdraw(world.provider).with(|call| {
        call.accounts.provider = abroad.provider;
        call.accounts.stake_vault = abroad.vault;
    });
    world.refuse(TesseraError::WrongMarket, call);
}
