use anchor_lang::error::ErrorCode as Anchor;
use tessera::errors::TesseraError;
use tessera::events::ProviderClosed;
use tessera::instructions::ProviderUpdateArgs;
use tessera::state::{Market, ProviderStatus, Reputation};
use tessera_tests::svm::{COMPUTE, STAKE, Staker, Wallet, World};

/// Takes all free stake of a provider out.
fn withdraw_all(world: &mut World, by: Staker) {
    let free = world.provider_of(by).stake.free;
    world.send(world.stake_unbond(by, free));
    world.warp(17_700);
    world.send(world.stake_withdraw(by));
}

#[test]
fn closes_account_and_vault_and_returns_their_rent() {
    let mut world = World::default();
    let wallet = world.endow("leaver");
    let before = (world.lamports(&wallet.key), world.tokens(&wallet.token));
    let by = world.enlist(Staker::of(wallet, &world.market.key), COMPUTE);
    withdraw_all(&mut world, by);
    let event: ProviderClosed = world.send(world.provider_close(by)).event();
    let wanted = ProviderClosed { provider: by.provider, market: world.market.key, authority: by.authority, dust: 0 };
    assert_eq!(event, wanted);
    assert!(world.is_closed(&by.provider) && world.is_closed(&by.vault));
    assert_eq!((world.lamports(&wallet.key), world.tokens(&wallet.token)), before);
    world.refuse(Anchor::AccountNotInitialized, world.provider_close(by));
}

#[test]
fn refuses_stake_that_is_free_or_unbonding() {
    let mut world = World::default();
    let by = world.provider;
    world.refuse(TesseraError::StakeLeft, world.provider_close(by));
    world.send(world.stake_unbond(by, STAKE));
    world.refuse(TesseraError::StakeLeft, world.provider_close(by));
    world.warp(17_700);
    world.refuse(TesseraError::StakeLeft, world.provider_close(by));
    world.send(world.stake_withdraw(by));
    world.send(world.provider_close(by));
}

#[test]
fn refuses_while_a_run_or_an_audit_is_not_closed() {
    let mut world = World::default();
    let (by, verifier) = (world.provider, world.verifiers[0]);
    let run = world.submitted();
    let audit = world.audit(run, verifier, tessera_tests::svm::OTHER_ROOT);
    world.warp(3_000);
    world.send(world.task_settle(run, &[]));
    assert_eq!((world.provider_of(by).active_runs, world.provider_of(by).runs_unclosed), (0, 1));
    withdraw_all(&mut world, by);
    // The audit's lock will be paid to it when the audit is closed.
    world.refuse(TesseraError::WorkLeft, world.provider_close(by));
    world.refuse(TesseraError::WorkLeft, world.provider_close(verifier));
    world.send(world.task_settle(run, &[audit]));
    world.refuse(TesseraError::StakeLeft, world.provider_close(by));
    withdraw_all(&mut world, by);
    world.send(world.provider_close(by));
    withdraw_all(&mut world, verifier);
    world.send(world.provider_close(verifier));
}

#[test]
fn its_weight_leaves_the_draws() {
    let mut world = World::default();
    let by = world.verifiers[0];
    withdraw_all(&mut world, by);
    assert_eq!(world.provider_of(by).ticket_stake, 0);
    world.send(world.provider_close(by));
    assert_eq!(world.read::<Market>(&world.market.key).verify_stake, 2 * STAKE);
}

#[test]
fn what_strangers_sent_to_its_vault_goes_to_the_insurance_vault() {
    let mut world = World::default();
    let by = world.provider;
    world.gift_tokens(by.vault, 77);
    world.gift_lamports(by.vault, 88);
    withdraw_all(&mut world, by);
    let before = (world.lamports(&by.authority), world.lamports(&by.vault) + world.lamports(&by.provider));
    let event: ProviderClosed = world.send(world.provider_close(by)).event();
    assert_eq!((event.dust, world.tokens(&world.market.insurance_vault)), (77, 77));
    assert_eq!(world.lamports(&by.authority), before.0 + before.1);
}

#[test]
fn a_wallet_that_registers_again_is_a_newcomer() {
    let mut world = World::default();
    let by = world.provider;
    let run = world.submitted();
    let audit = world.prove(run, world.verifiers[0]);
    world.warp(1_800);
    world.send(world.task_settle(run, &[audit]));
    assert_ne!(world.provider_of(by).reputation, Reputation { good: 0, bad: 0 });
    withdraw_all(&mut world, by);
    world.send(world.provider_close(by));
    world.enlist(by, COMPUTE);
    assert_eq!(world.provider_of(by).reputation, Reputation { good: 0, bad: 0 });
    let task = world.open();
    world.claim(task);
}

#[test]
fn a_draining_provider_finishes_and_leaves() {
    let mut world = World::default();
    let run = world.submitted();
    let by = run.provider;
    world.update(by, ProviderUpdateArgs { status: Some(ProviderStatus::Draining), ..Default::default() });
    world.warp(1_800);
    world.send(world.task_settle(run, &[]));
    withdraw_all(&mut world, by);
    world.send(world.provider_close(by));
}

#[test]
fn refuses_others_accounts_and_signers() {
    let mut world = World::default();
    let by = world.provider;
    withdraw_all(&mut world, by);
    let (other, stranger) = (world.other_market(), world.requester);
    let call = || world.provider_close(by);
    let foreign = world.verifiers[0].vault;
    let calls = [
        (TesseraError::WrongAuthority.into(), call().with(|call| call.accounts.authority = stranger.key)),
        (TesseraError::WrongMarket.into(), call().with(|call| call.accounts.market = other.key)),
        (Anchor::ConstraintSeeds as u32, call().with(|call| call.accounts.stake_vault = foreign)),
        (Anchor::ConstraintSeeds as u32, call().with(|call| call.accounts.insurance_vault = stranger.token)),
        (TesseraError::WrongMint.into(), call().with(|call| call.accounts.mint = stranger.token)),
        (Anchor::AccountNotSigner as u32, call().unsigned_by(by.authority)),
    ];
    for (code, call) in calls {
        world.refuse(code, call);
    }
    let wallet = Wallet { key: by.authority, token: by.token };
    let abroad = world.enlist_in(&other, wallet, COMPUTE);
    world.refuse(TesseraError::WrongMarket, world.provider_close(abroad));
}
