use crate::fixtures::units;
use tessera_rules::{Refusal, Stake};

fn staked(amount: u64) -> Stake {
    Stake::default().credit(units(amount)).unwrap()
}

#[test]
fn a_lock_takes_free_stake_alone() {
    let stake = staked(10).unbond(units(4), 1).unwrap();
    assert_eq!(stake.lock(units(7)), Err(Refusal::FreeStakeTooLow));
    let locked = stake.lock(units(6)).unwrap();
    assert_eq!((locked.free, locked.locked), (units(0), units(6)));
    assert_eq!(locked.release(units(6)).unwrap(), stake);
}

#[test]
fn a_slash_takes_what_was_locked_and_no_more() {
    let stake = staked(10).lock(units(6)).unwrap();
    assert_eq!(stake.slash(units(7)), Err(Refusal::LockedStakeTooLow));
    assert_eq!(stake.release(units(7)), Err(Refusal::LockedStakeTooLow));
    assert_eq!(stake.slash(units(6)).unwrap(), staked(4));
}

#[test]
fn four_amounts_unbond_and_a_second_of_the_same_time_merges() {
    let mut stake = staked(10);
    for until in 1..=4 {
        stake = stake.unbond(units(1), until).unwrap();
    }
    assert_eq!(stake.unbond(units(1), 5), Err(Refusal::UnbondingFull));
    let merged = stake.unbond(units(1), 4).unwrap();
    assert_eq!(merged.unbonding[3].amount, units(2));
}

#[test]
fn unbonding_nothing_or_more_than_is_free_is_refused() {
    assert_eq!(staked(1).unbond(units(0), 1), Err(Refusal::AmountZero));
    assert_eq!(staked(1).unbond(units(2), 1), Err(Refusal::FreeStakeTooLow));
}

#[test]
fn only_what_has_matured_is_withdrawn_and_once() {
    let stake = staked(10).unbond(units(1), 5).unwrap().unbond(units(2), 6).unwrap().unbond(units(4), 7).unwrap();
    assert_eq!(stake.withdraw(4), Err(Refusal::NothingMatured));
    let (left, out) = stake.withdraw(6).unwrap();
    assert_eq!((out, left.total().unwrap()), (units(3), units(7)));
    assert_eq!(left.withdraw(6), Err(Refusal::NothingMatured));
    assert_eq!(left.withdraw(7).unwrap().1, units(4));
}

#[test]
fn a_withdrawn_slot_is_free_again() {
    let mut stake = staked(10);
    for until in 1..=4 {
        stake = stake.unbond(units(1), until).unwrap();
    }
    let (stake, _) = stake.withdraw(1).unwrap();
    assert!(stake.unbond(units(1), 9).is_ok());
}

#[test]
fn a_stake_that_does_not_fit_is_refused() {
    assert_eq!(staked(u64::MAX).credit(units(1)), Err(Refusal::Overflow));
    assert_eq!(staked(u64::MAX).lock(units(5)).unwrap().credit(units(6)), Err(Refusal::Overflow));
}
