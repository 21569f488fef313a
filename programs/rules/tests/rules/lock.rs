use crate::fixtures::{bps, params, units};
use tessera_rules::{Refusal, locks_for, required_lock};

#[test]
fn the_lock_is_two_and_a_half_rewards_where_audits_are_frequent() {
    let mut params = params();
    params.audit_rate_bps = bps(10_000);
    params.honest_auditors_bps = bps(9_000);
    assert_eq!(required_lock(units(1_001), units(0), &params), Ok(units(2_503)));
}

#[test]
fn the_lock_grows_as_audits_become_rare() {
    // x = 0.24, q = 0.24 - 0.0288 = 0.2112, a = 0.5: 2 x (10,000 / q - 10,000) = 74,696.97, and one more than its floor.
    assert_eq!(required_lock(units(10_000), units(0), &params()), Ok(units(74_697)));
    // The prize is what a ring that draws the auditor's ticket too would win.
    assert_eq!(required_lock(units(9_000), units(1_000), &params()), Ok(units(74_697)));
    let mut rare = params();
    rare.audit_rate_bps = bps(1);
    rare.honest_auditors_bps = bps(1);
    assert_eq!(required_lock(units(u64::MAX / 2), units(0), &rare), Err(Refusal::Overflow));
}

#[test]
fn a_task_pins_lock_audit_lock_and_no_show_slash() {
    let locks = locks_for(units(10_000), units(0), units(0), &params()).unwrap();
    assert_eq!((locks.run, locks.audit, locks.no_show), (units(74_697), units(10_000), units(1_000)));
    let mut params = params();
    params.no_show_min = units(2_000);
    assert_eq!(locks_for(units(10_000), units(0), units(0), &params).unwrap().no_show, units(2_000));
    // Above the lock: the rest is taken from unbonding stake.
    params.no_show_min = units(100_000);
    assert_eq!(locks_for(units(10_000), units(0), units(0), &params).unwrap().no_show, units(100_000));
    assert!(locks_for(units(10_000), units(0), units(16 * 74_697), &params).is_ok());
    assert_eq!(locks_for(units(10_000), units(0), units(16 * 74_698), &params), Err(Refusal::BountyTooHigh));
}

#[test]
fn a_reward_below_the_minimum_is_refused() {
    assert_eq!(locks_for(units(999), units(0), units(0), &params()), Err(Refusal::RewardTooLow));
}

#[test]
fn a_no_show_never_pays_the_one_who_cranks_it() {
    assert!(locks_for(units(10_000), units(0), units(16_015), &params()).is_ok());
    assert_eq!(locks_for(units(10_000), units(0), units(16_016), &params()), Err(Refusal::BountyTooHigh));
}
