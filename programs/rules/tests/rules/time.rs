use crate::fixtures::{NOW, params, windows};
use tessera_rules::{Deadline, Moment, Refusal, Windows};

#[test]
fn a_deadline_waits_for_both_clocks() {
    let deadline = NOW.after(10).unwrap();
    assert_eq!(deadline, Deadline { unix: NOW.unix + 10, slot: NOW.slot + 20 });
    let at = |unix, slot| deadline.passed(Moment { unix: NOW.unix + unix, slot: NOW.slot + slot });
    assert!(!at(9, 20) && !at(10, 19) && !at(1_000_000, 19) && !at(9, 1_000_000));
    assert!(at(10, 20) && at(11, 21));
}

#[test]
fn the_later_of_two_is_later_on_each_clock() {
    let (a, b) = (Deadline { unix: 5, slot: 1 }, Deadline { unix: 3, slot: 9 });
    assert_eq!(a.later(b), Deadline { unix: 5, slot: 9 });
}

#[test]
fn times_that_do_not_fit_are_refused() {
    assert_eq!(Moment { unix: i64::MAX, slot: 0 }.after(1), Err(Refusal::Overflow));
    assert_eq!(Moment { unix: 0, slot: u64::MAX }.after(1), Err(Refusal::Overflow));
}

#[test]
fn windows_are_ordered_and_within_the_market() {
    let check = |change: fn(&mut Windows)| {
        let mut windows = windows();
        change(&mut windows);
        windows.validate(&params())
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
}
