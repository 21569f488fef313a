use crate::{Refusal, Stake};

/// Whether a provider may leave for good: it owes nothing and the vault owes it nothing.
pub fn plan_leave(stake: &Stake, active_runs: u16, active_audits: u16) -> Result<(), Refusal> {
    if active_runs > 0 || active_audits > 0 {
        return Err(Refusal::WorkLeft);
    }
    if stake.total()?.is_zero() { Ok(()) } else { Err(Refusal::StakeLeft) }
}
