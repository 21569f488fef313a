use super::{SlotState, TaskView};
use crate::{Action, Moment, Refusal, next_state};

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

/// A challenger lost, or the dispute ended without a verdict; returns how many are still open.
pub const fn plan_dispute_lost(open_disputes: u16) -> Result<u16, Refusal> {
    match open_disputes.checked_sub(1) {
        Some(left) => Ok(left),
        None => Err(Refusal::NoDispute),
    }
}

/// A challenger won: the run is slashed at once, and every other submitted run with the same root is refuted.
pub fn plan_dispute_won<R: Copy + Eq>(
    task: &TaskView<R>,
    slot: usize,
    open_disputes: u16,
) -> Result<TaskView<R>, Refusal> {
    plan_dispute_lost(open_disputes)?;
    let run = *task.slot(slot)?;
    if !matches!(run.state, SlotState::Submitted | SlotState::Refuted) {
        return Err(Refusal::WrongRunState);
    }
    task.refuted(run.root).with_end(slot, SlotState::Slashed)
}
