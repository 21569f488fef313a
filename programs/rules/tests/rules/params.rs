use crate::fixtures::{bps, params, units};
use tessera_rules::{MarketParams, Refusal, Sink};

fn refused(change: impl Fn(&mut MarketParams)) -> Result<(), Refusal> {
    let mut params = params();
    change(&mut params);
    params.validate(false)
}

#[test]
fn the_fixture_is_accepted() {
    assert_eq!(refused(|_| ()), Ok(()));
}

#[test]
fn shares_sum_to_the_whole() {
    assert_eq!(refused(|p| p.splits.provider_bps = bps(8_001)), Err(Refusal::SplitSum));
    assert_eq!(refused(|p| p.slash.challenger_bps = bps(4_001)), Err(Refusal::SlashSum));
    let wrapping = |p: &mut MarketParams| {
        p.splits.provider_bps = bps(u16::MAX);
        p.splits.treasury_bps = bps(9_501);
    };
    assert_eq!(refused(wrapping), Err(Refusal::SplitSum));
}

#[test]
fn the_treasury_takes_three_tenths_at_most() {
    let with = |treasury| {
        move |p: &mut MarketParams| {
            p.splits.treasury_bps = bps(treasury);
            p.splits.provider_bps = bps(9_500 - treasury);
        }
    };
    assert_eq!(refused(with(3_000)), Ok(()));
    assert_eq!(refused(with(3_001)), Err(Refusal::TreasuryTooHigh));
}

#[test]
fn a_ring_never_gets_its_whole_lock_back() {
    let no_sink = |p: &mut MarketParams| {
        p.slash.sink_bps = bps(0);
        p.slash.requester_bps = bps(6_000);
    };
    assert_eq!(refused(no_sink), Err(Refusal::SlashSum));
}

#[test]
fn who_disputes_a_wrong_run_wins_something_however_small_the_run() {
    let share = |challenger, reward| {
        move |p: &mut MarketParams| {
            p.slash.challenger_bps = bps(challenger);
            p.slash.requester_bps = bps(5_000 - challenger);
            p.min_reward = units(reward);
        }
    };
    assert_eq!(refused(share(0, 1_000_000)), Err(Refusal::SlashSum));
    // A lock of 9,998 units pays nothing at 1 bps, one of 10,000 a unit.
    assert_eq!(refused(share(1, 3_999)), Err(Refusal::SlashSum));
    assert_eq!(refused(share(1, 4_000)), Ok(()));
    assert_eq!(refused(share(4_000, 1)), Ok(()));
}

#[test]
fn wrapped_sol_is_not_burned() {
    let mut params = params();
    params.sink = Sink::Burn;
    assert_eq!(params.validate(false), Ok(()));
    assert_eq!(params.validate(true), Err(Refusal::BurnOfNativeMint));
}

#[test]
fn the_probability_of_an_honest_audit_is_between_zero_and_one() {
    assert_eq!(refused(|p| p.audit_rate_bps = bps(0)), Err(Refusal::AuditRate));
    assert_eq!(refused(|p| p.audit_rate_bps = bps(10_001)), Err(Refusal::AuditRate));
    assert_eq!(refused(|p| p.honest_auditors_bps = bps(0)), Err(Refusal::HonestShare));
    assert_eq!(refused(|p| p.honest_auditors_bps = bps(10_000)), Err(Refusal::HonestShare));
    assert_eq!(refused(|p| p.audit_rate_bps = bps(10_000)), Ok(()));
}

#[test]
fn locks_have_floors() {
    assert_eq!(refused(|p| p.min_lock_bps = bps(24_999)), Err(Refusal::MinLockTooLow));
    assert_eq!(refused(|p| p.audit_lock_bps = bps(9_999)), Err(Refusal::AuditLockTooLow));
}

#[test]
fn a_no_show_costs_something_in_proportion_to_the_lock() {
    assert_eq!(refused(|p| p.min_reward = units(0)), Err(Refusal::MinRewardZero));
    assert_eq!(refused(|p| p.no_show_min = units(0)), Err(Refusal::NoShowZero));
    assert_eq!(refused(|p| p.no_show_min = units(u64::MAX)), Ok(()));
    assert_eq!(refused(|p| p.no_show_bps = bps(25_001)), Err(Refusal::NoShowTooHigh));
}

#[test]
fn window_limits_are_ordered_and_unbonding_outlasts_them() {
    assert_eq!(refused(|p| p.max_open_seconds = 0), Err(Refusal::WindowLimits));
    assert_eq!(refused(|p| p.max_execution_seconds = 0), Err(Refusal::WindowLimits));
    assert_eq!(refused(|p| p.max_execution_seconds = 3_601), Err(Refusal::WindowLimits));
    assert_eq!(refused(|p| p.max_challenge_seconds = 7_199), Err(Refusal::WindowLimits));
    let longest = 86_400 + 3 * 3_600 + 3_600 + 14_400 + 7_200;
    assert_eq!(refused(|p| p.unbonding_seconds = longest), Ok(()));
    assert_eq!(refused(|p| p.unbonding_seconds = longest - 1), Err(Refusal::UnbondingTooShort));
    assert_eq!(refused(|p| p.max_open_seconds = u32::MAX), Err(Refusal::UnbondingTooShort));
}

#[test]
fn reputation_has_a_decay_and_a_cap() {
    assert_eq!(refused(|p| p.reputation_decay_bps = bps(0)), Err(Refusal::ReputationParams));
    assert_eq!(refused(|p| p.reputation_decay_bps = bps(10_001)), Err(Refusal::ReputationParams));
    assert_eq!(refused(|p| p.reputation_cap = 0), Err(Refusal::ReputationParams));
}

#[test]
fn draws_come_before_slot_hashes_are_forgotten_and_before_windows_end() {
    assert_eq!(refused(|p| p.draw_delay_slots = 0), Err(Refusal::DrawDelay));
    assert_eq!(refused(|p| p.draw_delay_slots = 129), Err(Refusal::DrawDelay));
    assert_eq!(refused(|p| (p.draw_delay_slots, p.agreed_challenge_seconds) = (128, 128)), Ok(()));
    assert_eq!(
        refused(|p| (p.draw_delay_slots, p.agreed_challenge_seconds) = (128, 127)),
        Err(Refusal::AgreedChallenge)
    );
    assert_eq!(refused(|p| p.agreed_challenge_seconds = 0), Err(Refusal::AgreedChallenge));
    assert_eq!(refused(|p| p.agreed_challenge_seconds = 14_401), Err(Refusal::AgreedChallenge));
}

#[test]
fn silence_costs_and_changes_wait() {
    assert_eq!(refused(|p| p.silence_bps = bps(0)), Err(Refusal::SilenceShare));
    assert_eq!(refused(|p| p.silence_bps = bps(10_001)), Err(Refusal::SilenceShare));
    assert_eq!(refused(|p| p.timelock_seconds = 3_599), Err(Refusal::TimelockTooShort));
    assert_eq!(refused(|p| p.timelock_seconds = 3_600), Ok(()));
}
