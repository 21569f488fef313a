//! Whose turn it is, whose time it costs, and that it ends.

use crate::fixtures::{NOW, in_seconds};
use proptest::prelude::*;
use tessera_rules::*;

const SENDERS: [Option<Side>; 3] = [None, Some(Side::Provider), Some(Side::Challenger)];

fn fresh() -> DisputeView {
    let terms = DisputeTerms { execution_seconds: 60, trace_bytes: 0, unbonding_seconds: 604_800 };
    plan_dispute_start(terms, false, 0, false, NOW).unwrap()
}

/// A dispute in this phase whose move fell due just now.
fn in_phase(phase: Phase) -> DisputeView {
    DisputeView { phase, ..fresh() }
}

#[test]
fn nobody_moves_out_of_turn() {
    for phase in Phase::ALL {
        for mv in Move::ALL {
            for by in SENDERS {
                let may = open_to_all(phase) || by == owes(phase);
                let expected = match next_phase(phase, mv) {
                    Ok(next) if may => Ok(next),
                    Ok(_) => Err(Refusal::DisputeTurn),
                    Err(refusal) => Err(refusal),
                };
                let moved = plan_move(&in_phase(phase), by, mv, NOW).map(|view| view.phase);
                assert_eq!(moved, expected, "{phase:?}, {mv:?}, {by:?}");
            }
        }
    }
}

#[test]
fn silence_loses_in_every_phase_for_the_side_that_owes() {
    for phase in Phase::ALL {
        let view = in_phase(phase);
        let late = in_seconds(1_000_000);
        let expected = match owes(phase) {
            Some(Side::Provider) => Ok(Phase::Over(DisputeVerdict::ChallengerWon)),
            Some(Side::Challenger) => Ok(Phase::Over(DisputeVerdict::ProviderWon)),
            None => Err(Refusal::DisputeOver),
        };
        assert_eq!(plan_timeout(&view, late).map(|view| view.phase), expected, "{phase:?}");
        for (by, mv) in SENDERS.into_iter().flat_map(|by| Move::ALL.map(|mv| (by, mv))) {
            assert!(plan_move(&view, by, mv, late).is_err(), "{phase:?}, {mv:?}, {by:?}");
        }
    }
}

#[test]
fn tensors_that_come_one_by_one_renew_no_deadline() {
    let view = in_phase(Phase::OpenTensors);
    for by in SENDERS {
        assert_eq!(plan_move(&view, by, Move::Tensors { all: false }, in_seconds(100)), Ok(view));
    }
    let shown = plan_move(&view, None, Move::Tensors { all: true }, in_seconds(120)).unwrap();
    assert_eq!(shown.clocks.provider_left, CLOCK_SECONDS, "120 seconds are extra");
}

/// A challenger that asks and asks would take an honest provider's time away.
#[test]
fn a_challenger_descends_as_deep_as_a_tree_can_be_and_no_more() {
    let around = |view: &DisputeView| {
        let asked = plan_move(view, Some(Side::Challenger), Move::Descend, NOW)?;
        plan_move(&asked, Some(Side::Provider), Move::Reveal, NOW)
    };
    let mut view = in_phase(Phase::PickOperation);
    for _ in 0..MAX_ROUNDS {
        view = around(&view).unwrap();
    }
    assert_eq!(around(&view), Err(Refusal::DisputeRounds));
    // The output's tree is counted anew, and so are the folds.
    let picked = plan_move(&view, Some(Side::Challenger), Move::Operation, NOW).unwrap();
    let mut view = plan_move(&picked, None, Move::Tensors { all: true }, NOW).unwrap();
    for _ in 0..MAX_ROUNDS {
        view = around(&view).unwrap();
    }
    assert_eq!(around(&view), Err(Refusal::DisputeRounds));
    assert_eq!(plan_move(&view, Some(Side::Challenger), Move::Leaf, NOW).unwrap().rounds, 0);
    let folds = DisputeView { rounds: MAX_ROUNDS, ..in_phase(Phase::PickPart) };
    let part = |asks| plan_move(&folds, Some(Side::Challenger), Move::Part(asks), NOW).map(|view| view.phase);
    assert_eq!((part(Asks::Parts), part(Asks::Step)), (Err(Refusal::DisputeRounds), Ok(Phase::Step)));
}

/// No deadline is further away, seconds.
fn furthest(terms: &DisputeTerms) -> u64 {
    let least = u64::from(MOVE_SECONDS) + 2 * u64::from(terms.execution_seconds);
    u64::from(terms.unbonding_seconds).max(least).min(u32::MAX.into())
}

