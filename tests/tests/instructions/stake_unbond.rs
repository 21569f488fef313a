use anchor_lang::error::ErrorCode as Anchor;
use tessera::errors::TesseraError;
use tessera::events::StakeUnbonded;
use tessera::state::{Provider, Stake, Unbonding};
use tessera_tests::svm::{STAKE, World, market_params};

fn stake(world: &World) -> Stake {
    world.read::<Provider>(&world.provider.provider).stake
}

#[test]
fn moves_free_stake_towards_the_exit() {
    let mut world = World::default();
    let before = stake(&world);
    let until = world.bank.now().0 + i64::from(market_params().unbonding_seconds);
    let event: StakeUnbonded = world.send(world.stake_unbond(world.provider, 1_000)).event();
    let free = before.free - 1_000;
    let provider = world.provider.provider;
    assert_eq!(event, StakeUnbonded { provider, amount: 1_000, until, free, ticket_stake: 0 });
    assert_eq!(stake(&world).free, free);
    assert_eq!(stake(&world).unbonding[0], Unbonding { amount: 1_000, until });
}

#[test]
fn amounts_of_one_second_are_one_and_a_fifth_time_is_refused() {
    let mut world = World::default();
    for second in 0..4_u64 {
        world.send(world.stake_unbond(world.provider, 10 + second));
        world.send(world.stake_unbond(world.provider, 100));
        world.warp(1);
    }
    assert_eq!(stake(&world).unbonding.map(|entry| entry.amount), [110, 111, 112, 113]);
    world.refuse(TesseraError::UnbondingFull, world.stake_unbond(world.provider, 1));
}

#[test]
fn a_verifiers_weight_falls_at_once_and_never_rises_here() {
    let mut world = World::default();
    let by = world.verifiers[0];
    let since = world.provider_of(by).ticket_since;
    world.send(world.stake_unbond(by, 1_000));
    let provider = world.provider_of(by);
    assert_eq!((provider.ticket_stake, provider.ticket_since), (STAKE - 1_000, since));
    // A reward adds to the stake and not to the weight; unbonding it again changes nothing.
    let run = world.submitted();
    let audit = world.prove(run, by);
    world.warp(1_800);
    world.send(world.task_settle(run, &[audit]));
    world.warp(1);
    world.send(world.stake_unbond(by, 1));
    assert_eq!(world.provider_of(by).ticket_stake, STAKE - 1_000);
}

#[test]
fn refuses_zero_and_more_than_is_free() {
    let mut world = World::default();
    world.claimed();
    let before = stake(&world);
    assert!(before.locked > 0);
    world.refuse(TesseraError::AmountZero, world.stake_unbond(world.provider, 0));
    world.refuse(TesseraError::FreeStakeTooLow, world.stake_unbond(world.provider, before.free + 1));
    world.send(world.stake_unbond(world.provider, before.free));
    assert_eq!(stake(&world).locked, before.locked);
}

#[test]
fn refuses_anyone_but_its_authority() {
    let mut world = World::default();
    let (stranger, authority) = (world.requester.key, world.provider.authority);
    let call = world.stake_unbond(world.provider, 5);
    world.refuse(TesseraError::WrongAuthority, call.with(|call| call.accounts.authority = stranger));
    world.refuse(Anchor::AccountNotSigner, world.stake_unbond(world.provider, 5).unsigned_by(authority));
}

#[test]
fn refuses_another_markets_unbonding_time() {
    let mut world = World::default();
    let other = world.other_market();
    let call = world.stake_unbond(world.provider, 5);
    world.refuse(TesseraError::WrongMarket, call.with(|call| call.accounts.market = other.key));
}
