use super::{Decision, SlotState, TaskView};
use crate::task::decide::decide;
use crate::{Action, Moment, Refusal, next_state};

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Paid.
    Upheld,
    /// Refuted or outvoted.
    Slashed,
    /// Neither: its reward goes back and its lock is freed.
    Void,
}

/// What a settlement needs to know of the run beyond its slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SettleFacts {
    /// The caller shows two audits by different verifiers that differ from the run in the same way.
    pub pair_shown: bool,
    /// Disputes on the run that are not settled.
    pub open_disputes: u16,
    /// Disputes on the task's other runs that are not settled. While there are any, nothing is upheld or outvoted: they may
    /// refute this run's root too, or the roots that would outvote it.
    pub other_disputes: u16,
}

/// What a settlement does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement<R> {
    /// Decides the run and pays.
    Decide {
        /// The task after it.
        task: TaskView<R>,
        /// The decision.
        outcome: Outcome,
        /// No run is left: everything that the auditors are not owed goes out.
        last: bool,
    },
    /// The run was decided before: only audits are closed.
    Close(Outcome),
}

/// Decides a run, or says how it was decided.
///
/// **Interim rule**, for local networks and devnet until the referee replaces it: two verifiers that differ from the run
/// in the same way refute it, at once; what survives is decided by [`decide`] when the challenge window has passed. Two
/// colluding verifiers can therefore slash an honest provider.
pub fn plan_settle<R: Copy + Eq>(
    task: &TaskView<R>,
    slot: usize,
    facts: &SettleFacts,
    now: Moment,
) -> Result<Settlement<R>, Refusal> {
    let run = task.slot(slot)?;
    match run.state {
        SlotState::Upheld => return Ok(Settlement::Close(Outcome::Upheld)),
        SlotState::Slashed => return Ok(Settlement::Close(Outcome::Slashed)),
        SlotState::Void => return Ok(Settlement::Close(Outcome::Void)),
        SlotState::Free | SlotState::Claimed | SlotState::Sealed => return Err(Refusal::WrongRunState),
        SlotState::Submitted | SlotState::Refuted => {}
    }
    next_state(task.state, Action::SettleRun)?;
    if facts.open_disputes > 0 {
        return Err(Refusal::DisputesOpen);
    }
    let (decided, outcome) = decided(task, slot, facts, now)?;
    let end = match outcome {
        Outcome::Upheld => SlotState::Upheld,
        Outcome::Slashed => SlotState::Slashed,
        Outcome::Void => SlotState::Void,
    };
    let next = decided.with_end(slot, end)?;
    Ok(Settlement::Decide { task: next, outcome, last: !next.has_live_run() })
}

fn decided<R: Copy + Eq>(
    task: &TaskView<R>,
    slot: usize,
    facts: &SettleFacts,
    now: Moment,
) -> Result<(TaskView<R>, Outcome), Refusal> {
    let run = task.slot(slot)?;
    if run.state == SlotState::Refuted {
        return Ok((*task, Outcome::Slashed));
    }
    let mut next = *task;
    if next.decision == Decision::Undecided {
        // Once a decision is pinned it holds for all runs: a pair that nobody showed before comes too late.
        if facts.pair_shown {
            return Ok((next.refuted(run.root), Outcome::Slashed));
        }
        if facts.other_disputes > 0 {
            return Err(Refusal::DisputesOpen);
        }
        if !task.challenge_until.passed(now) {
            return Err(Refusal::TooEarly);
        }
        next.decision = decide(task);
    }
    let outcome = match next.decision {
        Decision::Root(root) if root == run.root => Outcome::Upheld,
        Decision::Root(_) => Outcome::Slashed,
        Decision::Void | Decision::Undecided => Outcome::Void,
    };
    Ok((next, outcome))
}
