use crate::claim::may_reopen;
use crate::{
    Action, BaseUnits, Deadline, Escrow, Moment, Refusal, TaskState, bounty_for_end, bounty_for_no_show, next_state,
};

/// What an expiry needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpirableTask {
    /// The task's state.
    pub state: TaskState,
    /// Until when it may be claimed.
    pub open_until: Deadline,
    /// Until when its run must be submitted; `None` without a run.
    pub execute_until: Option<Deadline>,
    /// Providers excluded so far.
    pub excluded: usize,
}

/// How a silence ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Nobody claimed: refund and close.
    Unclaimed,
    /// The claimer did not submit: others may claim.
    Reopened,
    /// The claimer did not submit and nobody else may claim: refund and close.
    Abandoned,
}

impl Ending {
    /// Whether the task is over.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Unclaimed | Self::Abandoned)
    }

    /// Whether a claimer failed to submit.
    pub const fn is_no_show(self) -> bool {
        matches!(self, Self::Reopened | Self::Abandoned)
    }
}

/// Ends a silence once its deadline has passed; returns the task's next state.
pub fn plan_expire(task: &ExpirableTask, now: Moment) -> Result<(TaskState, Ending), Refusal> {
    let (deadline, action, ending) = match (task.state, task.execute_until) {
        (TaskState::Open, _) => (task.open_until, Action::ExpireOpen, Ending::Unclaimed),
        (TaskState::Claimed, Some(until)) => {
            let excluded = task.excluded.saturating_add(1);
            if !task.open_until.passed(now) && may_reopen(excluded) {
                (until, Action::Reopen, Ending::Reopened)
            } else {
                (until, Action::Abandon, Ending::Abandoned)
            }
        }
        _ => return Err(Refusal::WrongState),
    };
    if !deadline.passed(now) {
        return Err(Refusal::TooEarly);
    }
    Ok((next_state(task.state, action)?, ending))
}

/// A claimer's lock when it did not submit. `slashed + released` is the lock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoShowPayout {
    /// Of the lock, to the requester.
    pub slashed: BaseUnits,
    /// Of the lock, freed.
    pub released: BaseUnits,
}

/// Shares the lock of a provider that did not submit.
pub fn no_show_payout(lock: BaseUnits, no_show: BaseUnits) -> Result<NoShowPayout, Refusal> {
    let slashed = no_show.min(lock);
    Ok(NoShowPayout { slashed, released: lock.minus(slashed)? })
}

/// What an expiry pays out of the escrow. The parts sum to its `held`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RefundPayout {
    /// To whoever sent the crank.
    pub cranker: BaseUnits,
    /// Back to the requester; nothing while the task goes on.
    pub requester: BaseUnits,
    /// Stays in the vault; nothing once the task is over.
    pub kept: BaseUnits,
}

/// Shares the escrow at an expiry: the crank earns a sixteenth of the bounty for a no-show and half of it for an end.
/// `cranker`: the crank's sender gave an account to be paid to.
pub fn refund_payout(escrow: &Escrow, ending: Ending, cranker: bool) -> Result<RefundPayout, Refusal> {
    let mut part = BaseUnits::ZERO;
    if cranker && ending.is_no_show() {
        part = part.plus(bounty_for_no_show(escrow.crank_bounty))?;
    }
    if cranker && ending.is_final() {
        part = part.plus(bounty_for_end(escrow.crank_bounty))?;
    }
    let rest = escrow.held.minus(part)?;
    Ok(if ending.is_final() {
        RefundPayout { cranker: part, requester: rest, kept: BaseUnits::ZERO }
    } else {
        RefundPayout { cranker: part, requester: BaseUnits::ZERO, kept: rest }
    })
}
