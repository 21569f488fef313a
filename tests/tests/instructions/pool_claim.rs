use anchor_lang::error::ErrorCode as Anchor;
use anchor_spl::token::spl_token::state::AccountState;
use tessera::addresses::fee_shard;
use tessera::errors::TesseraError;
use tessera::events::{Payment, ShareClaimed};
use tessera::seeds::FEE_SHARDS;
use tessera::state::{Balance, EpochPool, Share};
use tessera_tests::svm::{COMPUTE, Staker, TaskRef, TaskSpec, World};

/// The treasury's part of the default reward: what one task brings.
const FEE: u64 = 750_000;

/// So many tasks of a provider settled, of these nonces.
fn settle(world: &mut World, by: Staker, nonces: std::ops::Range<u64>) {
    for nonce in nonces {
        let task = world.open_as(TaskSpec::nonce(nonce));
        let run = world.claim_by(task, by);
        world.send(world.run_submit(run));
        world.warp(1_800);
        world.send(world.task_settle(run, &[]));
    }
}

fn sweep_all(world: &mut World, epoch: u64) {
    for shard in 0..FEE_SHARDS {
        world.send(world.fee_sweep(epoch, shard));
    }
}

/// A funded epoch that is over: three tasks of the provider, one of another, whose share is open, too.
fn over(funded: u64) -> (World, u64, Staker) {
    let mut world = World::default();
    let epoch = world.epoch();
    let second = world.newcomer("provider 2", COMPUTE);
    world.send(world.pool_fund(epoch, funded));
    for by in [world.provider, second] {
        world.send(world.share_open(by, epoch));
    }
    let first = world.provider;
    settle(&mut world, first, 1..4);
    settle(&mut world, second, 4..5);
    world.end_epoch();
    (world, epoch, second)
}

#[test]
fn pays_in_proportion_to_the_fees_that_a_providers_tasks_brought() {
    let (mut world, epoch, second) = over(1_000_003);
    assert_eq!(world.read::<Share>(&world.share(world.provider, epoch)).fees, 3 * FEE);
    sweep_all(&mut world, epoch);
    let free = |world: &World, of| world.provider_of(of).stake.free;
    let before = (free(&world, world.provider), free(&world, second));
    let event: ShareClaimed = world.send(world.pool_claim(world.provider, epoch)).event();
    let part = 1_000_003 * 3 / 4;
    let payment = Payment { owner: world.provider.authority, amount: part, kept: false };
    let provider = world.provider.provider;
    assert_eq!(event, ShareClaimed { market: world.market.key, epoch, provider, fees: 3 * FEE, payment });
    assert_eq!(free(&world, world.provider) - before.0, part);
    world.send(world.pool_claim(second, epoch));
    assert_eq!(free(&world, second) - before.1, 1_000_003 / 4);
    // Rounded down: what is over stays in the pool.
    let pool: EpochPool = world.read(&world.pool(epoch));
    assert_eq!((pool.funded - pool.paid, pool.shares_open), (1, 0));
}

#[test]
fn never_more_than_half_of_the_fees_so_that_self_dealing_costs() {
    let (mut world, epoch, second) = over(500_000_000);
    sweep_all(&mut world, epoch);
    for (by, tasks) in [(world.provider, 3), (second, 1)] {
        let before = world.provider_of(by).stake.free;
        world.send(world.pool_claim(by, epoch));
        assert_eq!(world.provider_of(by).stake.free - before, tasks * FEE / 2);
    }
}

#[test]
fn the_share_closes_and_its_rent_goes_to_who_paid_it() {
    let (mut world, epoch, second) = over(1_000);
    sweep_all(&mut world, epoch);
    let (before, share) = (world.lamports(&world.cranker.key), world.share(second, epoch));
    let rent = world.lamports(&share);
    world.send(world.pool_claim(second, epoch));
    assert_eq!(world.lamports(&world.cranker.key) - before, rent);
    world.refuse(Anchor::AccountNotInitialized, world.pool_claim(second, epoch));
    world.refuse(TesseraError::EpochOver, world.share_open(second, epoch));
}

#[test]
fn refuses_before_the_epoch_is_over_and_its_fees_are_swept() {
    let mut world = World::default();
    let epoch = world.epoch();
    world.send(world.share_open(world.provider, epoch));
    world.refuse(TesseraError::EpochRunning, world.pool_claim(world.provider, epoch));
    world.end_epoch();
    for shard in 0..FEE_SHARDS {
        world.refuse(TesseraError::FeesUnswept, world.pool_claim(world.provider, epoch));
        world.send(world.fee_sweep(epoch, shard));
    }
    world.send(world.pool_claim(world.provider, epoch));
}

