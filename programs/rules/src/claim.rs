use crate::{Action, BaseUnits, Deadline, MAX_EXCLUDED, Moment, Refusal, TaskState, Windows, next_state};

/// What a claim needs to know of its task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenTask {
    /// The task's state.
    pub state: TaskState,
    /// Until when it may be claimed.
    pub open_until: Deadline,
    /// The reward of a run.
    pub reward: BaseUnits,
    /// What a run locks.
    pub run_lock: BaseUnits,
    /// The task's windows.
    pub windows: Windows,
}

/// What a claim needs to know of the provider that claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claimant {
    /// Takes new work.
    pub active: bool,
    /// Has the compute role.
    pub compute: bool,
    /// Belongs to the task's market.
    pub same_market: bool,
    /// Failed this task before.
    pub excluded: bool,
    /// Runs it has open.
    pub active_runs: u16,
    /// Runs it will have open at most.
    pub max_runs: u16,
    /// Lowest reward it takes.
    pub price_floor: BaseUnits,
}

/// A claim, granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimStep {
    /// The task's next state.
    pub state: TaskState,
    /// To be locked by the provider.
    pub lock: BaseUnits,
    /// Until when the provider must submit.
    pub execute_until: Deadline,
    /// The provider's open runs, with this one.
    pub active_runs: u16,
}

/// A provider claims an open task before its deadline.
pub fn plan_claim(task: &OpenTask, by: &Claimant, now: Moment) -> Result<ClaimStep, Refusal> {
    let state = next_state(task.state, Action::Claim)?;
    if task.open_until.passed(now) {
        return Err(Refusal::TooLate);
    }
    if !by.same_market {
        return Err(Refusal::OtherMarket);
    }
    if !by.active {
        return Err(Refusal::ProviderDraining);
    }
    if !by.compute {
        return Err(Refusal::RoleMissing);
    }
    if by.excluded {
        return Err(Refusal::ProviderExcluded);
    }
    if by.active_runs >= by.max_runs {
        return Err(Refusal::RunsFull);
    }
    if task.reward < by.price_floor {
        return Err(Refusal::BelowPriceFloor);
    }
    Ok(ClaimStep {
        state,
        lock: task.run_lock,
        execute_until: now.after(task.windows.execution_seconds)?,
        active_runs: by.active_runs.checked_add(1).ok_or(Refusal::Overflow)?,
    })
}

/// Whether a task that has excluded this many providers may still be claimed.
pub(crate) const fn may_reopen(excluded: usize) -> bool {
    excluded < MAX_EXCLUDED
}
