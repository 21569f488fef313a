//! Both chess clocks at their boundaries.

use crate::fixtures::{NOW, in_seconds};
use tessera_rules::*;

const WEEK: u32 = 604_800;
/// Execution 60 s, a trace of four seconds and a byte: 125 seconds of extra time.
const TERMS: DisputeTerms =
    DisputeTerms { execution_seconds: 60, trace_bytes: 4 * TRACE_RATE + 1, unbonding_seconds: WEEK };
const EXTRA: u32 = 125;

const PROVIDER: Option<Side> = Some(Side::Provider);
const CHALLENGER: Option<Side> = Some(Side::Challenger);

fn start(terms: DisputeTerms, open_against: u16) -> DisputeView {
    plan_dispute_start(terms, false, open_against, false, NOW).unwrap()
}

/// A dispute whose trace was posted at once: the challenger owes an operation.
fn traced() -> DisputeView {
    plan_move(&start(TERMS, 0), PROVIDER, Move::Trace, NOW).unwrap()
}

/// A dispute whose leaf was shown at once: the challenger owes an element.
fn shown() -> DisputeView {
    let moves = [
        (CHALLENGER, Move::Operation),
        (PROVIDER, Move::Tensors { all: true }),
        (CHALLENGER, Move::Leaf),
        (PROVIDER, Move::Show { clean: true }),
    ];
    moves.into_iter().fold(traced(), |view, (by, mv)| plan_move(&view, by, mv, NOW).unwrap())
}

/// A moment so many seconds later, less one second or one slot.
fn just_before(seconds: u32) -> [Moment; 2] {
    let at = in_seconds(seconds);
    [Moment { unix: at.unix - 1, ..at }, Moment { slot: at.slot - 1, ..at }]
}

#[test]
fn a_move_may_be_made_until_its_deadline_and_is_silence_from_then_on() {
    for (view, by, mv, seconds) in [
        (start(TERMS, 0), PROVIDER, Move::Trace, MOVE_SECONDS + EXTRA),
        (traced(), CHALLENGER, Move::Operation, MOVE_SECONDS + EXTRA),
        (shown(), CHALLENGER, Move::Element(Asks::Step), MOVE_SECONDS),
    ] {
        assert_eq!(view.clocks.until, NOW.after(seconds).unwrap());
        for early in just_before(seconds) {
            assert!(plan_move(&view, by, mv, early).is_ok());
            assert_eq!(plan_timeout(&view, early), Err(Refusal::TooEarly));
        }
        assert_eq!(plan_move(&view, by, mv, in_seconds(seconds)), Err(Refusal::TooLate));
        assert!(plan_timeout(&view, in_seconds(seconds)).is_ok());
    }
}

#[test]
fn a_halted_cluster_takes_nobodys_time() {
    let view = shown();
    let halted = Moment { unix: NOW.unix + 1_000_000, slot: NOW.slot + 3 };
    assert_eq!(plan_timeout(&view, halted), Err(Refusal::TooEarly));
    let next = plan_move(&view, CHALLENGER, Move::Element(Asks::Step), halted).unwrap();
    assert_eq!(next.clocks.challenger_left, CLOCK_SECONDS - 1, "three slots are one second");
    let fast = Moment { unix: NOW.unix + 1, slot: NOW.slot + 1_000_000 };
    assert_eq!(plan_timeout(&view, fast), Err(Refusal::TooEarly));
    assert_eq!(
        plan_move(&view, CHALLENGER, Move::Element(Asks::Step), fast).unwrap().clocks.challenger_left,
        CLOCK_SECONDS - 1
    );
}

#[test]
fn time_never_runs_backwards() {
    let before = Moment { unix: NOW.unix - 50, slot: NOW.slot - 100 };
    assert_eq!((before.seconds_since(NOW), NOW.seconds_since(before)), (0, 50));
    assert_eq!(Moment { unix: i64::MAX, slot: u64::MAX }.seconds_since(Moment { unix: i64::MIN, slot: 0 }), u32::MAX);
    let next = plan_move(&shown(), CHALLENGER, Move::Element(Asks::Step), before).unwrap();
    assert_eq!(next.clocks.challenger_left, CLOCK_SECONDS);
}

#[test]
fn only_what_exceeds_the_extra_time_is_taken_off_the_clock() {
    let posted = |seconds| plan_move(&start(TERMS, 0), PROVIDER, Move::Trace, in_seconds(seconds)).unwrap();
    assert_eq!(posted(EXTRA).clocks.provider_left, CLOCK_SECONDS);
    assert_eq!(posted(EXTRA + 1).clocks.provider_left, CLOCK_SECONDS - 1);
    assert_eq!(posted(EXTRA + 1).clocks.challenger_left, CLOCK_SECONDS);
    // The challenger executes again to find the operation, and opening the tensors has as much as the trace.
    let picked = plan_move(&traced(), CHALLENGER, Move::Operation, in_seconds(EXTRA + 7)).unwrap();
    assert_eq!((picked.clocks.challenger_left, picked.clocks.provider_left), (CLOCK_SECONDS - 7, CLOCK_SECONDS));
    let at = EXTRA + 7;
    assert_eq!(picked.clocks.until, in_seconds(at).after(MOVE_SECONDS + EXTRA).unwrap());
    let open = plan_move(&picked, None, Move::Tensors { all: true }, in_seconds(at + EXTRA + 2)).unwrap();
    assert_eq!(open.clocks.provider_left, CLOCK_SECONDS - 2);
    assert_eq!((open.clocks.since, open.phase), (in_seconds(at + EXTRA + 2), Phase::PickLeaf));
    assert_eq!(open.clocks.until, open.clocks.since.after(MOVE_SECONDS + EXTRA).unwrap(), "and so for the leaf");
}

