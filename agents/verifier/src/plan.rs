//! What a verifier does next: a pure function of the chain, the clock and what this process remembers.
//!
//! With an empty memory, as after a restart, the same chain leads to the same work. Nothing is posted twice: an audit's
//! address is fixed by its run and its verifier.

use std::time::Duration;

use tessera_chain::due::{Crank, Due, refuting_pair};
use tessera_chain::{
    Audit, Moment, Provider, ProviderStatus, Pubkey, Run, RunState, Task, TaskState, Versioned, World,
};
use tessera_node::{CrankMemory, Memory, Note, plan_cranks};

use crate::config::Limits;

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
    /// The backend is at it.
    Executing,
    /// The root of its outputs is known: it serves every run of the task.
    Computed([u8; 32]),
    /// The audit is being sent.
    Posting([u8; 32]),
    /// The audit landed.
    Posted {
        /// On which run.
        run: Pubkey,
        /// With which root.
        root: [u8; 32],
        /// In which slot.
        slot: u64,
    },
    /// It will not be tried again: malformed, too large, or computing it failed too often.
    Refused,
}

impl Stage {
    /// Whether something is running for the task.
    pub fn is_busy(self) -> bool {
        matches!(self, Self::Fetching | Self::Executing | Self::Posting(_))
    }
}

/// All that a plan depends on, beside the clock.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The market's accounts.
    pub world: &'a World,
    /// This verifier's account.
    pub me: Pubkey,
    /// What this process knows of tasks.
    pub memory: &'a Memory<Pubkey, Stage>,
    /// What this process has sent of due transitions.
    pub cranks: &'a CrankMemory,
    /// The operator's limits.
    pub limits: &'a Limits,
    /// How long this process has been up.
    pub uptime: Duration,
    /// Whether the process is to stop: only what was computed is posted.
    pub stopping: bool,
}

/// One thing to do about one task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Fetch and check the task's data.
    Fetch(Pubkey),
    /// Compute its outputs, to be compared with this run's.
    Execute {
        /// The task.
        task: Pubkey,
        /// The run.
        run: Pubkey,
    },
    /// Post the root that was found.
    Post {
        /// The task.
        task: Pubkey,
        /// The run.
        run: Pubkey,
        /// The root.
        root: [u8; 32],
    },
    /// Stop computing and free the data: the audit is not needed or not possible any more.
    Stop(Pubkey),
    /// Send a due transition.
    Crank(Pubkey, Due),
}

/// What to do now.
pub fn plan(view: &View<'_>, now: Moment) -> Vec<Action> {
    let Some(me) = view.world.providers.get(&view.me) else { return Vec::new() };
    let mut wanted: Vec<(&Versioned<Task>, &Versioned<Run>)> =
        view.world.tasks.values().filter_map(|task| Some((task, auditable_run(view, me, task, now)?))).collect();
    // Disputes first: there an answer decides about stake. Then what ends first.
    wanted.sort_by_key(|(task, run)| (task.state != TaskState::Disputed, until(task, run).unix, task.key));
    let mut actions = plan_audits(view, me, &wanted);
    actions.extend(
        view.memory
            .iter()
            .filter(|(key, note)| {
                matches!(note.stage, Stage::Fetched | Stage::Executing)
                    && !wanted.iter().any(|(task, _)| task.key == **key)
            })
            .map(|(key, _)| Action::Stop(*key)),
    );
    if !view.stopping {
        actions.extend(plan_due(view, now));
    }
    actions
}

