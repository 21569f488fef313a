use crate::{Deadline, MarketParams, Moment, Refusal};

/// A parameter change is proposed: the earliest moment at which it may be applied, by the timelock in force and not by
/// the proposed one. A new proposal starts the wait anew.
pub fn plan_propose(
    inforce: &MarketParams,
    proposed: &MarketParams,
    native_mint: bool,
    now: Moment,
) -> Result<Deadline, Refusal> {
    proposed.validate(native_mint)?;
    now.after(inforce.timelock_seconds)
}

/// Whether a pending change may be applied now, by anyone.
pub const fn plan_apply(earliest: Option<Deadline>, now: Moment) -> Result<(), Refusal> {
    match earliest {
        None => Err(Refusal::NothingPending),
        Some(earliest) if earliest.passed(now) => Ok(()),
        Some(_) => Err(Refusal::TooEarly),
    }
}
