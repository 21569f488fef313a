//! Which transitions anyone may send now.

use anchor_lang::prelude::Pubkey;
use tessera::state::{Audit, Moment, Run, Task, TaskState, Verdict};

use crate::versioned::Versioned;
use crate::world::World;

/// A transition that waits for somebody to send it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// Which one.
    pub crank: Crank,
    /// The run that it is about; `None` for a task that nobody claimed.
    pub run: Option<Pubkey>,
    /// Unix seconds since when it waits, as far as the accounts tell.
    pub since: i64,
}

/// The permissionless transitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Crank {
    /// `task_settle`: the challenge window has passed, the run is upheld.
    Uphold,
    /// `task_settle`: two audits refute the run.
    Slash,
    /// `task_settle`: the run is decided and has audits that are not closed.
    CloseAudits,
    /// `task_expire`: nobody claimed, or the claimer did not submit.
    Expire,
}

/// What is due for a task, if anything.
pub fn due(world: &World, task: &Versioned<Task>, now: Moment) -> Option<Due> {
    let run = world.runs_of(task.key).max_by_key(|run| run.claimed_at.slot);
    let about = |crank, run: &Versioned<Run>, since| Some(Due { crank, run: Some(run.key), since });
    match (task.state, run) {
        (TaskState::Open, _) if task.open_until.passed(now) => {
            Some(Due { crank: Crank::Expire, run: None, since: task.open_until.unix })
        }
        (TaskState::Claimed, Some(run)) if run.execute_until.passed(now) => {
            about(Crank::Expire, run, run.execute_until.unix)
        }
        (TaskState::Disputed, Some(run)) if refuting_pair(world, run).is_some() => {
            let since = refuting_pair(world, run).map_or(0, |(_, second)| second.posted_at.unix);
            about(Crank::Slash, run, since)
        }
        (TaskState::Submitted | TaskState::Disputed, Some(run)) if run.challenge_until.passed(now) => {
            about(Crank::Uphold, run, run.challenge_until.unix)
        }
        (TaskState::Settled | TaskState::Expired, Some(run)) if run.audits_open > 0 => {
            about(Crank::CloseAudits, run, run.challenge_until.unix.min(now.unix))
        }
        _ => None,
    }
}

/// The first two audits, in the order in which they were posted, that differ from the run in the same way and are of
/// different authorities.
pub fn refuting_pair<'a>(
    world: &'a World,
    run: &Versioned<Run>,
) -> Option<(&'a Versioned<Audit>, &'a Versioned<Audit>)> {
    first_pair(world.audits_of(run.key))
}

/// [`refuting_pair`] among the given audits of one run.
pub(crate) fn first_pair<'a>(
    audits: impl Iterator<Item = &'a Versioned<Audit>>,
) -> Option<(&'a Versioned<Audit>, &'a Versioned<Audit>)> {
    let mut differing: Vec<_> = audits.filter(|audit| audit.verdict == Verdict::Differs).collect();
    differing.sort_by_key(|audit| audit.ordinal);
    differing.iter().enumerate().find_map(|(place, second)| {
        let first = differing
            .iter()
            .take(place)
            .find(|first| first.root == second.root && first.authority != second.authority)?;
        Some((*first, *second))
    })
}
