use crate::fixtures::{bps, params, units};
use tessera_rules::{REPUTATION_ONE, Reputation};

#[test]
fn a_newcomer_is_in_the_middle() {
    assert_eq!(Reputation::default().score(), 500_000);
}

#[test]
fn good_runs_raise_and_bad_runs_lower_the_score() {
    let good = Reputation::default().with_good(units(1_000), &params()).unwrap();
    let bad = Reputation::default().with_bad(units(1_000), &params()).unwrap();
    assert_eq!((good.good, good.bad, good.score()), (REPUTATION_ONE, 0, 666_666));
    assert_eq!((bad.good, bad.bad, bad.score()), (0, REPUTATION_ONE, 333_333));
}

#[test]
fn a_run_weighs_its_reward_up_to_the_cap() {
    let weight = |reward| Reputation::default().with_good(units(reward), &params()).unwrap().good;
    assert_eq!(weight(2_500), 2_500_000);
    assert_eq!(weight(u64::MAX), 10 * REPUTATION_ONE);
}

#[test]
fn both_counters_decay_with_each_counted_run() {
    let old = Reputation { good: 1_000_000, bad: 2_000_000 };
    let next = old.with_good(units(1_000), &params()).unwrap();
    assert_eq!((next.good, next.bad), (1_990_000, 1_980_000));
}

#[test]
fn counters_saturate_where_nothing_decays() {
    let mut params = params();
    params.reputation_decay_bps = bps(10_000);
    let full = Reputation { good: u64::MAX, bad: u64::MAX };
    assert_eq!(full.with_bad(units(1_000), &params).unwrap(), full);
    assert_eq!(full.score(), 500_000);
}

#[test]
fn a_newcomer_is_whoever_has_been_counted_too_little() {
    assert!(Reputation::default().is_newcomer(1));
    assert!(!Reputation::default().is_newcomer(0));
    let known = Reputation { good: 2_000_000, bad: 1_000_000 };
    assert!(known.is_newcomer(3_000_001) && !known.is_newcomer(3_000_000));
    assert!(!Reputation { good: u64::MAX, bad: 1 }.is_newcomer(u64::MAX));
}
