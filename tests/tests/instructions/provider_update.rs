use anchor_lang::error::ErrorCode as Anchor;
use tessera::errors::TesseraError;
use tessera::events::ProviderUpdated;
use tessera::instructions::ProviderUpdateArgs;
use tessera::state::{BackendKind, Hardware, Provider, ProviderStatus, Roles};
use tessera_tests::svm::World;

#[test]
fn changes_what_is_given_and_nothing_else() {
    let mut world = World::default();
    let before: Provider = world.read(&world.provider.provider);
    world.send(world.provider_update(world.provider, ProviderUpdateArgs::default()));
    assert_eq!(world.read::<Provider>(&world.provider.provider), before);

    let hardware = Hardware { backend: BackendKind::Cpu, memory_mib: 1, compute_capability: 0 };
    let args = ProviderUpdateArgs {
        status: Some(ProviderStatus::Draining),
        hardware: Some(hardware),
        price_floor: Some(9),
        max_runs: Some(2),
        endpoint: Some(String::new()),
        roles: None,
    };
    let event: ProviderUpdated = world.send(world.provider_update(world.provider, args)).event();
    let after: Provider = world.read(&world.provider.provider);
    let wanted = Provider {
        status: ProviderStatus::Draining,
        hardware,
        price_floor: 9,
        max_runs: 2,
        endpoint: String::new(),
        ..before
    };
    assert_eq!(after, wanted);
    assert_eq!((event.status, event.max_runs, event.hardware), (ProviderStatus::Draining, 2, hardware));
}

#[test]
fn the_verify_role_counts_from_when_it_was_last_taken() {
    let mut world = World::default();
    let roles = |compute, verify| ProviderUpdateArgs { roles: Some(Roles { compute, verify }), ..Default::default() };
    let since = |world: &World| world.read::<Provider>(&world.verifiers[0].provider).verify_since;
    let registered = since(&world);
    world.warp(60);
    world.send(world.provider_update(world.verifiers[0], roles(true, true)));
    assert_eq!(since(&world), registered, "keeping the role keeps its age");
    world.send(world.provider_update(world.verifiers[0], roles(true, false)));
    assert_eq!(since(&world), 0);
    world.warp(60);
    world.send(world.provider_update(world.verifiers[0], roles(false, true)));
    assert_eq!(since(&world), world.bank.now().0);
}

#[test]
fn refuses_no_role_no_run_and_a_long_endpoint() {
    let mut world = World::default();
    let none = Roles { compute: false, verify: false };
    let cases = [
        (ProviderUpdateArgs { roles: Some(none), ..Default::default() }, TesseraError::RolesMissing),
        (ProviderUpdateArgs { max_runs: Some(0), ..Default::default() }, TesseraError::MaxRunsZero),
        (ProviderUpdateArgs { endpoint: Some("e".repeat(97)), ..Default::default() }, TesseraError::LocatorTooLong),
    ];
    for (args, error) in cases {
        world.refuse(error, world.provider_update(world.provider, args));
    }
}

#[test]
fn refuses_anyone_but_its_authority() {
    let mut world = World::default();
    let (stranger, authority) = (world.requester.key, world.provider.authority);
    let call = world.provider_update(world.provider, ProviderUpdateArgs::default());
    world.refuse(TesseraError::WrongAuthority, call.with(|call| call.accounts.authority = stranger));
    let call = world.provider_update(world.provider, ProviderUpdateArgs::default());
    world.refuse(Anchor::AccountNotSigner, call.unsigned_by(authority));
}

#[test]
fn refuses_what_is_no_provider() {
    let mut world = World::default();
    let market = world.market.key;
    let call = world.provider_update(world.provider, ProviderUpdateArgs::default());
    world.refuse(Anchor::AccountDiscriminatorMismatch, call.with(|call| call.accounts.provider = market));
}
