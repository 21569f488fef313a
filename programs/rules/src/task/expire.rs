use super::{SlotState, TaskView};
use crate::{Action, Deadline, MAX_EXCLUDED, Moment, Refusal, TaskState, reveal_phase};

/// How a silence ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Nobody works on it and nobody can claim: refund and close.
    Unclaimed,
    /// A claimer did not submit or seal in time: a small slash, its slot is free.
    NoShow,
    /// A provider did not reveal what it sealed: its whole lock is slashed.
    Silent,
}

/// A silence, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpireStep<R> {
    /// The task after it.
    pub task: TaskView<R>,
    /// What ended.
    pub ending: Ending,
}

impl<R> ExpireStep<R> {
    /// Whether the task is over: refund and close.
    pub const fn is_final(&self) -> bool {
        matches!(self.task.state, TaskState::Expired)
    }
}

/// The run whose silence is to be ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SilentRun {
    /// Its slot.
    pub slot: usize,
    /// Until when it had to submit or seal.
    pub execute_until: Deadline,
}

/// Ends a silence once its deadline has passed: of a run, or of everybody (`None`).
pub fn plan_expire<R: Copy + Eq>(
    task: &TaskView<R>,
    run: Option<SilentRun>,
    now: Moment,
) -> Result<ExpireStep<R>, Refusal> {
    let Some(run) = run else {
        return expire_open(task, now);
    };
    match task.slot(run.slot)?.state {
        SlotState::Claimed => no_show(task, run, now),
        SlotState::Sealed => unrevealed(task, run.slot, now),
        _ => Err(Refusal::WrongRunState),
    }
}

fn expire_open<R: Copy + Eq>(task: &TaskView<R>, now: Moment) -> Result<ExpireStep<R>, Refusal> {
    let next = task.moved(Action::ExpireOpen)?;
    if task.has_live_run() {
        return Err(Refusal::WrongState);
    }
    if !task.open_until.passed(now) && usize::from(task.excluded) < MAX_EXCLUDED {
        return Err(Refusal::TooEarly);
    }
    Ok(ExpireStep { task: next, ending: Ending::Unclaimed })
}

fn no_show<R: Copy + Eq>(task: &TaskView<R>, run: SilentRun, now: Moment) -> Result<ExpireStep<R>, Refusal> {
    let next = task.moved(Action::NoShow)?.without_run(run.slot)?;
    if !run.execute_until.passed(now) {
        return Err(Refusal::TooEarly);
    }
    let over = next.claims_closed(now) && !next.has_live_run();
    let task = if over { next.moved(Action::Abandon)? } else { next.opened_reveal(now) };
    Ok(ExpireStep { task, ending: Ending::NoShow })
}

fn unrevealed<R: Copy + Eq>(task: &TaskView<R>, slot: usize, now: Moment) -> Result<ExpireStep<R>, Refusal> {
    let run = task.slot_in(slot, SlotState::Sealed)?;
    let until = reveal_phase(task, now)?.ok_or(Refusal::RevealNotOpen)?;
    let next = task.moved(Action::Silence)?.with_slot(slot, run.with_state(SlotState::Slashed))?;
    if !until.passed(now) {
        return Err(Refusal::TooEarly);
    }
    let task = if !next.has_live_run() {
        next.moved(Action::Abandon)?
    } else if next.any(SlotState::Sealed) {
        next
    } else {
        next.with_windows(now)?
    };
    Ok(ExpireStep { task, ending: Ending::Silent })
}
