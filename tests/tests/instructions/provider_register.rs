use anchor_lang::Space;
use anchor_lang::error::ErrorCode as Anchor;
use tessera::addresses::{provider_address, stake_vault_address};
use tessera::errors::TesseraError;
use tessera::events::ProviderRegistered;
use tessera::state::{Market, Moment, Provider, ProviderStatus, Reputation, Roles, Stake, TicketChain, Unbonding};
use tessera_tests::svm::{COMPUTE, Staker, VERIFY, World, wallet};

use crate::{ALREADY_IN_USE, DISCRIMINATOR, TOKEN_ACCOUNT};

const BOTH: Roles = Roles { compute: true, verify: true };

/// A world, and a wallet that is no provider yet.
fn with_candidate() -> (World, Staker) {
    let mut world = World::default();
    let candidate = Staker::of(world.endow("candidate"), &world.market.key);
    (world, candidate)
}

#[test]
fn registers_with_an_empty_stake_vault() {
    let (mut world, candidate) = with_candidate();
    let before = world.lamports(&candidate.authority);
    let sent = world.send(world.provider_register(candidate, BOTH));

    let state: Provider = world.read(&candidate.provider);
    assert_eq!((state.version, state.market, state.authority), (2, world.market.key, candidate.authority));
    assert_eq!((state.status, state.roles), (ProviderStatus::Active, BOTH));
    let (unix, slot) = world.bank.now();
    assert_eq!((state.ticket, state.ticket_since), (candidate.chain_at(unix), Moment { unix, slot }));
    assert_eq!((state.ticket_stake, state.runs_unclosed, state.active_audits), (0, 0, 0));
    assert_eq!(state.stake, Stake { free: 0, locked: 0, unbonding: [Unbonding { amount: 0, until: 0 }; 4] });
    assert_eq!((state.reputation, state.active_runs, state.max_runs), (Reputation { good: 0, bad: 0 }, 0, 4));
    assert_eq!(world.tokens(&candidate.vault), 0);
    let rent = world.bank.rent(DISCRIMINATOR + Provider::INIT_SPACE) + world.bank.rent(TOKEN_ACCOUNT);
    assert_eq!(before - world.lamports(&candidate.authority), rent);
    let event: ProviderRegistered = sent.event();
    assert_eq!((event.provider, event.roles, event.endpoint), (candidate.provider, BOTH, state.endpoint));
}

#[test]
fn a_ticket_chain_is_refused_without_the_role_of_zeros_and_from_another_hour() {
    let (mut world, candidate) = with_candidate();
    let chain = candidate.chain_at(world.bank.now().0);
    let with = |world: &World, roles, chain| {
        world.provider_register(candidate, roles).with(|call| call.args.args.ticket = Some(chain))
    };
    let ahead = TicketChain { hour: chain.hour + 2, ..chain };
    let behind = TicketChain { hour: chain.hour - 1, ..chain };
    let cases = [
        (TesseraError::RoleMissing, with(&world, COMPUTE, chain)),
        (TesseraError::RootZero, with(&world, BOTH, TicketChain { head: [0; 32], ..chain })),
        (TesseraError::TicketHour, with(&world, BOTH, ahead)),
        (TesseraError::TicketHour, with(&world, BOTH, behind)),
    ];
    for (error, call) in cases {
        world.refuse(error, call);
    }
    // The element of this very hour will do, too, and so does none.
    world.send(with(&world, BOTH, TicketChain { hour: chain.hour + 1, ..chain }));
    let second = Staker::of(world.endow("second"), &world.market.key);
    world.send(world.provider_register(second, VERIFY).with(|call| call.args.args.ticket = None));
    assert_eq!(world.provider_of(second).ticket, TicketChain::NONE);
}

