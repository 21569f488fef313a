//! One task as a value: its slots, deadlines and decision. Every transition is a function from this value to the next one.

pub(crate) mod audit;
pub(crate) mod claim;
pub(crate) mod decide;
pub(crate) mod dispute;
pub(crate) mod expire;
pub(crate) mod reveal;
pub(crate) mod seal;
pub(crate) mod settle;
pub(crate) mod slot;

use crate::{Action, Deadline, MAX_EXCLUDED, MAX_RUNS, Moment, Policy, Refusal, TaskState, Windows, next_state};
pub use slot::{Slot, SlotState};

/// How the surviving runs of a task were decided: pinned by the first settlement after the challenge window, then
/// applied to each run, so that the order of settlements changes nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Decision<R> {
    /// Not yet.
    #[default]
    Undecided,
    /// Runs with this root are paid, others slashed.
    Root(R),
    /// Nobody can say: rewards go back, nobody is slashed.
    Void,
}

/// What the rules know of a task. `R` is the type of an output root: 32 bytes on chain, a letter in a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TaskView<R> {
    /// Where it stands.
    pub state: TaskState,
    /// How its result is trusted.
    pub policy: Policy,
    /// Its windows.
    pub windows: Windows,
    /// The challenge window after equal roots, seconds.
    pub agreed_challenge_seconds: u32,
    /// Equal roots settle at once.
    pub waive_window: bool,
    /// Until when it may be claimed.
    pub open_until: Deadline,
    /// When the reveal was opened by a transition; `None` before, and where only time opened it.
    pub reveal_from: Option<Moment>,
    /// Until when audits may be claimed while nobody differs; zero until the windows start.
    pub audit_until: Deadline,
    /// Until when nothing is paid; zero until the windows start.
    pub challenge_until: Deadline,
    /// How many providers are excluded.
    pub excluded: u8,
    /// Its runs; those beyond the policy's count stay free.
    pub slots: [Slot<R>; MAX_RUNS],
    /// How its runs were decided.
    pub decision: Decision<R>,
}

impl<R: Copy + Eq> TaskView<R> {
    /// The slots that the policy uses.
    pub fn used(&self) -> impl Iterator<Item = &Slot<R>> {
        self.slots.iter().take(usize::from(self.policy.runs()))
    }

    /// A slot by its index.
    pub fn slot(&self, index: usize) -> Result<&Slot<R>, Refusal> {
        self.slots.get(index).filter(|_| index < usize::from(self.policy.runs())).ok_or(Refusal::SlotUnknown)
    }

    /// Whether any slot is in this state.
    pub fn any(&self, state: SlotState) -> bool {
        self.used().any(|slot| slot.state == state)
    }

    /// The first free slot.
    pub fn free_slot(&self) -> Option<usize> {
        self.used().position(|slot| slot.state == SlotState::Free)
    }

    /// Whether a run is under way or undecided.
    pub fn has_live_run(&self) -> bool {
        self.used().any(|slot| slot.state.is_live())
    }

    /// Whether nobody can claim any more, whoever it is.
    pub fn claims_closed(&self, now: Moment) -> bool {
        self.free_slot().is_none() || usize::from(self.excluded) >= MAX_EXCLUDED || self.open_until.passed(now)
    }

    /// The task in the state that the table gives for `action`.
    pub(crate) fn moved(mut self, action: Action) -> Result<Self, Refusal> {
        self.state = next_state(self.state, action)?;
        Ok(self)
    }

    pub(crate) fn with_slot(mut self, index: usize, slot: Slot<R>) -> Result<Self, Refusal> {
        *self.slots.get_mut(index).ok_or(Refusal::SlotUnknown)? = slot;
        Ok(self)
    }

    /// The same with a slot free again and its provider excluded.
    pub(crate) fn without_run(mut self, index: usize) -> Result<Self, Refusal> {
        self.excluded = self.excluded.checked_add(1).ok_or(Refusal::Overflow)?;
        let empty = self.slot(index)?.emptied();
        self.with_slot(index, empty)
    }

    /// Requires a slot to be in a state.
    pub(crate) fn slot_in(&self, index: usize, state: SlotState) -> Result<Slot<R>, Refusal> {
        let slot = self.slot(index)?;
        if slot.state == state { Ok(*slot) } else { Err(Refusal::WrongRunState) }
    }
}

/// The requester takes a task back that nobody works on.
pub fn plan_cancel<R: Copy + Eq>(task: &TaskView<R>) -> Result<TaskView<R>, Refusal> {
    let next = task.moved(Action::Cancel)?;
    if task.used().any(|slot| slot.state != SlotState::Free) {
        return Err(Refusal::WrongState);
    }
    Ok(next)
}
