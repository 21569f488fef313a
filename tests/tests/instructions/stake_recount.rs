use tessera::errors::TesseraError;
use tessera::events::StakeRecounted;
use tessera::state::Market;
use tessera_tests::svm::{OTHER_ROOT, STAKE, VERIFY, Wallet, World};

/// What a verifier locks for a default task's audit.
const AUDIT_LOCK: u64 = 5_000_003;

/// A verifier that lost an audit's lock, which its weight still counts.
fn slashed() -> World {
    let mut world = World::default();
    let run = world.submitted();
    let audit = world.audit(run, world.verifiers[0], OTHER_ROOT);
    world.warp(1_800);
    world.send(world.task_settle(run, &[audit]));
    assert_eq!(world.provider_of(world.verifiers[0]).ticket_stake, STAKE);
    world
}

#[test]
fn anyone_lowers_a_weight_to_the_stake_that_is_left() {
    let mut world = slashed();
    let by = world.verifiers[0];
    let since = world.provider_of(by).ticket_since;
    let event: StakeRecounted = world.send(world.stake_recount(by)).event();
    let left = STAKE - AUDIT_LOCK;
    assert_eq!(event, StakeRecounted { provider: by.provider, before: STAKE, ticket_stake: left });
    assert_eq!((world.provider_of(by).ticket_stake, world.provider_of(by).ticket_since), (left, since));
    assert_eq!(world.read::<Market>(&world.market.key).verify_stake, 3 * STAKE - AUDIT_LOCK);
}

#[test]
fn refused_while_the_weight_is_no_more_than_the_stake() {
    let mut world = slashed();
    world.refuse(TesseraError::NothingToRecount, world.stake_recount(world.verifiers[1]));
    world.refuse(TesseraError::NothingToRecount, world.stake_recount(world.provider));
    world.send(world.stake_recount(world.verifiers[0]));
    world.refuse(TesseraError::NothingToRecount, world.stake_recount(world.verifiers[0]));
}

#[test]
fn what_is_locked_counts_as_stake() {
    let mut world = World::default();
    let run = world.submitted();
    world.audit_claimed(run, world.verifiers[0]);
    world.refuse(TesseraError::NothingToRecount, world.stake_recount(world.verifiers[0]));
}

#[test]
fn refuses_another_markets_provider() {
    let mut world = slashed();
    let other = world.other_market();
    let wallet = Wallet { key: world.verifiers[0].authority, token: world.verifiers[0].token };
    let abroad = world.enlist_in(&other, wallet, VERIFY);
    world.refuse(TesseraError::WrongMarket, world.stake_recount(abroad));
    let call = world.stake_recount(world.verifiers[0]);
    world.refuse(TesseraError::WrongMarket, call.with(|call| call.accounts.market = other.key));
}
