//! `authority_offer` and `authority_accept`: the authority's place changes hands in two steps.

use anchor_lang::error::ErrorCode as Anchor;
use anchor_lang::prelude::Pubkey;
use tessera::errors::TesseraError;
use tessera::events::{AuthorityAccepted, AuthorityOffered};
use tessera::state::{Market, MarketParams};
use tessera_tests::svm::{World, market_params, wallet};

fn market(world: &World) -> Market {
    world.read(&world.market.key)
}

/// An address off the curve, as a multisig's vault has: no key signs for it, only a program that invokes.
fn multisig() -> Pubkey {
    Pubkey::find_program_address(&[b"multisig", b"vault"], &wallet("a multisig program")).0
}

#[test]
fn the_offer_changes_nothing_until_it_is_accepted() {
    let mut world = World::default();
    let (old, new) = (world.authority, wallet("successor"));
    let event: AuthorityOffered = world.send(world.authority_offer(Some(new))).event();
    assert_eq!(event, AuthorityOffered { market: world.market.key, authority: old, to: Some(new) });
    assert_eq!((market(&world).authority, market(&world).pending_authority), (old, Some(new)));
    let call = world.market_pause(true);
    world.refuse(TesseraError::WrongAuthority, call.with(|call| call.accounts.authority = new));
    world.send(world.market_pause(true));

    let event: AuthorityAccepted = world.send(world.authority_accept(new)).event();
    assert_eq!(event, AuthorityAccepted { market: world.market.key, before: old, authority: new });
    assert_eq!((market(&world).authority, market(&world).pending_authority), (new, None));
    world.refuse(TesseraError::WrongAuthority, world.market_pause(false));
    world.authority = new;
    world.send(world.market_pause(false));
}

#[test]
fn only_whom_it_was_offered_accepts_and_only_once() {
    let mut world = World::default();
    let (new, stranger) = (wallet("successor"), world.requester.key);
    world.refuse(TesseraError::NotOffered, world.authority_accept(new));
    world.send(world.authority_offer(Some(new)));
    world.refuse(TesseraError::NotOffered, world.authority_accept(stranger));
    world.refuse(TesseraError::NotOffered, world.authority_accept(world.authority));
    world.refuse(Anchor::AccountNotSigner, world.authority_accept(new).unsigned_by(new));
    world.send(world.authority_accept(new));
    world.refuse(TesseraError::NotOffered, world.authority_accept(new));
}

#[test]
fn an_offer_replaces_the_one_before_and_none_takes_it_back() {
    let mut world = World::default();
    let (first, second) = (wallet("first"), wallet("second"));
    world.send(world.authority_offer(Some(first)));
    world.send(world.authority_offer(Some(second)));
    world.refuse(TesseraError::NotOffered, world.authority_accept(first));
    world.send(world.authority_offer(None));
    world.refuse(TesseraError::NotOffered, world.authority_accept(second));
}

#[test]
fn the_default_address_is_refused() {
    let mut world = World::default();
    world.refuse(TesseraError::KeyMissing, world.authority_offer(Some(Pubkey::default())));
    world.refuse(TesseraError::NotOffered, world.authority_accept(Pubkey::default()));
}

#[test]
fn only_the_authority_offers() {
    let mut world = World::default();
    let (stranger, authority) = (world.market.creator, world.authority);
    let call = world.authority_offer(Some(stranger));
    world.refuse(TesseraError::WrongAuthority, call.with(|call| call.accounts.authority = stranger));
    let call = world.authority_offer(Some(stranger));
    world.refuse(Anchor::AccountNotSigner, call.unsigned_by(authority));
}

#[test]
fn proposed_parameters_stay_and_the_new_authority_may_drop_them() {
    let mut world = World::default();
    let new = wallet("successor");
    world.send(world.market_propose(MarketParams { reputation_cap: 11, ..market_params() }));
    world.send(world.authority_offer(Some(new)));
    world.send(world.authority_accept(new));
    assert!(market(&world).pending.is_some());
    world.refuse(TesseraError::WrongAuthority, world.market_withdraw());
    world.authority = new;
    world.send(world.market_withdraw());
}

#[test]
fn an_authority_without_a_key_works_as_any_other() {
    // A program signs for such an address by invoking; here the transaction says that it did, since the runtime's
    // signature checks are off. What counts is that the program asks for the signature and nothing else.
    let mut world = World::default();
    let multisig = multisig();
    assert!(!multisig.is_on_curve());
    world.send(world.authority_offer(Some(multisig)));
    world.refuse(Anchor::AccountNotSigner, world.authority_accept(multisig).unsigned_by(multisig));
    world.send(world.authority_accept(multisig));
    world.authority = multisig;
    world.refuse(Anchor::AccountNotSigner, world.market_pause(true).unsigned_by(multisig));
    world.send(world.market_pause(true));
    world.send(world.market_pause(false));
    let params = MarketParams { reputation_cap: 11, ..market_params() };
    world.send(world.market_propose(params));
    world.warp(3_600);
    world.send(world.market_apply());
    assert_eq!(market(&world).params, params);
}
