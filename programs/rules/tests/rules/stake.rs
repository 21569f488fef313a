use crate::fixtures::units;
use tessera_rules::{LivenessSlash, Refusal, Stake, plan_leave};

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

#[test]
fn a_slash_for_silence_takes_the_lock_then_unbonding_stake_newest_first() {
    let stake = staked(100).lock(units(30)).unwrap().unbond(units(5), 7).unwrap().unbond(units(6), 9).unwrap();
    let (left, slash) = stake.slash_liveness(units(20), units(8)).unwrap();
    assert_eq!(slash, LivenessSlash { slashed: units(8), from_unbonding: units(0), released: units(12) });
    assert_eq!((left.free, left.locked), (units(71), units(10)));
    let (left, slash) = stake.slash_liveness(units(20), units(28)).unwrap();
    assert_eq!(slash, LivenessSlash { slashed: units(28), from_unbonding: units(8), released: units(0) });
    assert_eq!((left.unbonding[0].amount, left.unbonding[1].amount, left.locked), (units(3), units(0), units(10)));
    // Free stake and other locks are never touched.
    let (left, slash) = stake.slash_liveness(units(20), units(1_000)).unwrap();
    assert_eq!((slash.slashed, left.free, left.locked), (units(31), units(59), units(10)));
    assert_eq!(stake.slash_liveness(units(31), units(1)), Err(Refusal::LockedStakeTooLow));
}

#[test]
fn who_owes_or_owns_something_does_not_leave() {
    assert_eq!(plan_leave(&Stake::default(), 0, 0), Ok(()));
    assert_eq!(plan_leave(&Stake::default(), 1, 0), Err(Refusal::WorkLeft));
    assert_eq!(plan_leave(&Stake::default(), 0, 1), Err(Refusal::WorkLeft));
    assert_eq!(plan_leave(&staked(1).unbond(units(1), 9).unwrap(), 0, 0), Err(Refusal::StakeLeft));
}
