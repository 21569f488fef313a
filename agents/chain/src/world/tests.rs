#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::fake::fixture::{self, key};

const MARKET: u8 = 1;
const TASK: u8 = 2;

fn world() -> World {
    World::new(key(MARKET))
}

fn account(nonce: u64) -> Account {
    Account::Task(Box::new(fixture::task(key(MARKET), key(9), nonce)))
}

fn task(slot: u64, nonce: u64) -> Update {
    Update::Account { key: key(TASK), slot, account: account(nonce) }
}

fn nonce(world: &World) -> Option<u64> {
    world.tasks.get(&key(TASK)).map(|task| task.terms.nonce)
}

#[test]
fn the_higher_slot_wins_in_whatever_order_answers_come() {
    let mut world = world();
    assert!(world.apply(task(10, 1)));
    assert!(!world.apply(task(9, 2)), "stale");
    assert_eq!(nonce(&world), Some(1));
    assert!(world.apply(task(11, 3)));
    assert_eq!((nonce(&world), world.slot()), (Some(3), 11));
}

#[test]
fn of_one_slot_the_later_to_arrive_wins() {
    let mut world = world();
    world.apply(task(10, 1));
    assert!(world.apply(task(10, 2)));
    assert_eq!(nonce(&world), Some(2));
}

#[test]
fn a_closed_account_does_not_come_back_by_a_late_answer() {
    let mut world = world();
    world.apply(task(10, 1));
    assert!(world.apply(Update::Gone { key: key(TASK), slot: 12 }));
    assert!(!world.apply(task(11, 1)));
    assert!(world.knows_newer(key(TASK), 11));
    assert_eq!(nonce(&world), None);
    assert!(world.apply(task(13, 2)), "the address is used again");
    assert_eq!(nonce(&world), Some(2));
    assert!(!world.apply(Update::Gone { key: key(TASK), slot: 12 }), "stale");
}

#[test]
fn a_listing_finds_what_is_gone_but_only_what_is_older_than_it() {
    let listing = |slot, accounts| Update::Listing { kind: AccountKind::Task, slot, accounts };
    let mut world = world();
    world.apply(task(10, 1));
    assert!(!world.apply(listing(9, vec![])), "stale");
    assert!(!world.apply(listing(10, vec![])), "it may have come within this slot");
    assert_eq!(nonce(&world), Some(1));
    assert!(world.apply(listing(11, vec![(key(TASK), account(2))])));
    assert_eq!(nonce(&world), Some(2));
    assert!(world.apply(listing(12, vec![])));
    assert_eq!(nonce(&world), None);
    assert!(!world.apply(task(11, 3)), "closed since");
}

#[test]
fn a_listing_of_one_kind_leaves_the_others() {
    let mut world = world();
    world.apply(task(10, 1));
    world.apply(Update::Listing { kind: AccountKind::Run, slot: 20, accounts: vec![(key(3), account(5))] });
    assert_eq!((nonce(&world), world.tasks.len()), (Some(1), 1));
}

#[test]
fn what_is_closed_for_long_is_forgotten() {
    let mut world = world();
    world.apply(Update::Gone { key: key(TASK), slot: 10 });
    world.apply(Update::Listing { kind: AccountKind::Task, slot: 10 + REMEMBERED_SLOTS, accounts: vec![] });
    assert!(!world.knows_newer(key(TASK), 9));
}

#[test]
fn other_markets_accounts_are_not_taken_in() {
    let mut world = world();
    let foreign = Account::Task(Box::new(fixture::task(key(7), key(9), 1)));
    assert!(!world.apply(Update::Account { key: key(TASK), slot: 1, account: foreign }));
    let other = Account::Market(Box::new(fixture::market(key(9), key(8))));
    assert!(!world.apply(Update::Account { key: key(7), slot: 1, account: other.clone() }));
    assert!(world.apply(Update::Account { key: key(MARKET), slot: 1, account: other }));
    assert!(world.market.is_some() && world.tasks.is_empty());
}

#[test]
fn the_clock_never_runs_backwards() {
    let mut world = world();
    assert!(world.apply(Update::Moment(fixture::moment(10))));
    assert!(!world.apply(Update::Moment(fixture::moment(9))));
    assert!(!world.apply(Update::Moment(fixture::moment(10))), "no news");
    assert_eq!(world.moment, fixture::moment(10));
}

#[test]
fn a_matching_audit_is_anothers_with_the_same_differing_root() {
    let mut world = world();
    let (run, mine, other) = (key(3), key(4), key(5));
    let put = |world: &mut World, at: u8, authority, root, verdict| {
        let audit = fixture::audit(run, key(MARKET), authority, root, verdict);
        world.apply(Update::Account { key: key(at), slot: 1, account: Account::Audit(Box::new(audit)) });
    };
    put(&mut world, 20, other, [1; 32], Verdict::Agrees);
    put(&mut world, 21, mine, [2; 32], Verdict::Differs);
    put(&mut world, 22, other, [3; 32], Verdict::Differs);
    assert!(world.matching_audit(run, [1; 32], mine).is_none(), "it agrees with the run");
    assert!(world.matching_audit(run, [2; 32], mine).is_none(), "it is my own");
    assert_eq!(world.matching_audit(run, [3; 32], mine).unwrap().key, key(22));
}
