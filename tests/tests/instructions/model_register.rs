use anchor_lang::Space;
use anchor_lang::error::ErrorCode as Anchor;
use anchor_lang::prelude::Pubkey;
use tessera::addresses::model_address;
use tessera::errors::TesseraError;
use tessera::events::ModelRegistered;
use tessera::state::Model;
use tessera_tests::svm::World;

use crate::{ALREADY_IN_USE, DISCRIMINATOR};

const ROOT: [u8; 32] = [7; 32];

#[test]
fn registers_a_root_and_who_earns() {
    let mut world = World::without_market();
    let (creator, payout) = (world.modeller, world.treasury.key);
    let before = world.lamports(&creator.key);
    let call = world.model_register(creator, ROOT).with(|call| call.args.payout = payout);
    let event: ModelRegistered = world.send(call).event();
    let key = model_address(&creator.key, &ROOT).0;
    assert_eq!(event, ModelRegistered { model: key, creator: creator.key, model_root: ROOT, payout });
    let model: Model = world.read(&key);
    assert_eq!((model.version, model.creator, model.model_root, model.payout), (2, creator.key, ROOT, payout));
    assert_eq!(before - world.lamports(&creator.key), world.bank.rent(DISCRIMINATOR + Model::INIT_SPACE));
}

#[test]
fn refuses_a_second_one_of_the_same_creator_only() {
    let mut world = World::without_market();
    world.send(world.model_register(world.modeller, ROOT));
    world.refuse(ALREADY_IN_USE, world.model_register(world.modeller, ROOT));
    world.send(world.model_register(world.requester, ROOT));
}

#[test]
fn refuses_a_zero_root_and_a_missing_payout() {
    let mut world = World::without_market();
    world.refuse(TesseraError::RootZero, world.model_register(world.modeller, [0; 32]));
    let call = world.model_register(world.modeller, ROOT);
    world.refuse(TesseraError::KeyMissing, call.with(|call| call.args.payout = Pubkey::default()));
}

#[test]
fn refuses_anothers_address_or_signature() {
    let mut world = World::without_market();
    let creator = world.modeller.key;
    let other = model_address(&world.requester.key, &ROOT).0;
    let call = world.model_register(world.modeller, ROOT);
    world.refuse(Anchor::ConstraintSeeds, call.with(|call| call.accounts.model = other));
    let call = world.model_register(world.modeller, ROOT);
    world.refuse(Anchor::AccountNotSigner, call.unsigned_by(creator));
}

#[test]
fn lamports_sent_to_its_address_before_do_not_prevent_it() {
    let mut world = World::without_market();
    world.gift_lamports(model_address(&world.modeller.key, &ROOT).0, 1);
    world.send(world.model_register(world.modeller, ROOT));
}
