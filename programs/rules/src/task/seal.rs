use super::{Slot, SlotState, TaskView};
use crate::{Action, Deadline, Moment, Refusal};

/// The only run of a task shows its root before the execution's deadline; the windows start.
///
/// `root`: `None` where the given bytes are no root (zeros).
pub fn plan_submit<R: Copy + Eq>(
    task: &TaskView<R>,
    slot: usize,
    execute_until: Deadline,
    root: Option<R>,
    now: Moment,
) -> Result<TaskView<R>, Refusal> {
    if task.policy.is_redundant() {
        return Err(Refusal::SealFirst);
    }
    let run = executing(task, Action::Submit, slot, execute_until, now)?;
    let root = root.ok_or(Refusal::RootZero)?;
    task.with_slot(slot, Slot { state: SlotState::Submitted, root, ..run })?.with_windows(now)
}

/// A run of several commits its root unseen before the execution's deadline. The seal binds task, provider and salt, so
/// that a copied one cannot be revealed; with the last one the reveal opens.
pub fn plan_seal<R: Copy + Eq>(
    task: &TaskView<R>,
    slot: usize,
    execute_until: Deadline,
    now: Moment,
) -> Result<TaskView<R>, Refusal> {
    if !task.policy.is_redundant() {
        return Err(Refusal::NothingToSeal);
    }
    let run = executing(task, Action::Seal, slot, execute_until, now)?;
    let next = task.moved(Action::Seal)?.with_slot(slot, run.with_state(SlotState::Sealed))?;
    Ok(next.opened_reveal(now))
}

fn executing<R: Copy + Eq>(
    task: &TaskView<R>,
    action: Action,
    slot: usize,
    execute_until: Deadline,
    now: Moment,
) -> Result<Slot<R>, Refusal> {
    crate::next_state(task.state, action)?;
    let run = task.slot_in(slot, SlotState::Claimed)?;
    if execute_until.passed(now) { Err(Refusal::TooLate) } else { Ok(run) }
}