/// A provider whose trace was posted in an earlier dispute has forgotten it.
#[test]
fn the_first_descent_of_each_side_has_extra_time_and_later_ones_have_none() {
    let begun = plan_dispute_start(TERMS, true, 0, false, NOW).unwrap();
    assert_eq!(begun.clocks.until, NOW.after(MOVE_SECONDS + EXTRA).unwrap());
    let asked = plan_move(&begun, CHALLENGER, Move::Descend, in_seconds(EXTRA)).unwrap();
    assert_eq!(asked.clocks.until, in_seconds(EXTRA).after(MOVE_SECONDS + EXTRA).unwrap());
    let told = plan_move(&asked, PROVIDER, Move::Reveal, in_seconds(2 * EXTRA)).unwrap();
    assert_eq!((told.clocks.provider_left, told.clocks.challenger_left), (CLOCK_SECONDS, CLOCK_SECONDS));
    assert_eq!(told.clocks.until, in_seconds(2 * EXTRA).after(MOVE_SECONDS).unwrap());
    let again = plan_move(&told, CHALLENGER, Move::Descend, in_seconds(2 * EXTRA)).unwrap();
    assert_eq!(again.clocks.until, in_seconds(2 * EXTRA).after(MOVE_SECONDS).unwrap());
}

/// Six moves of nine minutes and fifty-nine seconds leave less than a whole move.
#[test]
fn a_clock_that_runs_out_shortens_the_move() {
    let asked = plan_move(&traced(), CHALLENGER, Move::Descend, NOW).unwrap();
    let (mut view, mut at) = (plan_move(&asked, PROVIDER, Move::Reveal, NOW).unwrap(), 0);
    for _ in 0..6 {
        at += MOVE_SECONDS - 1;
        view = plan_move(&view, CHALLENGER, Move::Descend, in_seconds(at)).unwrap();
        view = plan_move(&view, PROVIDER, Move::Reveal, in_seconds(at)).unwrap();
    }
    assert_eq!(view.clocks.challenger_left, 6);
    assert_eq!(view.clocks.until, in_seconds(at).after(6).unwrap());
    assert!(plan_move(&view, CHALLENGER, Move::Operation, in_seconds(at + 5)).is_ok());
    assert_eq!(plan_move(&view, CHALLENGER, Move::Operation, in_seconds(at + 6)), Err(Refusal::TooLate));
    let over = plan_timeout(&view, in_seconds(at + 6)).unwrap();
    assert_eq!((over.phase, over.clocks.challenger_left), (Phase::Over(DisputeVerdict::ProviderWon), 0));
}

#[test]
fn a_providers_times_grow_with_the_disputes_against_it() {
    for (open, factor) in [(0, 1), (1, 1), (2, 2), (64, 33)] {
        let view = start(TERMS, open);
        assert_eq!(view.clocks.factor, factor);
        let times = u32::from(factor);
        assert_eq!(view.clocks.until, NOW.after(times * (MOVE_SECONDS + EXTRA)).unwrap());
        assert_eq!((view.clocks.provider_left, view.clocks.challenger_left), (times * CLOCK_SECONDS, CLOCK_SECONDS));
        let in_time = in_seconds(times * EXTRA);
        let picks = plan_move(&view, PROVIDER, Move::Trace, in_time).unwrap();
        assert_eq!(picks.clocks.provider_left, times * CLOCK_SECONDS, "the extra time grows too");
        assert_eq!(picks.clocks.until, in_time.after(MOVE_SECONDS + EXTRA).unwrap(), "the challenger's does not");
    }
    assert_eq!(start(TERMS, u16::MAX).clocks.factor, 32_768);
}

#[test]
fn no_deadline_is_further_away_than_the_unbonding_period_unless_a_single_move_needs_it() {
    let week = NOW.after(WEEK).unwrap();
    let flooded = start(TERMS, u16::MAX);
    assert_eq!((flooded.clocks.until, flooded.clocks.provider_left), (week, WEEK));
    let endless = DisputeTerms { trace_bytes: u64::MAX, ..TERMS };
    assert_eq!([0, u16::MAX].map(|open| start(endless, open).clocks.until), [week, week]);
    let slow = DisputeTerms { execution_seconds: WEEK, ..TERMS };
    assert_eq!([0, 64].map(|open| start(slow, open).clocks.until), [NOW.after(2 * WEEK + MOVE_SECONDS).unwrap(); 2]);
    let slowest = DisputeTerms { execution_seconds: u32::MAX, trace_bytes: u64::MAX, ..TERMS };
    assert_eq!(start(slowest, u16::MAX).clocks.until, NOW.after(u32::MAX).unwrap());
    // A period that is cut after the task was created cuts neither side's time to execute and to move.
    let short = start(DisputeTerms { unbonding_seconds: 9, ..TERMS }, 64);
    let least = NOW.after(MOVE_SECONDS + 2 * TERMS.execution_seconds).unwrap();
    assert_eq!((short.clocks.until, short.clocks.provider_left), (least, CLOCK_SECONDS));
    let picks = plan_move(&short, PROVIDER, Move::Trace, NOW).unwrap();
    assert_eq!(picks.clocks.until, least);
}

#[test]
fn a_deadline_that_does_not_fit_is_refused() {
    let late = Moment { unix: i64::MAX - 1, slot: 0 };
    assert_eq!(plan_dispute_start(TERMS, false, 0, false, late), Err(Refusal::Overflow));
}
