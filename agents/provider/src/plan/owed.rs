//! Runs that this provider has claimed and owes the root of.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use tessera_chain::rules::reveal_phase;
use tessera_chain::{Deadline, Moment, Policy, Pubkey, Run, RunState, Task, Versioned};
use tessera_node::Note;
use tessera_node::eligibility::may_release;

use super::{Action, Stage, View};

/// A run whose root is not shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owed<'a> {
    pub task: &'a Versioned<Task>,
    pub run: &'a Versioned<Run>,
    /// Until when a sealed run must be shown; `None` for a claimed one, and while the reveal is not open.
    reveal_until: Option<Deadline>,
}

impl Owed<'_> {
    pub fn is_late(&self, now: Moment) -> bool {
        match self.run.state {
            RunState::Sealed => self.reveal_until.is_some_and(|until| until.passed(now)),
            _ => self.run.execute_until.passed(now),
        }
    }

    fn is_sealed(&self) -> bool {
        self.run.state == RunState::Sealed
    }

    /// What comes first costs most when it is missed: reveals, then what ends soonest.
    fn urgency(&self) -> (Reverse<bool>, i64, Pubkey) {
        let until = self.reveal_until.unwrap_or(self.run.execute_until);
        (Reverse(self.reveal_until.is_some()), until.unix, self.task.key)
    }
}

/// The runs that this provider has claimed or sealed and not shown.
pub(super) fn owed_runs<'a>(view: &View<'a>, now: Moment) -> Vec<Owed<'a>> {
    let is_owed =
        |run: &&Versioned<Run>| run.provider == view.me && matches!(run.state, RunState::Claimed | RunState::Sealed);
    let owed = |run: &'a Versioned<Run>| {
        let task = view.world.tasks.get(&run.task)?;
        let phase = reveal_phase(&task.view(), now.into()).ok().flatten();
        let reveal_until = phase.filter(|_| run.state == RunState::Sealed).map(Deadline::from);
        Some(Owed { task, run, reveal_until })
    };
    view.world.runs.values().filter(is_owed).filter_map(owed).collect()
}

/// The runs that this provider has claimed come first: a missed deadline costs stake.
pub(super) fn plan(view: &View<'_>, owed: &[Owed<'_>], now: Moment) -> Vec<Action> {
    let mut actions = Vec::new();
    let mut executing = view.count(|stage| stage == Stage::Executing);
    let mut by_urgency: Vec<_> = owed.to_vec();
    by_urgency.sort_by_key(Owed::urgency);
    for owed in by_urgency {
        let (key, note) = (owed.task.key, view.note(owed.task));
        let late = owed.is_late(now);
        if note.stage == Stage::Executing && late {
            actions.push(Action::Stop(key));
        }
        if note.stage.is_busy() || late || note.not_before > view.uptime {
            continue;
        }
        let action = if owed.is_sealed() { sealed(&owed, note.stage) } else { claimed(&owed, &note, now) };
        match action {
            Some(Action::Execute(_)) if executing >= view.limits.max_runs.into() => {}
            Some(action) => {
                executing += usize::from(matches!(action, Action::Execute(_)));
                actions.push(action);
            }
            None => {}
        }
    }
    let owed_tasks: BTreeSet<Pubkey> = owed.iter().map(|owed| owed.task.key).collect();
    let gone = view.memory.iter().filter(|(task, note)| note.stage == Stage::Executing && !owed_tasks.contains(task));
    actions.extend(gone.map(|(task, _)| Action::Stop(*task)));
    actions
}

fn claimed(owed: &Owed<'_>, note: &Note<Stage>, now: Moment) -> Option<Action> {
    let (task, run) = (owed.task, owed.run);
    // A later reading that still shows the run as it was: the transaction was on a fork that is gone.
    let is_undone = |slot| run.slot > slot;
    match note.stage {
        Stage::New | Stage::Declined if is_hopeless(owed, note, now) => Some(Action::Release(task.key)),
        Stage::New | Stage::Declined => Some(Action::Fetch(task.key)),
        Stage::Refused => may_release(task, run, now).then_some(Action::Release(task.key)),
        Stage::Released(slot) if is_undone(slot) => Some(Action::Fetch(task.key)),
        Stage::Fetched | Stage::Claimed(_) => Some(Action::Execute(task.key)),
        Stage::Computed => Some(show(task)),
        Stage::Sealed(slot) | Stage::Submitted(slot) if is_undone(slot) => Some(show(task)),
        _ => None,
    }
}

/// What commits a claimed run to its root.
fn show(task: &Versioned<Task>) -> Action {
    match task.terms.policy {
        Policy::Optimistic => Action::Submit(task.key),
        Policy::Redundant { .. } => Action::Seal(task.key),
    }
}

/// Whether the data of a claimed run, which were there before the claim, could not be had since, and most of the time in
/// which it can be given back without a loss has passed.
fn is_hopeless(owed: &Owed<'_>, note: &Note<Stage>, now: Moment) -> bool {
    let grace = i64::from(owed.task.terms.windows.grace_seconds);
    let waited = now.unix.saturating_sub(owed.run.claimed_at.unix);
    note.failures > 0 && waited.saturating_mul(2) >= grace && may_release(owed.task, owed.run, now)
}

fn sealed(owed: &Owed<'_>, stage: Stage) -> Option<Action> {
    let key = owed.task.key;
    match stage {
        // The process that sealed it is gone, and so is its record: the root is found again.
        Stage::New | Stage::Declined => Some(Action::Fetch(key)),
        Stage::Fetched | Stage::Claimed(_) => Some(Action::Execute(key)),
        Stage::Computed | Stage::Sealed(_) => owed.reveal_until.map(|_| Action::Reveal(key)),
        Stage::Submitted(slot) if owed.run.slot > slot => owed.reveal_until.map(|_| Action::Reveal(key)),
        _ => None,
    }
}
