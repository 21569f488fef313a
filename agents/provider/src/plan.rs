//! What a provider does next: a pure function of the chain, the clock and what this process remembers.
//!
//! With an empty memory, as after a restart, the same chain leads to the same work: what the memory held is fetched and
//! computed again, and nothing is sent twice, because the accounts show what was sent.

mod claims;
mod errands;
mod owed;

use std::time::Duration;

use tessera_chain::{Moment, Provider, ProviderStatus, Pubkey, RunState, SlotState, Task, Versioned, World};
use tessera_node::{Errand, ErrandMemory, Memory, Note};

use crate::config::Limits;
use owed::{Owed, owed_runs};

/// How far this process is with a task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// Nothing is here.
    #[default]
    New,
    /// Its data are on their way.
    Fetching,
    /// Its data are here and checked.
    Fetched,
    /// The claim is being sent.
    Claiming,
    /// The claim landed in this slot; the data are here.
    Claimed(u64),
    /// The backend is at it.
    Executing,
    /// The outputs are stored; their root is known.
    Computed,
    /// The seal is being sent.
    Sealing,
    /// The seal landed in this slot.
    Sealed(u64),
    /// The root is being shown: by a submission, or by a reveal.
    Submitting,
    /// It was shown in this slot.
    Submitted(u64),
    /// The claim is being given back.
    Releasing,
    /// It was given back in this slot.
    Released(u64),
    /// Claims failed too often; it is left to others.
    Declined,
    /// Its data are malformed or too large for this machine, or computing them failed too often.
    Refused,
}

impl Stage {
    /// Whether something is running for the task.
    pub fn is_busy(self) -> bool {
        matches!(
            self,
            Self::Fetching | Self::Claiming | Self::Executing | Self::Sealing | Self::Submitting | Self::Releasing
        )
    }
}

/// All that a plan depends on, beside the clock.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The market's accounts.
    pub world: &'a World,
    /// This provider's account.
    pub me: Pubkey,
    /// What this process knows of tasks.
    pub memory: &'a Memory<Pubkey, Stage>,
    /// What this process has sent of errands.
    pub errands: &'a ErrandMemory,
    /// The operator's limits.
    pub limits: &'a Limits,
    /// How long this process has been up.
    pub uptime: Duration,
    /// Whether the process is to stop: only what is owed is finished.
    pub stopping: bool,
}

/// One thing to do about one task. Actions of one plan concern different tasks, or are errands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Fetch and check the task's data.
    Fetch(Pubkey),
    /// Claim a run of it.
    Claim(Pubkey),
    /// Give the claim back: its data cannot be had.
    Release(Pubkey),
    /// Compute its outputs and store them.
    Execute(Pubkey),
    /// Show the output root of the only run.
    Submit(Pubkey),
    /// Commit to the output root unseen.
    Seal(Pubkey),
    /// Show the output root that was sealed.
    Reveal(Pubkey),
    /// Stop computing: the deadline has passed, or the run is gone.
    Stop(Pubkey),
    /// Send an errand.
    Errand(Errand),
}

/// What to do now.
pub fn plan(view: &View<'_>, now: Moment) -> Vec<Action> {
    let Some(me) = view.world.providers.get(&view.me) else { return Vec::new() };
    let owed = owed_runs(view, now);
    let mut actions = owed::plan(view, &owed, now);
    if !view.stopping {
        actions.extend(errands::plan(view, me, now));
        actions.extend(claims::plan(view, me, &owed, now));
    }
    actions
}

/// Whether a run is claimed or sealed, still in time and its root not shown, as far as the chain or the memory shows.
pub fn owes(view: &View<'_>, now: Moment) -> bool {
    let is_owed = |owed: &Owed<'_>| match view.note(owed.task).stage {
        Stage::Refused => false,
        Stage::Submitted(slot) | Stage::Released(slot) => owed.run.slot > slot,
        _ => !owed.is_late(now),
    };
    owed_runs(view, now).iter().any(is_owed) || view.world.tasks.values().any(|task| view.is_claim_unseen(task))
}

/// Whether this provider takes no new work and has none left: it may unbond its stake, withdraw it, and leave.
pub fn may_leave(me: &Provider) -> bool {
    me.status == ProviderStatus::Draining && me.runs_unclosed == 0 && me.active_runs == 0 && me.active_audits == 0
}

impl View<'_> {
    fn note(&self, task: &Versioned<Task>) -> Note<Stage> {
        self.memory.note(&task.key, &task.terms_hash)
    }

    fn count(&self, is: impl Fn(Stage) -> bool) -> usize {
        self.memory.iter().filter(|(_, note)| is(note.stage)).count()
    }

    /// Whether a claim of this provider is on its way, or landed and is not in all accounts yet.
    pub(crate) fn is_claim_unseen(&self, task: &Versioned<Task>) -> bool {
        if let Ok(slot) = task.slot_of(&self.me) {
            let claimed = task.slots.get(slot).is_some_and(|slot| slot.state == SlotState::Claimed);
            return claimed && self.world.run_of(task.key, self.me).is_none();
        }
        match self.note(task).stage {
            Stage::Claiming => true,
            Stage::Claimed(slot) => task.slot <= slot,
            _ => false,
        }
    }

    /// Whether this provider has a run of the task whose root is not shown.
    pub(crate) fn has_owed_run(&self, task: &Versioned<Task>) -> bool {
        let run = self.world.run_of(task.key, self.me);
        run.is_some_and(|run| matches!(run.state, RunState::Claimed | RunState::Sealed))
    }
}
