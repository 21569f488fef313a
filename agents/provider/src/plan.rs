//! What a provider does next: a pure function of the chain, the clock and what this process remembers.
//!
//! With an empty memory, as after a restart, the same chain leads to the same work: what the memory held is fetched and
//! computed again, and nothing is sent twice, because the accounts show what was sent.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::time::Duration;

use tessera_chain::due::{Crank, Due};
use tessera_chain::{Moment, Provider, ProviderStatus, Pubkey, Run, RunState, Task, TaskState, Versioned, World};
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
    /// The claim is being sent.
    Claiming,
    /// The claim landed in this slot; the data are here.
    Claimed(u64),
    /// The backend is at it.
    Executing,
    /// The outputs are stored; their root is known.
    Computed,
    /// The submission is being sent.
    Submitting,
    /// The submission landed in this slot.
    Submitted(u64),
    /// Claims failed too often; it is left to others.
    Declined,
    /// Its data are malformed or too large for this machine, or computing them failed too often.
    Refused,
}

impl Stage {
    /// Whether something is running for the task.
    pub fn is_busy(self) -> bool {
        matches!(self, Self::Fetching | Self::Claiming | Self::Executing | Self::Submitting)
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
    /// What this process has sent of due transitions.
    pub cranks: &'a CrankMemory,
    /// The operator's limits.
    pub limits: &'a Limits,
    /// How long this process has been up.
    pub uptime: Duration,
    /// Whether the process is to stop: only what is owed is finished.
    pub stopping: bool,
}

/// One thing to do about one task. Actions of one plan concern different tasks, or are a crank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Fetch and check the task's data.
    Fetch(Pubkey),
    /// Claim it.
    Claim(Pubkey),
    /// Compute its outputs and store them.
    Execute(Pubkey),
    /// Commit the output root.
    Submit(Pubkey),
    /// Stop computing: the deadline has passed, or the run is gone.
    Stop(Pubkey),
    /// Send a due transition.
    Crank(Pubkey, Due),
}

/// What to do now.
pub fn plan(view: &View<'_>, now: Moment) -> Vec<Action> {
    let Some(me) = view.world.providers.get(&view.me) else { return Vec::new() };
    let owed = owed_runs(view);
    let mut actions = plan_owed(view, &owed, now);
    if !view.stopping {
        actions.extend(plan_due(view, now));
        actions.extend(plan_claims(view, me, &owed, now));
    }
    actions
}

/// Whether a run is claimed, still in time and not submitted, as far as the chain or the memory shows.
pub fn owes(view: &View<'_>, now: Moment) -> bool {
    let is_owed = |run: &Versioned<Run>, task: &Versioned<Task>| match view.note(task).stage {
        Stage::Refused => false,
        Stage::Submitted(slot) => run.slot > slot,
        _ => !run.execute_until.passed(now),
    };
    owed_runs(view).iter().any(|(task, run)| is_owed(run, task))
        || view
            .world
            .tasks
            .values()
            .any(|task| task.state == TaskState::Open && is_claim_unseen(task, view.note(task).stage))
}

/// The runs that this provider has claimed and not submitted.
fn owed_runs<'a>(view: &View<'a>) -> Vec<(&'a Versioned<Task>, &'a Versioned<Run>)> {
    view.world
        .runs
        .values()
        .filter(|run| run.provider == view.me && run.state == RunState::Claimed)
        .filter_map(|run| Some((view.world.tasks.get(&run.task)?, run)))
        .collect()
}

/// The runs that this provider has claimed come first: a missed deadline costs stake.
fn plan_owed(view: &View<'_>, owed: &[(&Versioned<Task>, &Versioned<Run>)], now: Moment) -> Vec<Action> {
    let mut actions = Vec::new();
    let mut executing = count(view, |stage| stage == Stage::Executing);
    let mut by_deadline: Vec<_> = owed.to_vec();
    by_deadline.sort_by_key(|(task, run)| (run.execute_until.unix, task.key));
    for (task, run) in by_deadline {
        let note = view.note(task);
        let late = run.execute_until.passed(now);
        match note.stage {
            Stage::Executing if late => actions.push(Action::Stop(task.key)),
            stage if stage.is_busy() || late || note.not_before > view.uptime => {}
            Stage::New | Stage::Declined => actions.push(Action::Fetch(task.key)),
            Stage::Fetched | Stage::Claimed(_) if executing < view.limits.max_runs.into() => {
                executing += 1;
                actions.push(Action::Execute(task.key));
            }
            Stage::Computed => actions.push(Action::Submit(task.key)),
            // A later reading that still shows the run unsubmitted: the transaction was on a fork that is gone.
            Stage::Submitted(slot) if run.slot > slot => actions.push(Action::Submit(task.key)),
            _ => {}
        }
    }
    let owed_tasks: BTreeSet<Pubkey> = owed.iter().map(|(task, _)| task.key).collect();
    actions.extend(
        view.memory
            .iter()
            .filter(|(task, note)| note.stage == Stage::Executing && !owed_tasks.contains(task))
            .map(|(task, _)| Action::Stop(*task)),
    );
    actions
}