#[test]
fn fees_count_from_when_the_share_is_open() {
    let mut world = World::default();
    let (epoch, by) = (world.epoch(), world.provider);
    world.send(world.pool_fund(epoch, 1_000_000));
    settle(&mut world, by, 1..2);
    world.send(world.share_open(by, epoch));
    settle(&mut world, by, 2..3);
    assert_eq!(world.read::<Share>(&world.share(by, epoch)).fees, FEE);
    world.end_epoch();
    sweep_all(&mut world, epoch);
    let event: ShareClaimed = world.send(world.pool_claim(by, epoch)).event();
    assert_eq!(event.payment.amount, FEE / 2);
}

#[test]
fn a_task_settled_after_the_epoch_counts_for_the_next() {
    let mut world = World::default();
    let (epoch, by) = (world.epoch(), world.provider);
    world.send(world.share_open(by, epoch));
    let run = world.submitted();
    world.end_epoch();
    // Its fee vault must be open.
    world.fail(world.task_settle(run, &[]));
    world.open_epoch();
    world.send(world.share_open(by, epoch + 1));
    world.send(world.task_settle(run, &[]));
    assert_eq!(world.read::<Share>(&world.share(by, epoch)).fees, 0);
    assert_eq!(world.read::<Share>(&world.share(by, epoch + 1)).fees, FEE);
    assert_eq!(world.tokens(&world.fee_vault_at(epoch + 1, fee_shard(&run.task.key))), FEE);
}

#[test]
fn an_epoch_without_contributions_pays_nothing() {
    let mut world = World::default();
    let (epoch, by) = (world.epoch(), world.provider);
    world.send(world.share_open(by, epoch));
    settle(&mut world, by, 1..2);
    world.end_epoch();
    sweep_all(&mut world, epoch);
    let event: ShareClaimed = world.send(world.pool_claim(by, epoch)).event();
    assert_eq!((event.fees, event.payment.amount), (FEE, 0));
}

#[test]
fn what_strangers_send_to_a_fee_vault_only_lowers_the_shares() {
    let (mut world, epoch, _) = over(1_000_000);
    let vault = world.fee_vault_at(epoch, fee_shard(&TaskRef::of(world.requester, 1).key));
    world.gift_tokens(vault, 4 * FEE);
    sweep_all(&mut world, epoch);
    let event: ShareClaimed = world.send(world.pool_claim(world.provider, epoch)).event();
    assert_eq!(event.payment.amount, 1_000_000 * 3 / 8);
}

#[test]
fn a_provider_that_has_left_is_paid_nothing_and_its_share_closes() {
    let (mut world, epoch, second) = over(1_000_000);
    let stake = world.provider_of(second).stake.free;
    world.send(world.stake_unbond(second, stake));
    world.warp(17_700);
    world.send(world.stake_withdraw(second));
    world.send(world.provider_close(second));
    sweep_all(&mut world, epoch);
    let event: ShareClaimed = world.send(world.pool_claim(second, epoch)).event();
    assert_eq!(event.payment.amount, 0);
    world.send(world.pool_claim(world.provider, epoch));
    assert_eq!(world.read::<EpochPool>(&world.pool(epoch)).paid, 750_000);
}

#[test]
fn a_frozen_stake_vault_makes_a_balance_of_its_owner() {
    let (mut world, epoch, second) = over(1_000_000);
    sweep_all(&mut world, epoch);
    let before = world.provider_of(second).stake;
    world.bank.edit_token(second.vault, |token| token.state = AccountState::Frozen);
    world.refuse(TesseraError::BalanceMissing, world.pool_claim(second, epoch));
    let (balance, unclaimed) = (world.balance_of(&second.authority), world.market.unclaimed_vault);
    world.send(world.pool_claim(second, epoch).with(|call| {
        call.accounts.provider_balance = Some(balance);
        call.accounts.unclaimed_vault = Some(unclaimed);
    }));
    assert_eq!(world.read::<Balance>(&balance).amount, 250_000);
    assert_eq!(world.provider_of(second).stake, before);
}

#[test]
fn refuses_others_shares_vaults_and_wallets() {
    let (mut world, epoch, second) = over(1_000);
    sweep_all(&mut world, epoch);
    let (other, thief) = (world.other_market(), world.requester);
    let (share, pool_vault) = (world.share(second, epoch), world.pool_vault(epoch + 1));
    let call = || world.pool_claim(world.provider, epoch);
    let calls = [
        (Anchor::ConstraintSeeds as u32, call().with(|call| call.accounts.share = share)),
        (Anchor::ConstraintSeeds as u32, call().with(|call| call.accounts.provider = second.provider)),
        (Anchor::ConstraintSeeds as u32, call().with(|call| call.accounts.stake_vault = second.vault)),
        (Anchor::ConstraintSeeds as u32, call().with(|call| call.accounts.pool_vault = pool_vault)),
        (Anchor::ConstraintSeeds as u32, call().with(|call| call.accounts.market = other.key)),
        (TesseraError::WrongWallet.into(), call().with(|call| call.accounts.share_payer = thief.key)),
        (Anchor::AccountNotSigner as u32, call().unsigned_by(world.cranker.key)),
    ];
    for (code, call) in calls {
        world.refuse(code, call);
    }
}
