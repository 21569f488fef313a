use crate::fixtures::NOW;
use tessera_rules::{Deadline, Moment, Refusal};

#[test]
fn a_deadline_waits_for_both_clocks() {
    let deadline = NOW.after(10).unwrap();
    assert_eq!(deadline, Deadline { unix: NOW.unix + 10, slot: NOW.slot + 20 });
    let at = |unix, slot| deadline.passed(Moment { unix: NOW.unix + unix, slot: NOW.slot + slot });
    assert!(!at(9, 20) && !at(10, 19) && !at(1_000_000, 19) && !at(9, 1_000_000));
    assert!(at(10, 20) && at(11, 21));
}

#[test]
fn the_later_and_the_earlier_of_two_are_so_on_each_clock() {
    let (a, b) = (Deadline { unix: 5, slot: 1 }, Deadline { unix: 3, slot: 9 });
    assert_eq!(a.later(b), Deadline { unix: 5, slot: 9 });
    assert_eq!(a.earlier(b), Deadline { unix: 3, slot: 1 });
}

#[test]
fn times_that_do_not_fit_are_refused() {
    assert_eq!(Moment { unix: i64::MAX, slot: 0 }.after(1), Err(Refusal::Overflow));
    assert_eq!(Moment { unix: 0, slot: u64::MAX }.after(1), Err(Refusal::Overflow));
}