/// Open tasks, the best paid first, as far as slots, stake and prefetching reach.
fn plan_claims(
    view: &View<'_>,
    me: &Versioned<Provider>,
    owed: &[(&Versioned<Task>, &Versioned<Run>)],
    now: Moment,
) -> Vec<Action> {
    if me.status != ProviderStatus::Active || !me.roles.compute {
        return Vec::new();
    }
    let mut open: Vec<(&Versioned<Task>, Note<Stage>)> = view
        .world
        .tasks
        .values()
        .filter(|task| task.state == TaskState::Open && !task.open_until.passed(now))
        .map(|task| (task, view.note(task)))
        .collect();
    open.sort_by_key(|(task, _)| (Reverse(task.terms.reward), task.key));

    // Claims that the accounts do not show yet take slots and stake all the same.
    let unseen = open.iter().filter(|(task, note)| is_claim_unseen(task, note.stage));
    let (unseen_runs, unseen_stake) = unseen.fold((0_u16, 0_u64), |(runs, stake), (task, _)| {
        (runs.saturating_add(1), stake.saturating_add(task.terms.run_lock))
    });
    let work = usize::from(view.limits.max_runs).saturating_sub(owed.len()).saturating_sub(unseen_runs.into());
    let registered = me.max_runs.saturating_sub(me.active_runs).saturating_sub(unseen_runs);
    let mut slots = work.min(registered.into());
    let mut stake = me.stake.free.saturating_sub(unseen_stake);
    let mut ahead = open.iter().filter(|(_, note)| matches!(note.stage, Stage::Fetching | Stage::Fetched)).count();

    let mut actions = Vec::new();
    for (task, note) in open {
        let terms = &task.terms;
        let wanted = terms.reward >= me.price_floor.max(view.limits.min_reward)
            && terms.run_lock <= me.stake.free
            && !task.excluded.contains(&view.me);
        if !wanted || note.not_before > view.uptime || is_claim_unseen(task, note.stage) {
            continue;
        }
        match note.stage {
            Stage::New if ahead < view.limits.prefetch.into() => {
                ahead += 1;
                actions.push(Action::Fetch(task.key));
            }
            Stage::Fetched | Stage::Claimed(_) if slots > 0 && terms.run_lock <= stake => {
                slots -= 1;
                stake -= terms.run_lock;
                actions.push(Action::Claim(task.key));
            }
            _ => {}
        }
    }
    actions
}

/// Due transitions: those of this provider's own runs at once, others' after a while and only if the operator wants it.
fn plan_due(view: &View<'_>, now: Moment) -> impl Iterator<Item = Action> {
    let patience = |due: &Due| patience(view, due);
    plan_cranks(view.world, view.cranks, &view.limits.cranks, view.uptime, now, patience)
        .into_iter()
        .map(|(task, due)| Action::Crank(task, due))
}

/// Seconds that this provider leaves a due transition to others; `None`: for ever. Those who gain by it are first.
fn patience(view: &View<'_>, due: &Due) -> Option<i64> {
    let run = due.run.and_then(|run| view.world.runs.get(&run));
    let is_mine = run.is_some_and(|run| run.provider == view.me);
    match due.crank {
        Crank::Uphold | Crank::Expire | Crank::CloseAudits if is_mine => Some(0),
        _ => view.limits.cranks.stranger_patience(&view.me),
    }
}

fn is_claim_unseen(task: &Versioned<Task>, stage: Stage) -> bool {
    match stage {
        Stage::Claiming => true,
        Stage::Claimed(slot) => task.slot <= slot,
        _ => false,
    }
}

fn count(view: &View<'_>, is: impl Fn(Stage) -> bool) -> usize {
    view.memory.iter().filter(|(_, note)| is(note.stage)).count()
}

impl View<'_> {
    fn note(&self, task: &Versioned<Task>) -> Note<Stage> {
        self.memory.note(&task.key, &task.terms_hash)
    }
}
