use anchor_lang::error::ErrorCode as Anchor;
use tessera::addresses::fee_vault_address;
use tessera::errors::TesseraError;
use tessera::events::FeesSwept;
use tessera_tests::svm::{World, wallet};

/// A world with fees in one shard.
fn with_fees(shard: u8, amount: u64) -> World {
    let mut world = World::default();
    let vault = fee_vault_address(&world.market.key, shard).0;
    world.gift_tokens(vault, amount);
    world
}

#[test]
fn moves_the_whole_vault_to_the_treasury() {
    let mut world = with_fees(4, 777);
    let before = world.tokens(&world.treasury.token);
    let event: FeesSwept = world.send(world.fee_sweep(4)).event();
    let to = world.treasury.token;
    assert_eq!(event, FeesSwept { market: world.market.key, shard: 4, amount: 777, to });
    assert_eq!(world.tokens(&to) - before, 777);
    assert_eq!(world.tokens(&fee_vault_address(&world.market.key, 4).0), 0);
}

#[test]
fn refuses_an_empty_vault_and_so_a_second_sweep() {
    let mut world = with_fees(4, 777);
    world.refuse(TesseraError::NothingToSweep, world.fee_sweep(5));
    world.send(world.fee_sweep(4));
    world.refuse(TesseraError::NothingToSweep, world.fee_sweep(4));
}

#[test]
fn pays_the_treasury_alone_but_any_account_of_it() {
    let mut world = with_fees(4, 777);
    let thief = world.cranker.token;
    world.refuse(TesseraError::WrongTokenAccount, world.fee_sweep(4).with(|call| call.accounts.treasury_token = thief));
    let second = world.another_token(world.treasury.key, 1);
    world.send(world.fee_sweep(4).with(|call| call.accounts.treasury_token = second));
    assert_eq!(world.tokens(&second), 777);
}

#[test]
fn refuses_another_mint() {
    let mut world = with_fees(4, 777);
    let (mint, token) = (wallet("other mint"), wallet("other token"));
    world.bank.make_mint(mint);
    world.bank.make_token(token, world.treasury.key, mint, 0);
    world.refuse(TesseraError::WrongTokenAccount, world.fee_sweep(4).with(|call| call.accounts.treasury_token = token));
    world.refuse(TesseraError::WrongMint, world.fee_sweep(4).with(|call| call.accounts.mint = mint));
}

#[test]
fn refuses_other_vaults_of_the_market() {
    let mut world = with_fees(4, 777);
    let insurance = world.market.insurance_vault;
    world.gift_tokens(insurance, 9);
    world.refuse(Anchor::ConstraintSeeds, world.fee_sweep(4).with(|call| call.accounts.fee_vault = insurance));
    let (stake, task) = (world.provider.vault, world.open());
    world.refuse(Anchor::ConstraintSeeds, world.fee_sweep(4).with(|call| call.accounts.fee_vault = stake));
    world.refuse(Anchor::ConstraintSeeds, world.fee_sweep(4).with(|call| call.accounts.fee_vault = task.vault));
}

#[test]
fn refuses_another_markets_vault() {
    let mut world = with_fees(4, 777);
    let other = world.other_market();
    world.refuse(Anchor::ConstraintSeeds, world.fee_sweep(4).with(|call| call.accounts.market = other.key));
}
