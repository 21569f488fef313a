use anchor_lang::Space;
use anchor_lang::error::ErrorCode as Anchor;
use tessera::errors::TesseraError;
use tessera::events::ShareOpened;
use tessera::state::{EpochPool, Share};
use tessera_tests::svm::{COMPUTE, Wallet, World};

use crate::{ALREADY_IN_USE, DISCRIMINATOR};

#[test]
fn anyone_opens_a_providers_share_and_pays_its_rent() {
    let mut world = World::default();
    let (epoch, by, payer) = (world.epoch(), world.provider, world.cranker.key);
    let before = world.lamports(&payer);
    let event: ShareOpened = world.send(world.share_open(by, epoch)).event();
    let key = world.share(by, epoch);
    let wanted = ShareOpened { market: world.market.key, epoch, provider: by.provider, share: key, payer };
    assert_eq!(event, wanted);
    let share: Share = world.read(&key);
    assert_eq!((share.version, share.market, share.provider), (2, world.market.key, by.provider));
    assert_eq!((share.epoch, share.payer, share.fees), (epoch, payer, 0));
    assert_eq!(world.read::<EpochPool>(&world.pool(epoch)).shares_open, 1);
    assert_eq!(before - world.lamports(&payer), world.bank.rent(DISCRIMINATOR + Share::INIT_SPACE));
}

#[test]
fn of_this_epoch_and_the_next_and_no_other() {
    let mut world = World::default();
    let (epoch, by) = (world.epoch(), world.provider);
    for ahead in [1, 2] {
        world.send(world.pool_open(epoch + ahead));
    }
    world.send(world.share_open(by, epoch + 1));
    world.refuse(TesseraError::EpochTooFar, world.share_open(by, epoch + 2));
    world.end_epoch();
    world.refuse(TesseraError::EpochOver, world.share_open(by, epoch));
}

#[test]
fn once_per_provider_and_epoch() {
    let mut world = World::default();
    let epoch = world.epoch();
    world.send(world.share_open(world.provider, epoch));
    world.refuse(ALREADY_IN_USE, world.share_open(world.provider, epoch));
    world.send(world.share_open(world.verifiers[0], epoch));
}

#[test]
fn refuses_another_markets_provider_and_other_addresses() {
    let mut world = World::default();
    let (epoch, other) = (world.epoch(), world.other_market());
    let wallet = Wallet { key: world.provider.authority, token: world.provider.token };
    let abroad = world.enlist_in(&other, wallet, COMPUTE);
    world.refuse(TesseraError::WrongMarket, world.share_open(abroad, epoch));
    let (foreign, next) = (world.share(world.verifiers[0], epoch), world.share(world.provider, epoch + 1));
    let call = || world.share_open(world.provider, epoch);
    let calls = [
        (Anchor::ConstraintSeeds as u32, call().with(|call| call.accounts.share = foreign)),
        (Anchor::ConstraintSeeds as u32, call().with(|call| call.accounts.share = next)),
        (Anchor::ConstraintSeeds as u32, call().with(|call| call.accounts.market = other.key)),
        (Anchor::AccountNotSigner as u32, call().unsigned_by(world.cranker.key)),
    ];
    for (code, call) in calls {
        world.refuse(code, call);
    }
}

#[test]
fn lamports_sent_to_its_address_before_do_not_prevent_it() {
    let mut world = World::default();
    let epoch = world.epoch();
    world.gift_lamports(world.share(world.provider, epoch), 1);
    world.send(world.share_open(world.provider, epoch));
}
