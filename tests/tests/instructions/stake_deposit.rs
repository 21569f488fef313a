use anchor_lang::error::ErrorCode as Anchor;
use tessera::errors::TesseraError;
use tessera::events::StakeDeposited;
use tessera::state::{Moment, Provider, Roles};
use tessera_tests::svm::{STAKE, TaskSpec, Wallet, World, wallet};

use crate::{NOT_ITS_OWNER, OTHER_MINT, TOO_FEW_TOKENS};

#[test]
fn moves_tokens_into_free_stake() {
    let mut world = World::default();
    let by = world.provider;
    let (before, free) = (world.tokens(&by.token), world.read::<Provider>(&by.provider).stake.free);
    let event: StakeDeposited = world.send(world.stake_deposit(by, 1_234)).event();
    assert_eq!(event, StakeDeposited { provider: by.provider, amount: 1_234, free: free + 1_234, ticket_stake: 0 });
    assert_eq!(world.read::<Provider>(&by.provider).stake.free, free + 1_234);
    assert_eq!(before - world.tokens(&by.token), 1_234);
}

#[test]
fn a_verifiers_weight_is_counted_anew_and_its_age_begins_again() {
    let mut world = World::default();
    let by = world.verifiers[0];
    // What is locked counts, what unbonds does not.
    world.send(world.stake_unbond(by, 1_000));
    let run = world.submitted();
    world.audit_claimed(run, by);
    let event: StakeDeposited = world.send(world.stake_deposit(by, 5)).event();
    let (provider, (unix, slot)) = (world.provider_of(by), world.bank.now());
    assert!(provider.stake.locked > 0);
    assert_eq!((provider.ticket_stake, event.ticket_stake), (STAKE - 1_000 + 5, STAKE - 1_000 + 5));
    assert_eq!(provider.ticket_since, Moment { unix, slot });
    let other = world.submitted_as(TaskSpec::nonce(2));
    world.refuse(TesseraError::VerifierTooYoung, world.audit_claim(other, by));
}

#[test]
fn refuses_zero_and_more_than_there_is() {
    let mut world = World::default();
    world.refuse(TesseraError::AmountZero, world.stake_deposit(world.provider, 0));
    let all = world.tokens(&world.provider.token);
    world.refuse(TOO_FEW_TOKENS, world.stake_deposit(world.provider, all + 1));
    world.refuse(TesseraError::Overflow, world.stake_deposit(world.provider, u64::MAX));
    world.send(world.stake_deposit(world.provider, all));
}

#[test]
fn refuses_anyone_but_its_authority() {
    let mut world = World::default();
    let (stranger, authority) = (world.requester, world.provider.authority);
    let call = world.stake_deposit(world.provider, 5).with(|call| {
        call.accounts.authority = stranger.key;
        call.accounts.authority_token = stranger.token;
    });
    world.refuse(TesseraError::WrongAuthority, call);
    world.refuse(Anchor::AccountNotSigner, world.stake_deposit(world.provider, 5).unsigned_by(authority));
}

#[test]
fn refuses_another_providers_vault() {
    let mut world = World::default();
    let other = world.verifiers[0].vault;
    let call = world.stake_deposit(world.provider, 5);
    world.refuse(Anchor::ConstraintSeeds, call.with(|call| call.accounts.stake_vault = other));
}

#[test]
fn refuses_another_owners_or_mints_tokens() {
    let mut world = World::default();
    let (mint, token) = (wallet("other mint"), wallet("other token"));
    world.bank.make_mint(mint);
    world.bank.make_token(token, world.provider.authority, mint, 50);
    let foreign = world.requester.token;
    let call = |wrong| world.stake_deposit(world.provider, 5).with(|call| call.accounts.authority_token = wrong);
    let calls = [(NOT_ITS_OWNER, call(foreign)), (OTHER_MINT, call(token))];
    for (code, call) in calls {
        world.refuse(code, call);
    }
    let call = world.stake_deposit(world.provider, 5);
    world.refuse(TesseraError::WrongMint, call.with(|call| call.accounts.mint = mint));
}

#[test]
fn refuses_another_markets_provider() {
    let mut world = World::default();
    let other = world.other_market();
    let wallet = Wallet { key: world.provider.authority, token: world.provider.token };
    let abroad = world.enlist_in(&other, wallet, Roles { compute: true, verify: false });
    world.refuse(TesseraError::WrongMarket, world.stake_deposit(abroad, 5));
}

#[test]
fn tokens_sent_to_the_vault_are_not_stake() {
    let mut world = World::default();
    let before = world.read::<Provider>(&world.provider.provider).stake;
    let vault = world.provider.vault;
    world.gift_tokens(vault, 77);
    world.send(world.stake_deposit(world.provider, 5));
    assert_eq!(world.read::<Provider>(&world.provider.provider).stake.free, before.free + 5);
}