#[test]
fn a_registration_weighs_nothing_before_it_deposits() {
    let (mut world, candidate) = with_candidate();
    let before = world.read::<Market>(&world.market.key).verify_stake;
    world.send(world.provider_register(candidate, BOTH));
    assert_eq!(world.read::<Market>(&world.market.key).verify_stake, before);
}

#[test]
fn refuses_regions_and_tiers_that_do_not_exist() {
    let (mut world, candidate) = with_candidate();
    for region in [*b"de", *b"D\0", *b"D1"] {
        let call = world.provider_register(candidate, BOTH);
        world.refuse(TesseraError::RegionInvalid, call.with(|call| call.args.args.hardware.region = region));
    }
    let call = world.provider_register(candidate, BOTH);
    world.refuse(TesseraError::TierInvalid, call.with(|call| call.args.args.hardware.tier = 4));
    let call = world.provider_register(candidate, BOTH);
    world.send(call.with(|call| {
        call.args.args.hardware.region = [0; 2];
        call.args.args.hardware.tier = 3;
    }));
}

#[test]
fn refuses_no_role_no_run_and_a_long_endpoint() {
    let (mut world, candidate) = with_candidate();
    let nothing = Roles { compute: false, verify: false };
    world.refuse(TesseraError::RolesMissing, world.provider_register(candidate, nothing));
    let call = world.provider_register(candidate, BOTH);
    world.refuse(TesseraError::MaxRunsZero, call.with(|call| call.args.args.max_runs = 0));
    let call = world.provider_register(candidate, BOTH);
    world.refuse(TesseraError::LocatorTooLong, call.with(|call| call.args.args.endpoint = "e".repeat(97)));
    let call = world.provider_register(candidate, BOTH);
    world.send(call.with(|call| call.args.args.endpoint = "e".repeat(96)));
}

#[test]
fn refuses_a_second_registration() {
    let (mut world, candidate) = with_candidate();
    world.send(world.provider_register(candidate, BOTH));
    world.send(world.stake_deposit(candidate, 5));
    world.refuse(ALREADY_IN_USE, world.provider_register(candidate, BOTH));
    assert_eq!(world.read::<Provider>(&candidate.provider).stake.free, 5);
}

#[test]
fn refuses_anothers_addresses_or_signature() {
    let (mut world, candidate) = with_candidate();
    let call = |world: &World| world.provider_register(candidate, BOTH);
    let stranger = Staker::of(world.requester, &world.market.key);
    world.refuse(Anchor::ConstraintSeeds, call(&world).with(|call| call.accounts.provider = stranger.provider));
    world.refuse(Anchor::ConstraintSeeds, call(&world).with(|call| call.accounts.stake_vault = stranger.vault));
    world.refuse(Anchor::AccountNotSigner, call(&world).unsigned_by(candidate.authority));
}

#[test]
fn refuses_another_market_mint_or_program() {
    let (mut world, candidate) = with_candidate();
    let call = |world: &World| world.provider_register(candidate, BOTH);
    let other = world.other_market();
    world.refuse(Anchor::ConstraintSeeds, call(&world).with(|call| call.accounts.market = other.key));
    let no_market = world.provider.provider;
    world.refuse(Anchor::AccountDiscriminatorMismatch, call(&world).with(|call| call.accounts.market = no_market));
    let mint = wallet("other mint");
    world.bank.make_mint(mint);
    world.refuse(TesseraError::WrongMint, call(&world).with(|call| call.accounts.mint = mint));
    world.refuse(Anchor::InvalidProgramId, call(&world).with(|call| call.accounts.token_program = mint));
}

#[test]
fn lamports_sent_to_its_addresses_before_do_not_prevent_it() {
    let (mut world, candidate) = with_candidate();
    let provider = provider_address(&world.market.key, &candidate.authority).0;
    world.gift_lamports(provider, 1);
    world.gift_lamports(stake_vault_address(&provider).0, 1);
    world.send(world.provider_register(candidate, BOTH));
    world.send(world.stake_deposit(candidate, 5));
}
