use super::{Slot, SlotState, TaskView};
use crate::{Action, BaseUnits, Capabilities, Deadline, MAX_EXCLUDED, Moment, Refusal, Requirements};

/// What a claim needs to know of the terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimTerms {
    /// The reward of a run.
    pub reward: BaseUnits,
    /// What a run locks.
    pub run_lock: BaseUnits,
    /// What is asked of a provider.
    pub requirements: Requirements,
    /// Only the shortlist may claim.
    pub named_only: bool,
    /// Until when only the shortlist may claim; the creation where nobody has precedence.
    pub exclusive_until: Deadline,
    /// The market takes no new claims.
    pub paused: bool,
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
    /// Released this task or failed it before.
    pub excluded: bool,
    /// Has one of the task's slots.
    pub has_slot: bool,
    /// Is on the task's shortlist.
    pub listed: bool,
    /// What it has.
    pub capabilities: Capabilities,
    /// Runs it has open.
    pub active_runs: u16,
    /// Runs it will have open at most.
    pub max_runs: u16,
    /// Lowest reward it takes.
    pub price_floor: BaseUnits,
}

/// A claim, granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimStep<R> {
    /// The task after it.
    pub task: TaskView<R>,
    /// The slot that the provider has.
    pub slot: usize,
    /// To be locked by the provider.
    pub lock: BaseUnits,
    /// Until when the provider must submit, or seal.
    pub execute_until: Deadline,
    /// The provider's open runs, with this one.
    pub active_runs: u16,
}

/// A provider claims a free slot before the open window has passed.
pub fn plan_claim<R: Copy + Eq>(
    task: &TaskView<R>,
    terms: &ClaimTerms,
    by: &Claimant,
    now: Moment,
) -> Result<ClaimStep<R>, Refusal> {
    if terms.paused {
        return Err(Refusal::MarketPaused);
    }
    let index = task.free_slot().ok_or(Refusal::WrongState)?;
    let taken = task.with_slot(index, Slot { state: SlotState::Claimed, ..task.slot(index)?.emptied() })?;
    let action = if taken.free_slot().is_some() { Action::Claim } else { Action::ClaimLast };
    let next = taken.moved(action)?;
    if task.open_until.passed(now) {
        return Err(Refusal::TooLate);
    }
    if usize::from(task.excluded) >= MAX_EXCLUDED {
        return Err(Refusal::ExclusionsFull);
    }
    by.may_claim(terms, now)?;
    Ok(ClaimStep {
        task: next,
        slot: index,
        lock: terms.run_lock,
        execute_until: now.after(task.windows.execution_seconds)?,
        active_runs: by.active_runs.checked_add(1).ok_or(Refusal::Overflow)?,
    })
}

impl Claimant {
    fn may_claim(&self, terms: &ClaimTerms, now: Moment) -> Result<(), Refusal> {
        if !self.same_market {
            return Err(Refusal::OtherMarket);
        }
        if !self.active {
            return Err(Refusal::ProviderDraining);
        }
        if !self.compute {
            return Err(Refusal::RoleMissing);
        }
        if self.excluded {
            return Err(Refusal::ProviderExcluded);
        }
        // One provider with two slots would agree with itself.
        if self.has_slot {
            return Err(Refusal::AlreadyRunning);
        }
        if !self.listed && terms.named_only {
            return Err(Refusal::NotNamed);
        }
        if !self.listed && !terms.exclusive_until.passed(now) {
            return Err(Refusal::ExclusiveWindow);
        }
        if self.active_runs >= self.max_runs {
            return Err(Refusal::RunsFull);
        }
        if terms.reward < self.price_floor {
            return Err(Refusal::BelowPriceFloor);
        }
        terms.requirements.met_by(&self.capabilities)
    }
}

/// A provider gives a claim back in its grace period: nothing is slashed, the slot is free, the provider excluded, so
/// that it cannot do this twice.
pub fn plan_release<R: Copy + Eq>(
    task: &TaskView<R>,
    slot: usize,
    claimed_at: Moment,
    now: Moment,
) -> Result<TaskView<R>, Refusal> {
    let next = task.moved(Action::Release)?;
    task.slot_in(slot, SlotState::Claimed)?;
    if task.windows.grace_seconds == 0 || claimed_at.after(task.windows.grace_seconds)?.passed(now) {
        return Err(Refusal::TooLate);
    }
    Ok(next.without_run(slot)?.opened_reveal(now))
}
