use crate::{MarketParams, Refusal};

/// Slots that a cluster is assumed to make per second at its fastest; deadlines wait for both clocks.
const SLOTS_PER_SECOND: u64 = 2;

/// A point in time on both of a cluster's clocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// Unix seconds.
    pub unix: i64,
    /// Slot.
    pub slot: u64,
}

impl Moment {
    /// The deadline `seconds` from here: that many unix seconds and two slots for each.
    pub fn after(self, seconds: u32) -> Result<Deadline, Refusal> {
        let slots = u64::from(seconds).checked_mul(SLOTS_PER_SECOND).ok_or(Refusal::Overflow)?;
        Ok(Deadline {
            unix: self.unix.checked_add(i64::from(seconds)).ok_or(Refusal::Overflow)?,
            slot: self.slot.checked_add(slots).ok_or(Refusal::Overflow)?,
        })
    }
}

/// A deadline. The party acts before it has passed, the crank after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deadline {
    /// Unix seconds.
    pub unix: i64,
    /// Slot.
    pub slot: u64,
}

impl Deadline {
    /// Whether both the unix time and the slot have been reached, so that a halted cluster slashes nobody.
    pub const fn passed(self, now: Moment) -> bool {
        now.unix >= self.unix && now.slot >= self.slot
    }

    /// The later of the two on each clock.
    pub fn later(self, other: Self) -> Self {
        Self { unix: self.unix.max(other.unix), slot: self.slot.max(other.slot) }
    }
}

/// How long each phase of a task lasts, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Windows {
    /// From creation: providers may claim.
    pub open_seconds: u32,
    /// From the claim: the provider must submit.
    pub execution_seconds: u32,
    /// From the submission: verifiers may post audits.
    pub audit_seconds: u32,
    /// From the submission: nothing is paid.
    pub challenge_seconds: u32,
}

impl Windows {
    /// Checks that every window is above zero, that challenge >= audit >= 2 x execution, and the market's maxima.
    pub fn validate(&self, params: &MarketParams) -> Result<(), Refusal> {
        if self.open_seconds == 0 || self.execution_seconds == 0 {
            return Err(Refusal::WindowZero);
        }
        if !ordered(self.execution_seconds, self.audit_seconds, self.challenge_seconds) {
            return Err(Refusal::WindowOrder);
        }
        if self.open_seconds > params.max_open_seconds
            || self.execution_seconds > params.max_execution_seconds
            || self.audit_seconds > params.max_audit_seconds
            || self.challenge_seconds > params.max_challenge_seconds
        {
            return Err(Refusal::WindowTooLong);
        }
        Ok(())
    }
}

/// challenge >= audit >= 2 x execution.
pub(crate) fn ordered(execution: u32, audit: u32, challenge: u32) -> bool {
    let twice = u64::from(execution).saturating_mul(2);
    challenge >= audit && u64::from(audit) >= twice
}
