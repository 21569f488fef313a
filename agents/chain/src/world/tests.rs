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
    let put = |world: &mut World, at: u8, authority, state| {
        let audit = fixture::audit(run, key(MARKET), authority, state);
        world.apply(Update::Account { key: key(at), slot: 1, account: Account::Audit(Box::new(audit)) });
    };
    put(&mut world, 20, other, AuditState::Agreed { keyed_root: [1; 32] });
    put(&mut world, 21, mine, AuditState::Differs { root: [2; 32] });
    put(&mut world, 22, other, AuditState::Differs { root: [3; 32] });
    assert!(world.matching_audit(run, [1; 32], mine).is_none(), "it agrees with the run");
    assert!(world.matching_audit(run, [2; 32], mine).is_none(), "it is my own");
    assert_eq!(world.matching_audit(run, [3; 32], mine).unwrap().key, key(22));
}

#[test]
fn runs_and_audits_of_other_markets_are_not_taken_in() {
    let mut world = world();
    for market in [7, MARKET] {
        let run = Account::Run(Box::new(fixture::run(key(market), key(2), key(3), key(4))));
        let audit = Account::Audit(Box::new(fixture::audit(key(9), key(market), key(5), AuditState::Claimed)));
        let own = market == MARKET;
        assert_eq!(world.apply(Update::Account { key: key(10), slot: 1, account: run }), own);
        assert_eq!(world.apply(Update::Account { key: key(11), slot: 1, account: audit }), own);
    }
}

#[test]
fn the_books_of_an_epoch_are_found_by_their_addresses_and_go_when_they_are_closed() {
    let mut world = world();
    assert_eq!(world.epoch(), None, "nothing is known of the market");
    let market = Account::Market(Box::new(fixture::market(key(9), key(8))));
    world.apply(Update::Account { key: key(MARKET), slot: 1, account: market });
    world.apply(Update::Moment(fixture::moment(3 * 86_400 + 1)));
    assert_eq!(world.epoch(), Some(3), "an epoch of the fixture is a day");
    let (pool, share) = (address::pool(&key(MARKET), 3), address::share(&key(5), 3));
    let balance = address::balance(&key(MARKET), &key(6));
    for (at, account) in [
        (pool, Account::Pool(Box::new(fixture::pool(key(MARKET), 3)))),
        (share, Account::Share(Box::new(fixture::share(key(MARKET), key(5), 3)))),
        (balance, Account::Balance(Box::new(fixture::balance(key(MARKET), key(6))))),
    ] {
        assert!(world.apply(Update::Account { key: at, slot: 2, account }));
    }
    assert!(world.pool(3).is_some() && world.pool(4).is_none());
    assert!(world.share(key(5), 3).is_some() && world.share(key(5), 4).is_none());
    assert!(world.balance_of(key(6)).is_some() && world.balance_of(key(7)).is_none());
    for kind in [AccountKind::Pool, AccountKind::Share, AccountKind::Balance] {
        assert!(world.apply(Update::Listing { kind, slot: 3, accounts: vec![] }));
    }
    assert!(world.pools.is_empty() && world.shares.is_empty() && world.balances.is_empty());
}

#[test]
fn runs_and_audits_are_found_by_who_made_them() {
    let mut world = world();
    let run = address::run(&key(TASK), &key(3));
    let content = Account::Run(Box::new(fixture::run(key(MARKET), key(TASK), key(3), key(4))));
    world.apply(Update::Account { key: run, slot: 1, account: content });
    assert_eq!(world.run_of(key(TASK), key(3)).unwrap().key, run);
    assert!(world.run_of(key(TASK), key(4)).is_none());
    let audit = fixture::audit(run, key(MARKET), key(5), AuditState::Claimed);
    let (at, verifier) = (address::audit(&run, &audit.verifier), audit.verifier);
    world.apply(Update::Account { key: at, slot: 1, account: Account::Audit(Box::new(audit)) });
    assert_eq!(world.audit_of(run, verifier).unwrap().key, at);
}

#[test]
fn the_latest_listing_of_a_kind_is_remembered_with_its_slot() {
    let listing = |slot| Update::Listing { kind: AccountKind::Task, slot, accounts: Vec::new() };
    let mut world = world();
    assert_eq!(world.listed_at(AccountKind::Task), 0);
    world.apply(listing(10));
    world.apply(listing(9));
    world.apply(task(12, 1));
    assert_eq!((world.listed_at(AccountKind::Task), world.listed_at(AccountKind::Audit)), (10, 0));
}
