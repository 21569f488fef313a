use crate::{
    BaseUnits, Ending, Refusal, RewardSplits, SlashShares, audit_shares, bounty_for_end, bounty_for_no_show, halves,
};

/// The money in a task's vault, and what of it concerns one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Escrow {
    /// What the vault owes at this moment; dust that strangers sent is beyond it.
    pub held: BaseUnits,
    /// Of that, kept for auditors of runs that were settled before.
    pub kept_for_auditors: BaseUnits,
    /// The reward of a run.
    pub reward: BaseUnits,
    /// The audit reward of this run, what was paid for a forced audit included.
    pub audit_reward: BaseUnits,
    /// The whole crank bounty.
    pub crank_bounty: BaseUnits,
    /// How many runs the policy asks for.
    pub runs: u8,
}

/// What a task's vault holds in the beginning: every run's reward and audit reward, and the bounty.
pub fn escrow_needed(
    runs: u8,
    reward: BaseUnits,
    audit_reward: BaseUnits,
    crank_bounty: BaseUnits,
) -> Result<BaseUnits, Refusal> {
    let per_run = reward.plus(audit_reward)?;
    let all = per_run.get().checked_mul(u64::from(runs)).ok_or(Refusal::Overflow)?;
    BaseUnits::new(all).plus(crank_bounty)
}

/// Who gets what of the escrow when a run is upheld. With `kept` they sum to `held`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UpheldPayout {
    /// Into the provider's stake.
    pub provider: BaseUnits,
    /// Into the fee vault.
    pub treasury: BaseUnits,
    /// To the model's payout wallet.
    pub model: BaseUnits,
    /// To whoever sent the crank.
    pub cranker: BaseUnits,
    /// Back to the requester.
    pub requester: BaseUnits,
    /// What the vault owes afterwards.
    pub kept: BaseUnits,
    /// Of that, for this run's auditors.
    pub kept_for_auditors: BaseUnits,
}

/// The payout of an upheld run. `earning`: audits that are to be rewarded; `last`: no run is left; `cranker`: the crank's
/// sender gave an account to be paid to.
pub fn upheld_payout(
    escrow: &Escrow,
    splits: &RewardSplits,
    has_model: bool,
    earning: u16,
    last: bool,
    cranker: bool,
) -> Result<UpheldPayout, Refusal> {
    let reward = splits.split(escrow.reward, has_model)?;
    let kept_for_auditors = audit_shares(escrow.audit_reward, earning)?;
    let cranker = end_part(escrow, cranker);
    let unspent = escrow.audit_reward.minus(kept_for_auditors)?;
    let rest = escrow.held.minus(escrow.reward)?.minus(cranker)?;
    let requester = if last { rest.minus(escrow.kept_for_auditors)?.minus(kept_for_auditors)? } else { unspent };
    Ok(UpheldPayout {
        provider: reward.provider,
        treasury: reward.treasury,
        model: reward.model,
        cranker,
        requester,
        kept: rest.minus(requester)?,
        kept_for_auditors,
    })
}

/// What a run that is not paid gives back of the escrow. The parts sum to `held`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RefundPayout {
    /// To whoever sent the crank.
    pub cranker: BaseUnits,
    /// Back to the requester: reward and audit reward of the run; with the last run everything that no auditor is owed.
    pub requester: BaseUnits,
    /// What the vault owes afterwards.
    pub kept: BaseUnits,
}

/// The escrow's part of a run that was slashed or void.
pub fn lost_refund(escrow: &Escrow, last: bool, cranker: bool) -> Result<RefundPayout, Refusal> {
    let cranker = end_part(escrow, cranker);
    let rest = escrow.held.minus(cranker)?;
    let requester =
        if last { rest.minus(escrow.kept_for_auditors)? } else { escrow.reward.plus(escrow.audit_reward)? };
    Ok(RefundPayout { cranker, requester, kept: rest.minus(requester)? })
}

/// The escrow's part of an expiry. A no-show gives nothing back while the task goes on, since its slot is free again; a
/// run that was not revealed is lost; with the end of the task everything goes back.
pub fn refund_payout(escrow: &Escrow, ending: Ending, last: bool, cranker: bool) -> Result<RefundPayout, Refusal> {
    if ending != Ending::NoShow {
        return lost_refund(escrow, last, cranker);
    }
    let no_show = if cranker { bounty_for_no_show(escrow.crank_bounty) } else { BaseUnits::ZERO };
    let held = escrow.held.minus(no_show)?;
    if !last {
        return Ok(RefundPayout { cranker: no_show, requester: BaseUnits::ZERO, kept: held });
    }
    let refund = lost_refund(&Escrow { held, ..*escrow }, true, cranker)?;
    Ok(RefundPayout { cranker: refund.cranker.plus(no_show)?, ..refund })
}

/// Who gets what of a slashed lock. The parts sum to the lock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SlashPayout {
    /// To the first auditor that is paid: half of the challengers' share and its odd unit; all of it if there is one only.
    pub first_auditor: BaseUnits,
    /// To the second auditor that is paid.
    pub second_auditor: BaseUnits,
    /// To the requester.
    pub requester: BaseUnits,
    /// Burned or insured: the challengers' share too where there is no auditor to pay.
    pub sink: BaseUnits,
}

/// Shares a slashed lock among at most two auditors, the requester and the sink. A provider that did not reveal loses it
/// with no auditor to pay.
pub fn slash_payout(lock: BaseUnits, shares: &SlashShares, auditors: usize) -> Result<SlashPayout, Refusal> {
    let slash = shares.split(lock)?;
    let (first_auditor, second_auditor, unclaimed) = match auditors {
        0 => (BaseUnits::ZERO, BaseUnits::ZERO, slash.challenger),
        1 => (slash.challenger, BaseUnits::ZERO, BaseUnits::ZERO),
        _ => {
            let (first, second) = halves(slash.challenger)?;
            (first, second, BaseUnits::ZERO)
        }
    };
    Ok(SlashPayout { first_auditor, second_auditor, requester: slash.requester, sink: slash.sink.plus(unclaimed)? })
}

fn end_part(escrow: &Escrow, cranker: bool) -> BaseUnits {
    if cranker { bounty_for_end(escrow.crank_bounty, escrow.runs) } else { BaseUnits::ZERO }
}