/// What a dispute takes at most, seconds on the slower clock: both clocks; the extra time of the trace, of its first hashes
/// and of the tensors; and the challenger's, of the operation and the leaf.
fn longest(terms: &DisputeTerms, factor: u16) -> u64 {
    let hour = u64::from(CLOCK_SECONDS);
    let provider = (hour * u64::from(factor)).min(terms.unbonding_seconds.into()).max(hour);
    let again = 2 * u64::from(terms.execution_seconds) + terms.trace_bytes.div_ceil(TRACE_RATE);
    let extra = |times: u64| again.saturating_mul(times).min(furthest(terms));
    provider + hour + 3 * extra(factor.into()) + 2 * extra(1)
}

/// Which of the legal moves, who sends it, and how much of the time that is left (of 255) passes first.
fn tries() -> impl Strategy<Value = Vec<(usize, usize, u8)>> {
    let wait = prop_oneof![Just(0_u8), Just(255), any::<u8>()];
    prop::collection::vec((0..6_usize, 0..3_usize, wait), 0..80)
}

fn terms() -> impl Strategy<Value = DisputeTerms> {
    let execution = prop_oneof![0_u32..10_000, Just(u32::MAX)];
    let trace = prop_oneof![0..1_u64 << 45, Just(u64::MAX)];
    (execution, trace, prop_oneof![1_u32..1_000_000, Just(u32::MAX)]).prop_map(
        |(execution_seconds, trace_bytes, unbonding_seconds)| DisputeTerms {
            execution_seconds,
            trace_bytes,
            unbonding_seconds,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Both sides play at random, wait as long as they may, and fall silent in the end.
    #[test]
    fn a_dispute_ends_within_its_bound_and_costs_each_side_its_own_time_alone(
        terms in terms(), open: u16, traced: bool, tries in tries(),
    ) {
        let mut view = plan_dispute_start(terms, traced, open, false, NOW).unwrap();
        let factor = view.clocks.factor;
        let (begin, mut now) = (NOW, NOW);
        for (choice, by, wait) in tries {
            let Some(side) = owes(view.phase) else { break };
            let left = (view.clocks.until.unix - now.unix - 1).max(0) * i64::from(wait) / 255;
            now = Moment { unix: now.unix + left, slot: now.slot + 2 * u64::try_from(left).unwrap() };
            let legal: Vec<Move> = Move::ALL.into_iter().filter(|mv| next_phase(view.phase, *mv).is_ok()).collect();
            let by = SENDERS[by];
            let Ok(next) = plan_move(&view, by, legal[choice % legal.len()], now) else { continue };
            prop_assert!(by == Some(side) || open_to_all(view.phase));
            let (mine, others) = match side {
                Side::Provider => (next.clocks.provider_left, next.clocks.challenger_left == view.clocks.challenger_left),
                Side::Challenger => (next.clocks.challenger_left, next.clocks.provider_left == view.clocks.provider_left),
            };
            prop_assert!(others, "{side:?} took the other's time");
            let spent = view.clocks.left(side) - mine;
            prop_assert!(spent <= now.seconds_since(view.clocks.since) && mine > 0, "{side:?} made its move in time");
            let away = next.clocks.until.unix - now.unix;
            prop_assert!(owes(next.phase).is_none() || u64::try_from(away).unwrap() <= furthest(&terms));
            view = next;
        }
        if owes(view.phase).is_some() {
            let until = view.clocks.until;
            now = Moment { unix: now.unix.max(until.unix), slot: now.slot.max(until.slot) };
            let silent = owes(view.phase);
            view = plan_timeout(&view, now).unwrap();
            let winner = if silent == Some(Side::Provider) { DisputeVerdict::ChallengerWon } else { DisputeVerdict::ProviderWon };
            prop_assert_eq!(view.phase.verdict(), Some(winner));
        }
        prop_assert!(u64::from(now.seconds_since(begin)) <= longest(&terms, factor));
    }

    #[test]
    fn the_bound_is_six_of_the_longest_deadlines_and_two_hours_at_most(terms in terms(), open: u16) {
        let factor = plan_dispute_start(terms, false, open, false, NOW).unwrap().clocks.factor;
        prop_assert!(longest(&terms, factor) <= 6 * furthest(&terms) + 2 * u64::from(CLOCK_SECONDS));
    }

    /// On an ordinary market without a flood: two hours, ten executions and five times the hashing of the trace.
    #[test]
    fn without_a_flood_the_bound_is_two_hours_and_the_extra_time(execution in 1_u32..3_600, trace in 0..1_u64 << 40, open in 0_u16..2) {
        let terms = DisputeTerms { execution_seconds: execution, trace_bytes: trace, unbonding_seconds: 604_800 };
        let factor = plan_dispute_start(terms, false, open, false, NOW).unwrap().clocks.factor;
        let expected = 7_200 + 10 * u64::from(execution) + 5 * trace.div_ceil(TRACE_RATE);
        prop_assert_eq!(longest(&terms, factor), expected);
    }
}