fn plan_audits(
    view: &View<'_>,
    me: &Versioned<Provider>,
    wanted: &[(&Versioned<Task>, &Versioned<Run>)],
) -> Vec<Action> {
    let most = usize::from(view.limits.max_audits);
    let mut executing = view.memory.iter().filter(|(_, note)| note.stage == Stage::Executing).count();
    let mut ahead =
        wanted.iter().filter(|(task, _)| matches!(view.note(task).stage, Stage::Fetching | Stage::Fetched)).count();
    let mut stake = me.stake.free;
    let mut actions = Vec::new();
    for (task, run) in wanted {
        let note = view.note(task);
        let lock = task.terms.audit_lock;
        if note.stage.is_busy() || note.not_before > view.uptime {
            continue;
        }
        match note.stage {
            // Not worth its data without the stake to answer.
            Stage::New if !view.stopping && ahead < most && lock <= me.stake.free => {
                ahead += 1;
                actions.push(Action::Fetch(task.key));
            }
            Stage::Fetched if !view.stopping && executing < most => {
                executing += 1;
                actions.push(Action::Execute { task: task.key, run: run.key });
            }
            Stage::Computed(root) | Stage::Posted { root, .. } if lock <= stake && !is_posted(note.stage, run) => {
                stake -= lock;
                actions.push(Action::Post { task: task.key, run: run.key, root });
            }
            _ => {}
        }
    }
    actions
}

/// The task's run, if this verifier may audit it now and should.
fn auditable_run<'a>(
    view: &View<'a>,
    me: &Versioned<Provider>,
    task: &Versioned<Task>,
    now: Moment,
) -> Option<&'a Versioned<Run>> {
    let may_work = me.roles.verify && me.status == ProviderStatus::Active;
    let run = view.world.runs_of(task.key).find(|run| run.state == RunState::Submitted)?;
    let is_own = run.provider == view.me || run.authority == me.authority || task.terms.requester == me.authority;
    let is_open = match task.state {
        // An agreement that nobody contradicts is enough, unless the operator wants to look at everything.
        TaskState::Submitted => (view.limits.audit_all || run.agreeing == 0) && !run.audit_until.passed(now),
        TaskState::Disputed => {
            !run.challenge_until.passed(now) && run.winners.is_none() && refuting_pair(view.world, run).is_none()
        }
        _ => false,
    };
    let is_old_enough = me.verify_since <= run.claimed_at.unix;
    let wanted = may_work && is_open && !is_own && is_old_enough && own_audit(view, run).is_none();
    wanted.then_some(run)
}

fn own_audit<'a>(view: &View<'a>, run: &Versioned<Run>) -> Option<&'a Versioned<Audit>> {
    view.world.audits_of(run.key).find(|audit| audit.verifier == view.me)
}

/// When the audit of a run is too late.
pub(crate) fn until(task: &Versioned<Task>, run: &Versioned<Run>) -> tessera_chain::Deadline {
    if task.state == TaskState::Disputed { run.challenge_until } else { run.audit_until }
}

/// Whether the audit of this run landed later than the run was read.
fn is_posted(stage: Stage, run: &Versioned<Run>) -> bool {
    matches!(stage, Stage::Posted { run: key, slot, .. } if key == run.key && run.slot <= slot)
}

/// Due transitions in which this verifier has a part, and others' if the operator wants it.
fn plan_due(view: &View<'_>, now: Moment) -> impl Iterator<Item = Action> {
    let patience = |due: &Due| patience(view, due);
    plan_cranks(view.world, view.cranks, &view.limits.cranks, view.uptime, now, patience)
        .into_iter()
        .map(|(task, due)| Action::Crank(task, due))
}

/// Seconds between those who have a part in a transition: each gives the one before time to send it.
const TURN_SECONDS: i64 = 5;

/// Seconds that this verifier leaves a due transition to others; `None`: for ever. A run's provider settles it first, then
/// its auditors in the order of their audits, then strangers.
fn patience(view: &View<'_>, due: &Due) -> Option<i64> {
    let run = due.run.and_then(|run| view.world.runs.get(&run));
    let place = run.and_then(|run| own_audit(view, run)).map(|audit| i64::from(audit.ordinal));
    let turns = match (due.crank, place) {
        (Crank::Slash | Crank::CloseAudits, Some(place)) => Some(place),
        (Crank::Uphold, Some(place)) => Some(place.saturating_add(2)),
        (Crank::Expire, _) | (_, None) => None,
    };
    match turns {
        Some(turns) => Some(turns.saturating_mul(TURN_SECONDS)),
        None => view.limits.cranks.stranger_patience(&view.me),
    }
}

impl View<'_> {
    fn note(&self, task: &Versioned<Task>) -> Note<Stage> {
        self.memory.note(&task.key, &task.terms_hash)
    }
}
