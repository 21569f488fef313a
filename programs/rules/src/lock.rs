use crate::amount::FULL_BPS;
use crate::split::bounty_for_no_show;
use crate::{BaseUnits, MarketParams, Refusal};

/// What a task pins about stake when it is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Locks {
    /// Locked by the provider for a run.
    pub run: BaseUnits,
    /// Locked by a verifier for an audit.
    pub audit: BaseUnits,
    /// Taken from a provider that does not submit in time: from the lock, then from unbonding stake.
    pub no_show: BaseUnits,
}

/// The locks of a task with this reward. Fails when the reward is below the market's minimum, when a lock does not fit,
/// or when the crank's part for a no-show exceeds what a no-show surely loses (a provider could then earn by not showing
/// up and cranking that itself).
pub fn locks_for(
    reward: BaseUnits,
    audit_reward: BaseUnits,
    crank_bounty: BaseUnits,
    params: &MarketParams,
) -> Result<Locks, Refusal> {
    if reward < params.min_reward {
        return Err(Refusal::RewardTooLow);
    }
    let run = required_lock(reward, audit_reward, params)?;
    let no_show = params.no_show_bps.of_ceil(reward)?.max(params.no_show_min);
    if bounty_for_no_show(crank_bounty) > no_show.min(run) {
        return Err(Refusal::BountyTooHigh);
    }
    Ok(Locks { run, audit: params.audit_lock_bps.of_ceil(reward)?, no_show })
}

/// The lock of a run: `max(min_lock_bps x reward, required)`.
///
/// A cheat wins `prize = reward + audit reward` (a ring may draw the auditor's ticket too, and agree with itself) with
/// probability `1 - q` and loses `(1 - a) x lock` with probability `q`, where `a` are the shares of a slash that a ring
/// gets back (challenger and requester). The lottery draws `x = audit rate x honest share` honest
/// winners on average, so at least one with probability `1 - e^-x` or more; `q = x - x^2 / 2` is below that. `required` is
/// the smallest whole amount with `(1 - a) x required > prize / q - prize`, so the expectation is below zero.
pub fn required_lock(reward: BaseUnits, audit_reward: BaseUnits, params: &MarketParams) -> Result<BaseUnits, Refusal> {
    let prize = reward.plus(audit_reward)?;
    let full = u128::from(FULL_BPS);
    let drawn = u128::from(params.audit_rate_bps.get())
        .checked_mul(u128::from(params.honest_auditors_bps.get()))
        .ok_or(Refusal::Overflow)?;
    // With whole = full^2 and x = drawn / whole: q = caught / all, all = 2 x whole^2, caught = 2 x drawn x whole - drawn^2.
    let whole = full.checked_mul(full).ok_or(Refusal::Overflow)?;
    let all = whole.checked_mul(whole).and_then(|square| square.checked_mul(2)).ok_or(Refusal::Overflow)?;
    let caught = drawn
        .checked_mul(2)
        .and_then(|twice| twice.checked_mul(whole))
        .and_then(|product| product.checked_sub(drawn.checked_mul(drawn)?))
        .ok_or(Refusal::AuditRate)?;
    let missed = all.checked_sub(caught).ok_or(Refusal::AuditRate)?;
    let gain = u128::from(prize.get())
        .checked_mul(missed)
        .and_then(|product| product.checked_mul(full))
        .ok_or(Refusal::Overflow)?;
    let loss = caught.checked_mul(u128::from(params.slash.sink_bps.get())).ok_or(Refusal::Overflow)?;
    let required = gain
        .checked_div(loss)
        .and_then(|quotient| quotient.checked_add(1))
        .and_then(|units| u64::try_from(units).ok())
        .ok_or(Refusal::Overflow)?;
    Ok(params.min_lock_bps.of_ceil(reward)?.max(BaseUnits::new(required)))
}
