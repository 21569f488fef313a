use crate::{MarketParams, Policy, Refusal};

/// How long each phase of a task lasts, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Windows {
    /// From creation: providers may claim.
    pub open_seconds: u32,
    /// From the claim: the provider must submit, or seal.
    pub execution_seconds: u32,
    /// From the start of the windows: verifiers may claim audits.
    pub audit_seconds: u32,
    /// From the start of the windows: nothing is paid.
    pub challenge_seconds: u32,
    /// From creation: only the shortlist may claim. Zero without a shortlist.
    pub exclusive_seconds: u32,
    /// From the claim: the provider may still release it unharmed. Zero: it may not.
    pub grace_seconds: u32,
    /// From the start of the reveal: sealed runs must show their roots. Zero exactly for one run.
    pub reveal_seconds: u32,
}

impl Windows {
    /// Checks the order of the windows, the market's maxima and what the policy asks for. `listed`: how many providers
    /// the shortlist names.
    pub fn validate(&self, params: &MarketParams, policy: Policy, listed: usize) -> Result<(), Refusal> {
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
            || self.reveal_seconds > params.max_reveal_seconds
            || self.grace_seconds > params.max_grace_seconds
        {
            return Err(Refusal::WindowTooLong);
        }
        if !covers_draw(self.audit_seconds, params.draw_delay_slots) {
            return Err(Refusal::WindowBelowDraw);
        }
        if self.exclusive_seconds > self.open_seconds || (self.exclusive_seconds > 0 && listed == 0) {
            return Err(Refusal::ExclusiveWindowInvalid);
        }
        if self.grace_seconds >= self.execution_seconds {
            return Err(Refusal::GraceTooLong);
        }
        // One run has nothing to reveal; several without time to reveal would all be slashed for silence.
        if (self.reveal_seconds > 0) != policy.is_redundant() {
            return Err(Refusal::RevealWindowInvalid);
        }
        Ok(())
    }
}

/// challenge >= audit >= 2 x execution.
pub(crate) fn ordered(execution: u32, audit: u32, challenge: u32) -> bool {
    let twice = u64::from(execution).saturating_mul(2);
    challenge >= audit && u64::from(audit) >= twice
}

/// Whether an audit window leaves verifiers as many slots to claim in as the draw delays: a window lasts two slots a
/// second at least. A shorter one could end before any ticket can win, and the audit rate would be zero.
pub(crate) fn covers_draw(seconds: u32, draw_delay_slots: u16) -> bool {
    seconds >= u32::from(draw_delay_slots)
}
