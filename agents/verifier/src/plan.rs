//! What a verifier does next: a pure function of the chain, the clock, its ticket chain and what this process remembers.
//!
//! With an empty memory, as after a restart, the same chain leads to the same work: an audit that was claimed is computed
//! and answered, one that agreed is computed and opened. Nothing is claimed twice: an audit's address is fixed by its run and
//! its verifier.

mod audits;
mod errands;
mod work;

use std::time::Duration;

use tessera_chain::{Audit, AuditState, Deadline, Moment, Provider, Pubkey, Run, RunState, Task, Versioned, World};
use tessera_node::{Errand, ErrandMemory, Memory, Note, Tickets};

use crate::config::Limits;

/// How far this process is with a task's outputs; they serve every run of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// Nothing is here.
    #[default]
    New,
    /// Its data are on their way.
    Fetching,
    /// Its data are here and checked; computing them is estimated to take this long.
    Fetched(Duration),
    /// The backend is at it.
    Executing,
    /// The outputs are known, and the trees over them are here.
    Computed(Roots),
    /// It will not be tried again: malformed, too large, or computing it failed too often.
    Refused,
}

/// What a verifier commits to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roots {
    /// The outputs' root, as a run has it.
    pub output: [u8; 32],
    /// The root of the same tree with this verifier's key in its leaves.
    pub keyed: [u8; 32],
}

impl Stage {
    /// Whether something is running for the task.
    pub fn is_busy(self) -> bool {
        matches!(self, Self::Fetching | Self::Executing)
    }
}

/// How far this process is with the audit of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AuditStage {
    /// Nothing was sent that the chain does not show.
    #[default]
    Idle,
    /// The claim is being sent.
    Claiming,
    /// The claim landed in this slot.
    Claimed(u64),
    /// The answer is being sent.
    Posting,
    /// The answer landed in this slot.
    Posted(u64),
    /// The leaf is being opened.
    Opening,
    /// It was opened in this slot.
    Opened(u64),
    /// Claims failed too often, or the slot hash that picks the leaf is gone.
    GivenUp,
}

impl AuditStage {
    /// Whether a transaction is on its way.
    pub fn is_busy(self) -> bool {
        matches!(self, Self::Claiming | Self::Posting | Self::Opening)
    }
}

/// What is known of this verifier's ticket chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Committed<'a> {
    /// It is being searched for.
    Searching,
    /// The committed chain is none of this key's.
    Unknown,
    /// This is it.
    Known(&'a Tickets),
}

/// All that a plan depends on, beside the clock.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The market's accounts.
    pub world: &'a World,
    /// This verifier's account.
    pub me: Pubkey,
    /// Its ticket chain.
    pub chain: Committed<'a>,
    /// What this process knows of tasks.
    pub tasks: &'a Memory<Pubkey, Stage>,
    /// What it has sent about audits, by run.
    pub audits: &'a Memory<Pubkey, AuditStage>,
    /// What it has sent of errands.
    pub errands: &'a ErrandMemory,
    /// The operator's limits.
    pub limits: &'a Limits,
    /// How long this process has been up.
    pub uptime: Duration,
    /// Whether the process is to stop: only what is owed is finished.
    pub stopping: bool,
}

/// One thing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Fetch and check a task's data.
    Fetch(Pubkey),
    /// Take the audit of a run on.
    Claim {
        /// The run.
        run: Pubkey,
        /// The element of the ticket chain to be shown, where it is needed or earns something.
        element: Option<[u8; 32]>,
    },
    /// Compute a task's outputs.
    Execute {
        /// The task.
        task: Pubkey,
        /// Until when they are needed.
        until: Deadline,
    },
    /// Answer the audit of a run.
    Post {
        /// The run.
        run: Pubkey,
        /// What was found.
        roots: Roots,
    },
    /// Open the picked leaf of an agreeing audit of a run.
    Open(Pubkey),
    /// Stop computing a task and free its data: they are not needed or not of use any more.
    Stop(Pubkey),
    /// Send an errand.
    Errand(Errand),
}

/// What to do now.
pub fn plan(view: &View<'_>, now: Moment) -> Vec<Action> {
    let Some(me) = view.world.providers.get(&view.me) else { return Vec::new() };
    let work = audits::work(view, me, now);
    let mut actions = work::plan(view, me, &work, now);
    if !view.stopping {
        actions.extend(errands::plan(view, me, now));
    }
    actions
}

/// Whether an answer is owed, or the opening that earns its reward can still come: as far as the chain or the memory shows.
pub fn owes(view: &View<'_>, now: Moment) -> bool {
    let Some(me) = view.world.providers.get(&view.me) else { return false };
    audits::work(view, me, now).iter().any(|item| view.is_owed(item))
        || view.world.runs.values().any(|run| audits::is_claim_unseen(view, run))
}

impl<'a> View<'a> {
    fn task_note(&self, task: &Versioned<Task>) -> Note<Stage> {
        self.tasks.note(&task.key, &task.terms_hash)
    }

    fn audit_note(&self, task: &Versioned<Task>, run: &Versioned<Run>) -> Note<AuditStage> {
        self.audits.note(&run.key, &task.terms_hash)
    }

    fn authority(&self) -> Option<Pubkey> {
        self.world.providers.get(&self.me).map(|me| me.authority)
    }

    fn own_audit(&self, run: &Versioned<Run>) -> Option<&'a Versioned<Audit>> {
        self.world.audit_of(run.key, self.me)
    }

    fn is_owed(&self, item: &audits::Item<'_>) -> bool {
        match (item.need, self.task_note(item.task).stage) {
            (_, Stage::Refused) | (audits::Need::Claim { .. } | audits::Need::Watch, _) => false,
            (audits::Need::Answer, _) => true,
            (audits::Need::Opening { .. }, stage) => {
                matches!(stage, Stage::Computed(_)) && self.audit_note(item.task, item.run).stage != AuditStage::GivenUp
            }
        }
    }
}

/// Whether the program may still let this verifier do something about a run.
pub(crate) fn is_live(view: &World, run: &Run) -> bool {
    run.state == RunState::Submitted && view.tasks.contains_key(&run.task)
}

/// Whether an agreeing audit can still earn by showing a leaf.
pub(crate) fn is_unopened(audit: &Audit) -> bool {
    audit.drawn && matches!(audit.state, AuditState::Agreed { .. }) && !audit.opened.both()
}

/// Whether this verifier takes no new work and has none left.
pub fn may_leave(me: &Provider) -> bool {
    !me.is_active() && me.runs_unclosed == 0 && me.active_runs == 0 && me.active_audits == 0
}
