use anchor_lang::error::ErrorCode as Anchor;
use anchor_spl::token::spl_token::state::AccountState;
use tessera::errors::TesseraError;
use tessera::events::{FeesSwept, Payment};
use tessera::state::{Balance, EpochPool};
use tessera_tests::svm::{World, wallet};

/// A world whose last epoch has fees in one shard, and that epoch.
fn with_fees(shard: u8, amount: u64) -> (World, u64) {
    let mut world = World::default();
    let epoch = world.epoch();
    world.gift_tokens(world.fee_vault_at(epoch, shard), amount);
    world.end_epoch();
    (world, epoch)
}

#[test]
fn moves_the_whole_vault_to_the_treasury_and_closes_it() {
    let (mut world, epoch) = with_fees(4, 777);
    let (treasury, payer) = (world.treasury, world.cranker.key);
    let (before, lamports) = (world.tokens(&treasury.token), world.lamports(&payer));
    let vault = world.fee_vault_at(epoch, 4);
    let rent = world.lamports(&vault);
    let event: FeesSwept = world.send(world.fee_sweep(epoch, 4)).event();
    let payment = Payment { owner: treasury.key, amount: 777, kept: false };
    assert_eq!(event, FeesSwept { market: world.market.key, epoch, shard: 4, payment, total_fees: 777 });
    assert_eq!(world.tokens(&treasury.token) - before, 777);
    assert!(world.is_closed(&vault));
    assert_eq!(world.lamports(&payer) - lamports, rent);
    let pool: EpochPool = world.read(&world.pool(epoch));
    assert_eq!((pool.opened, pool.swept, pool.total_fees), (u16::MAX, 1 << 4, 777));
}

#[test]
fn refuses_an_epoch_that_runs() {
    let mut world = World::default();
    let epoch = world.epoch();
    world.refuse(TesseraError::EpochRunning, world.fee_sweep(epoch, 4));
}

#[test]
fn also_an_empty_vault_but_none_twice() {
    let (mut world, epoch) = with_fees(4, 777);
    world.send(world.fee_sweep(epoch, 5));
    world.send(world.fee_sweep(epoch, 4));
    world.fail(world.fee_sweep(epoch, 4));
    // Not even where strangers put something at its address again.
    let (vault, market) = (world.fee_vault_at(epoch, 4), world.market.key);
    world.bank.make_token(vault, market, world.mint, 0);
    world.refuse(TesseraError::AlreadySwept, world.fee_sweep(epoch, 4));
}

#[test]
fn pays_the_treasury_alone_but_any_account_of_it() {
    let (mut world, epoch) = with_fees(4, 777);
    let thief = world.cranker.token;
    let call = world.fee_sweep(epoch, 4);
    world.refuse(TesseraError::WrongTokenAccount, call.with(|call| call.accounts.treasury_token = thief));
    let second = world.another_token(world.treasury.key, 1);
    world.send(world.fee_sweep(epoch, 4).with(|call| call.accounts.treasury_token = second));
    assert_eq!(world.tokens(&second), 777);
}

#[test]
fn a_treasury_that_cannot_receive_gets_a_balance() {
    let (mut world, epoch) = with_fees(4, 777);
    let treasury = world.treasury;
    world.bank.edit_token(treasury.token, |token| token.state = AccountState::Frozen);
    world.refuse(TesseraError::BalanceMissing, world.fee_sweep(epoch, 4));
    let (balance, unclaimed) = (world.balance_of(&treasury.key), world.market.unclaimed_vault);
    let event: FeesSwept = world
        .send(world.fee_sweep(epoch, 4).with(|call| {
            call.accounts.treasury_balance = Some(balance);
            call.accounts.unclaimed_vault = Some(unclaimed);
        }))
        .event();
    assert_eq!(event.payment, Payment { owner: treasury.key, amount: 777, kept: true });
    assert_eq!(world.read::<Balance>(&balance).amount, 777);
    let second = world.another_token(treasury.key, 1);
    world.send(world.balance_claim(treasury).with(|call| call.accounts.to = second));
    assert_eq!(world.tokens(&second), 777);
}

#[test]
fn refuses_another_mint() {
    let (mut world, epoch) = with_fees(4, 777);
    let (mint, token) = (wallet("other mint"), wallet("other token"));
    world.bank.make_mint(mint);
    world.bank.make_token(token, world.treasury.key, mint, 0);
    let call = world.fee_sweep(epoch, 4);
    world.refuse(TesseraError::WrongTokenAccount, call.with(|call| call.accounts.treasury_token = token));
    let call = world.fee_sweep(epoch, 4);
    world.refuse(TesseraError::WrongMint, call.with(|call| call.accounts.mint = mint));
}

#[test]
fn refuses_other_vaults_and_receivers_of_rent() {
    let (mut world, epoch) = with_fees(4, 777);
    let (insurance, stake, task) = (world.market.insurance_vault, world.provider.vault, world.open());
    for wrong in [insurance, stake, task.vault, world.fee_vault_at(epoch, 5)] {
        let call = world.fee_sweep(epoch, 4);
        world.refuse(Anchor::ConstraintSeeds, call.with(|call| call.accounts.fee_vault = wrong));
    }
    let thief = world.requester.key;
    let call = world.fee_sweep(epoch, 4);
    world.refuse(TesseraError::WrongWallet, call.with(|call| call.accounts.vault_payer = thief));
}

#[test]
fn refuses_another_markets_vault() {
    let (mut world, epoch) = with_fees(4, 777);
    let other = world.other_market();
    world.refuse(Anchor::ConstraintSeeds, world.fee_sweep(epoch, 4).with(|call| call.accounts.market = other.key));
}
