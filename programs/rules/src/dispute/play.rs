use crate::{Clocks, DisputeTerms, DisputeVerdict, Moment, Move, Phase, Refusal, Side, next_phase, open_to_all, owes};

use super::Asks;

/// How often a challenger may descend in one tree, and ask for partial results of partial results. A descent is four
/// levels: the largest tensor needs nine. Without an end a challenger could ask until an honest provider's clock has run
/// out.
pub const MAX_ROUNDS: u8 = 16;

/// A dispute as the rules see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DisputeView {
    /// Where it stands.
    pub phase: Phase,
    /// Both clocks.
    pub clocks: Clocks,
    /// What they depend on.
    pub terms: DisputeTerms,
    /// Descents in the present tree, or partial results that were asked for again: [`MAX_ROUNDS`] at most.
    pub rounds: u8,
}

/// A dispute is opened, after [`plan_dispute_open`](crate::plan_dispute_open) has let it. `traced`: the run's trace root
/// was posted in an earlier dispute. `open_against`: disputes that are open against the provider, without this one.
/// `own_run`: the challenger is the authority of the run's provider.
pub fn plan_dispute_start(
    terms: DisputeTerms,
    traced: bool,
    open_against: u16,
    own_run: bool,
    now: Moment,
) -> Result<DisputeView, Refusal> {
    if own_run {
        return Err(Refusal::DisputeOfOwnRun);
    }
    let phase = if traced { Phase::PickOperation } else { Phase::Trace };
    let clocks = Clocks::new(&terms, open_against, now).due(&terms, phase, 0, now)?;
    Ok(DisputeView { phase, clocks, terms, rounds: 0 })
}

/// A move is made before its deadline. `by`: the side that the sender is, `None` a stranger.
///
/// A move that leaves the phase as it is (some tensors of several) changes no clock: whoever sends it neither spends nor
/// wins time for the side that owes the rest.
pub fn plan_move(view: &DisputeView, by: Option<Side>, mv: Move, now: Moment) -> Result<DisputeView, Refusal> {
    let phase = next_phase(view.phase, mv)?;
    if !open_to_all(view.phase) && by != owes(view.phase) {
        return Err(Refusal::DisputeTurn);
    }
    if view.clocks.until.passed(now) {
        return Err(Refusal::TooLate);
    }
    if phase == view.phase && matches!(mv, Move::Tensors { .. }) {
        return Ok(*view);
    }
    let rounds = rounds_after(view.rounds, mv)?;
    let made = view.clocks.made(&view.terms, view.phase, view.rounds, now);
    let clocks = made.due(&view.terms, phase, rounds, now)?;
    Ok(DisputeView { phase, clocks, rounds, ..*view })
}

/// The side that owes the next move has let its deadline pass: it loses. Anyone may say so.
pub fn plan_timeout(view: &DisputeView, now: Moment) -> Result<DisputeView, Refusal> {
    let verdict = match owes(view.phase) {
        None => return Err(Refusal::DisputeOver),
        Some(Side::Provider) => DisputeVerdict::ChallengerWon,
        Some(Side::Challenger) => DisputeVerdict::ProviderWon,
    };
    if !view.clocks.until.passed(now) {
        return Err(Refusal::TooEarly);
    }
    let clocks = view.clocks.made(&view.terms, view.phase, view.rounds, now);
    Ok(DisputeView { phase: Phase::Over(verdict), clocks, ..*view })
}

fn rounds_after(rounds: u8, mv: Move) -> Result<u8, Refusal> {
    match mv {
        Move::Descend | Move::Part(Asks::Parts) if rounds >= MAX_ROUNDS => Err(Refusal::DisputeRounds),
        Move::Descend | Move::Part(Asks::Parts) => Ok(rounds.saturating_add(1)),
        // The next tree, or the folds, are counted anew.
        Move::Operation | Move::Leaf => Ok(0),
        _ => Ok(rounds),
    }
}
