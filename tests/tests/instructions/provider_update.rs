use anchor_lang::error::ErrorCode as Anchor;
use tessera::errors::TesseraError;
use tessera::events::ProviderUpdated;
use tessera::instructions::ProviderUpdateArgs;
use tessera::state::{BackendKind, Hardware, Market, Provider, ProviderStatus, Roles};
use tessera_tests::svm::{CANDIDATE_ROOT, HARDWARE, STAKE, World, answer};

#[test]
fn changes_what_is_given_and_nothing_else() {
    let mut world = World::default();
    let before: Provider = world.read(&world.provider.provider);
    world.send(world.provider_update(world.provider, ProviderUpdateArgs::default()));
    assert_eq!(world.read::<Provider>(&world.provider.provider), before);

    let hardware =
        Hardware { backend: BackendKind::Cpu, memory_mib: 1, compute_capability: 0, region: *b"FR", tier: 0 };
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
fn taking_the_verify_role_counts_the_weight_anew_and_laying_it_down_takes_it_away() {
    let mut world = World::default();
    let by = world.verifiers[0];
    let roles = |compute, verify| ProviderUpdateArgs { roles: Some(Roles { compute, verify }), ..Default::default() };
    let weight = |world: &World| {
        let provider = world.provider_of(by);
        (provider.ticket_stake, provider.ticket_since.unix, world.read::<Market>(&world.market.key).verify_stake)
    };
    let (own, registered, all) = weight(&world);
    assert_eq!((own, all), (STAKE, 3 * STAKE));
    world.update(by, roles(true, true));
    assert_eq!(weight(&world), (own, registered, all), "keeping the role keeps its age");
    world.update(by, roles(true, false));
    assert_eq!(weight(&world).0, 0);
    assert_eq!(weight(&world).2, all - STAKE);
    world.warp(60);
    world.update(by, roles(false, true));
    assert_eq!(weight(&world), (own, world.bank.now().0, all));
}

#[test]
fn draining_takes_the_weight_out_of_the_draws_and_becoming_active_makes_it_young() {
    let mut world = World::default();
    let by = world.verifiers[0];
    let status = |status| ProviderUpdateArgs { status: Some(status), ..Default::default() };
    world.update(by, status(ProviderStatus::Draining));
    assert_eq!(world.provider_of(by).ticket_stake, 0);
    assert_eq!(world.read::<Market>(&world.market.key).verify_stake, 2 * STAKE);
    world.warp(60);
    world.update(by, status(ProviderStatus::Active));
    let provider = world.provider_of(by);
    assert_eq!((provider.ticket_stake, provider.ticket_since.unix), (STAKE, world.bank.now().0));
}

#[test]
fn open_runs_and_audits_go_on_whatever_changes() {
    let mut world = World::default();
    let run = world.submitted();
    let audit = world.audit_claimed(run, world.verifiers[0]);
    let leave = ProviderUpdateArgs { status: Some(ProviderStatus::Draining), ..Default::default() };
    world.update(run.provider, leave.clone());
    world.update(audit.verifier, leave);
    world.send(world.audit_post(audit, answer(audit.verifier, CANDIDATE_ROOT)));
    world.warp(1_800);
    world.send(world.task_settle(run, &[audit]));
}

#[test]
fn refuses_regions_and_tiers_that_do_not_exist() {
    let mut world = World::default();
    let with = |hardware| ProviderUpdateArgs { hardware: Some(hardware), ..Default::default() };
    let small = world.provider_update(world.provider, with(Hardware { region: *b"xx", ..HARDWARE }));
    world.refuse(TesseraError::RegionInvalid, small);
    let high = world.provider_update(world.provider, with(Hardware { tier: 4, ..HARDWARE }));
    world.refuse(TesseraError::TierInvalid, high);
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
    let other = world.other_market();
    let call = world.provider_update(world.provider, ProviderUpdateArgs::default());
    world.refuse(TesseraError::WrongMarket, call.with(|call| call.accounts.market = other.key));
}
