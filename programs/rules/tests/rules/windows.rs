use crate::fixtures::{params, windows};
use tessera_rules::{MarketParams, Policy, Refusal, Windows};

#[test]
fn windows_are_ordered_and_within_the_market() {
    let check = |change: fn(&mut Windows)| {
        let mut windows = windows();
        change(&mut windows);
        windows.validate(&params(), Policy::Optimistic, 1)
    };
    assert_eq!(check(|_| ()), Ok(()));
    assert_eq!(check(|w| w.open_seconds = 0), Err(Refusal::WindowZero));
    assert_eq!(check(|w| w.execution_seconds = 0), Err(Refusal::WindowZero));
    assert_eq!(check(|w| w.audit_seconds = 119), Err(Refusal::WindowOrder));
    assert_eq!(check(|w| w.challenge_seconds = 119), Err(Refusal::WindowOrder));
    assert_eq!(check(|w| w.execution_seconds = u32::MAX), Err(Refusal::WindowOrder));
    assert_eq!(check(|w| w.open_seconds = 86_401), Err(Refusal::WindowTooLong));
    assert_eq!(check(|w| w.challenge_seconds = 14_401), Err(Refusal::WindowTooLong));
    assert_eq!(check(|w| (w.audit_seconds, w.challenge_seconds) = (7_201, 14_400)), Err(Refusal::WindowTooLong));
    assert_eq!(
        check(|w| (w.execution_seconds, w.audit_seconds, w.challenge_seconds) = (3_601, 7_202, 14_400)),
        Err(Refusal::WindowTooLong)
    );
    assert_eq!(check(|w| w.exclusive_seconds = 600), Ok(()));
    assert_eq!(check(|w| w.exclusive_seconds = 601), Err(Refusal::ExclusiveWindowInvalid));
    assert_eq!(check(|w| w.grace_seconds = 60), Err(Refusal::GraceTooLong));
    assert_eq!(
        check(
            |w| (w.execution_seconds, w.audit_seconds, w.challenge_seconds, w.grace_seconds) = (700, 1_400, 1_400, 601)
        ),
        Err(Refusal::WindowTooLong)
    );
}

#[test]
fn an_exclusive_window_needs_somebody_to_wait_for() {
    let exclusive = Windows { exclusive_seconds: 1, ..windows() };
    assert_eq!(exclusive.validate(&params(), Policy::Optimistic, 1), Ok(()));
    assert_eq!(exclusive.validate(&params(), Policy::Optimistic, 0), Err(Refusal::ExclusiveWindowInvalid));
}

#[test]
fn several_runs_need_time_to_reveal_and_one_does_not() {
    let two = Policy::Redundant { runs: 2 };
    let check = |reveal_seconds, policy| Windows { reveal_seconds, ..windows() }.validate(&params(), policy, 0);
    assert_eq!((check(0, Policy::Optimistic), check(1, two)), (Ok(()), Ok(())));
    assert_eq!(check(1, Policy::Optimistic), Err(Refusal::RevealWindowInvalid));
    assert_eq!(check(0, two), Err(Refusal::RevealWindowInvalid));
    assert_eq!(check(3_601, two), Err(Refusal::WindowTooLong));
}

/// Before the draw no ticket can win: a window that ended by then would pay anybody.
#[test]
fn an_audit_window_leaves_time_after_the_draw() {
    let market = MarketParams { draw_delay_slots: 121, agreed_challenge_seconds: 121, ..params() };
    assert_eq!(market.validate(false), Ok(()));
    assert_eq!(windows().validate(&market, Policy::Optimistic, 0), Err(Refusal::WindowBelowDraw));
    let market = MarketParams { draw_delay_slots: 120, ..market };
    assert_eq!(windows().validate(&market, Policy::Optimistic, 0), Ok(()));
}
