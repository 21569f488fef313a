use anchor_lang::error::ErrorCode as Anchor;
use tessera::errors::TesseraError;
use tessera::events::PoolClosed;
use tessera_tests::svm::{EPOCH_SECONDS, World};

/// A world four whole epochs after an epoch that was funded, and that epoch.
fn long_over() -> (World, u64) {
    let mut world = World::default();
    let epoch = world.epoch() + 1;
    world.send(world.pool_open(epoch));
    world.send(world.pool_fund(epoch, 1_000));
    world.send(world.share_open(world.provider, epoch));
    world.end_epoch();
    world.send(world.fee_vault_open(epoch, 3));
    world.end_epoch();
    world.warp(4 * EPOCH_SECONDS - 1);
    (world, epoch)
}

#[test]
fn what_was_not_paid_goes_to_the_insurance_vault_and_the_rent_back() {
    let mut world = World::default();
    let rent = world.lamports(&world.cranker.key);
    let (epoch, vault) = (world.epoch() + 1, world.pool_vault(world.epoch() + 1));
    world.send(world.pool_open(epoch));
    world.send(world.pool_fund(epoch, 1_000));
    world.gift_tokens(vault, 55);
    world.end_epoch();
    world.end_epoch();
    world.warp(4 * EPOCH_SECONDS);
    let event: PoolClosed = world.send(world.pool_close(epoch)).event();
    let wanted =
        PoolClosed { market: world.market.key, epoch, funded: 1_000, paid: 0, total_fees: 0, to_insurance: 1_055 };
    assert_eq!(event, wanted);
    assert_eq!(world.tokens(&world.market.insurance_vault), 1_055);
    assert_eq!(world.lamports(&world.cranker.key), rent);
    assert!(world.is_closed(&world.pool(epoch)) && world.is_closed(&vault));
    // It cannot come back.
    world.refuse(Anchor::AccountNotInitialized, world.pool_close(epoch));
    world.refuse(TesseraError::EpochOver, world.pool_open(epoch));
}

#[test]
fn refuses_before_four_whole_epochs_and_while_fees_or_shares_are_left() {
    let (mut world, epoch) = long_over();
    world.refuse(TesseraError::TooEarly, world.pool_close(epoch));
    world.warp(1);
    world.refuse(TesseraError::FeesUnswept, world.pool_close(epoch));
    world.send(world.fee_sweep(epoch, 3));
    world.refuse(TesseraError::SharesOpen, world.pool_close(epoch));
    world.send(world.pool_claim(world.provider, epoch));
    world.send(world.pool_close(epoch));
}

#[test]
fn refuses_other_vaults_and_receivers() {
    let (mut world, epoch) = long_over();
    world.warp(1);
    world.send(world.fee_sweep(epoch, 3));
    world.send(world.pool_claim(world.provider, epoch));
    let (other, thief) = (world.other_market(), world.requester);
    let call = || world.pool_close(epoch);
    let foreign = world.pool_vault(epoch - 1);
    let calls = [
        (Anchor::ConstraintSeeds as u32, call().with(|call| call.accounts.pool_vault = foreign)),
        (Anchor::ConstraintSeeds as u32, call().with(|call| call.accounts.market = other.key)),
        (Anchor::ConstraintSeeds as u32, call().with(|call| call.accounts.insurance_vault = thief.token)),
        (Anchor::ConstraintSeeds as u32, call().with(|call| call.accounts.insurance_vault = other.insurance_vault)),
        (TesseraError::WrongWallet.into(), call().with(|call| call.accounts.pool_payer = thief.key)),
        (Anchor::AccountNotSigner as u32, call().unsigned_by(world.cranker.key)),
    ];
    for (code, call) in calls {
        world.refuse(code, call);
    }
}
