use super::{SlotState, TaskView};
use crate::{Action, BondEnd, DisputeVerdict, Moment, Phase, Refusal, RunState, next_state};

/// A dispute is opened on a run before the challenge window has passed; returns how many are open with it. The run cannot
/// be settled until all have ended, whoever wins; none shields the run from another.
pub fn plan_dispute_open<R: Copy + Eq>(
    task: &TaskView<R>,
    slot: usize,
    open_disputes: u16,
    now: Moment,
) -> Result<u16, Refusal> {
    next_state(task.state, Action::Dispute)?;
    task.slot_in(slot, SlotState::Submitted)?;
    if task.challenge_until.passed(now) {
        return Err(Refusal::TooLate);
    }
    open_disputes.checked_add(1).ok_or(Refusal::Overflow)
}

/// How a dispute ended for its run and its bond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DisputeEnd {
    /// It refuted the run: bond back, and the challengers' share when the run is slashed.
    Won,
    /// The challenger lost: its bond is shared, the run unharmed.
    Lost,
    /// The task is malformed: bond back, the run unharmed.
    NoVerdict,
    /// The run was refuted by somebody else meanwhile: bond back, whatever the dispute's own verdict is.
    Moot,
}

impl DisputeEnd {
    /// What becomes of the bond.
    pub const fn bond(self) -> BondEnd {
        match self {
            Self::Lost => BondEnd::Lost,
            Self::Won | Self::NoVerdict | Self::Moot => BondEnd::Back,
        }
    }

    /// Whether account and bond vault stay for the challengers' share, until [`plan_dispute_close`].
    pub const fn waits_for_slash(self) -> bool {
        matches!(self, Self::Won)
    }
}

/// A dispute, settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DisputeStep<R> {
    /// The task after it.
    pub task: TaskView<R>,
    /// How it ended.
    pub end: DisputeEnd,
    /// Disputes that are still open on the run.
    pub open_disputes: u16,
}

/// Settles a dispute, by anyone: once it is over, or in whatever phase once its run is refuted.
///
/// A won one refutes the run and every other submitted run with the same root; the run's settlement slashes it when its
/// other disputes have ended too. Once the run is refuted, nobody loses a bond on it any more: a challenger need not play on
/// against a run that has fallen, and its provider wins nothing by doing so.
pub fn plan_dispute_settle<R: Copy + Eq>(
    task: &TaskView<R>,
    slot: usize,
    phase: Phase,
    open_disputes: u16,
) -> Result<DisputeStep<R>, Refusal> {
    let open_disputes = open_disputes.checked_sub(1).ok_or(Refusal::NoDispute)?;
    let run = *task.slot(slot)?;
    let end = match phase.verdict() {
        _ if run.state != SlotState::Submitted => DisputeEnd::Moot,
        Some(DisputeVerdict::ChallengerWon) => DisputeEnd::Won,
        Some(DisputeVerdict::ProviderWon) => DisputeEnd::Lost,
        Some(DisputeVerdict::NoVerdict) => DisputeEnd::NoVerdict,
        None => return Err(Refusal::DisputeRunning),
    };
    let task = if end == DisputeEnd::Won { task.refuted(run.root) } else { *task };
    Ok(DisputeStep { task, end, open_disputes })
}

/// Closes the dispute that refuted a run, by anyone, once the run's slash has paid into its bond vault.
pub const fn plan_dispute_close(run: RunState) -> Result<(), Refusal> {
    match run {
        RunState::Slashed => Ok(()),
        _ => Err(Refusal::SlashFirst),
    }
}
