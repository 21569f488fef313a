use crate::{Deadline, Moment, Phase, Refusal, Side, owes};

/// What each side has for all of its moves, seconds.
pub const CLOCK_SECONDS: u32 = 3_600;
/// What each side has for one move, seconds.
pub const MOVE_SECONDS: u32 = 600;
/// How fast a provider is assumed to hash its trace, bytes a second.
pub const TRACE_RATE: u64 = 250_000_000;
/// A provider's times grow by one unit for each so many disputes that are open against it: a trace takes one execution
/// window at most and is given two, so that a machine that makes one after the other makes all in time.
pub const DISPUTES_PER_UNIT: u16 = 2;

/// What a dispute's clocks depend on; pinned when it opens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct DisputeTerms {
    /// The task's execution window: a provider keeps no trace, and executes again to make one.
    pub execution_seconds: u32,
    /// The size of the trace.
    pub trace_bytes: u64,
    /// The market's unbonding period: no deadline is further away, unless a single move in a market of short periods needs it.
    pub unbonding_seconds: u32,
}

/// Both sides' chess clocks. Only the clock of the side that owes the next move runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Clocks {
    /// What the provider has left, seconds.
    pub provider_left: u32,
    /// What the challenger has left, seconds.
    pub challenger_left: u32,
    /// By how much the provider's times are multiplied: one, and one more for each [`DISPUTES_PER_UNIT`] disputes.
    pub factor: u16,
    /// When the next move fell due.
    pub since: Moment,
    /// Until when it may be made.
    pub until: Deadline,
}

impl Clocks {
    /// Clocks that have not run. `open_against`: how many disputes were open against the provider, on whatever runs, just
    /// before this one.
    ///
    /// The provider's clock grows with them, so that a flood cannot make an honest provider miss one; up to the unbonding
    /// period, so that a flood of its own cannot put an end off for longer.
    pub(super) fn new(terms: &DisputeTerms, open_against: u16, now: Moment) -> Self {
        let factor = open_against.checked_div(DISPUTES_PER_UNIT).unwrap_or(0).saturating_add(1);
        let grown = CLOCK_SECONDS.saturating_mul(u32::from(factor));
        Self {
            provider_left: grown.min(terms.unbonding_seconds).max(CLOCK_SECONDS),
            challenger_left: CLOCK_SECONDS,
            factor,
            since: now,
            until: now.at_once(),
        }
    }

    /// What a side has left, seconds.
    pub const fn left(&self, side: Side) -> u32 {
        match side {
            Side::Provider => self.provider_left,
            Side::Challenger => self.challenger_left,
        }
    }

    /// Starts the clock of the side that owes `phase`: `min(move, left) + extra` from now. `rounds`: descents in the present
    /// tree.
    ///
    /// The unbonding period caps what a flood of disputes, or a graph that says its trace is huge, makes of it. It does not
    /// cap a move and two executions: else parameters that change after the task was created could cut its provider's time.
    pub(super) fn due(mut self, terms: &DisputeTerms, phase: Phase, rounds: u8, now: Moment) -> Result<Self, Refusal> {
        let Some(side) = owes(phase) else {
            return Ok(self);
        };
        let left = u64::from(self.left(side));
        let (one_move, again) = (u64::from(MOVE_SECONDS), u64::from(terms.execution_seconds).saturating_mul(2));
        let least = one_move.min(left).saturating_add(again);
        let allotted =
            one_move.saturating_mul(self.unit(side)).min(left).saturating_add(self.extra(terms, phase, rounds));
        let seconds = allotted.min(u64::from(terms.unbonding_seconds).max(least));
        let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
        (self.since, self.until) = (now, now.after(seconds)?);
        Ok(self)
    }

    /// Stops the clock of the side that owed `phase`: what it took beyond the extra time is gone.
    pub(super) fn made(mut self, terms: &DisputeTerms, phase: Phase, rounds: u8, now: Moment) -> Self {
        let took = u64::from(now.seconds_since(self.since)).saturating_sub(self.extra(terms, phase, rounds));
        let took = u32::try_from(took).unwrap_or(u32::MAX);
        match owes(phase) {
            Some(Side::Provider) => self.provider_left = self.provider_left.saturating_sub(took),
            Some(Side::Challenger) => self.challenger_left = self.challenger_left.saturating_sub(took),
            None => {}
        }
        self
    }

    /// Extra time of a move for which a side that kept nothing executes again: twice the execution window and the trace
    /// at [`TRACE_RATE`], rounded up. For the provider these are the trace, its first hashes in a dispute that found it
    /// posted, and the tensors; for the challenger the operation, compared with the trace, and the leaf, compared with the
    /// operation's output.
    fn extra(&self, terms: &DisputeTerms, phase: Phase, rounds: u8) -> u64 {
        let side = match phase {
            Phase::Trace | Phase::OpenTensors => Side::Provider,
            Phase::RevealTrace if rounds == 1 => Side::Provider,
            Phase::PickOperation | Phase::PickLeaf if rounds == 0 => Side::Challenger,
            _ => return 0,
        };
        let hashing = terms.trace_bytes.div_ceil(TRACE_RATE);
        let again = u64::from(terms.execution_seconds).saturating_mul(2).saturating_add(hashing);
        again.saturating_mul(self.unit(side))
    }

    fn unit(&self, side: Side) -> u64 {
        match side {
            Side::Provider => u64::from(self.factor),
            Side::Challenger => 1,
        }
    }
}
