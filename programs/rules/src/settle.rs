use crate::{
    Action, BaseUnits, Deadline, Moment, Refusal, RewardSplits, SlashShares, TaskState, Verdict, bounty_for_end,
    halves, next_state,
};

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Paid.
    Upheld,
    /// Refuted.
    Slashed,
}

/// What a settlement needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettleFacts {
    /// The task's state.
    pub state: TaskState,
    /// Until when nothing is paid.
    pub challenge_until: Deadline,
    /// Two audits by different verifiers differ from the run in the same way: pinned when the second was posted, or
    /// shown by the caller.
    pub refuted: bool,
}

/// What a settlement does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// Decides the run and pays.
    Decide {
        /// The task's next state.
        state: TaskState,
        /// The decision.
        outcome: Outcome,
    },
    /// The run was decided before: only audits are closed.
    Close(Outcome),
}

/// Decides a run, or says how it was decided.
///
/// **Interim rule**, for local networks and devnet until the referee replaces it: two verifiers that differ from the run
/// in the same way refute it, at once; a lone one loses when the challenge window has passed. Two colluding verifiers can
/// therefore slash an honest provider.
pub fn plan_settle(facts: &SettleFacts, now: Moment) -> Result<Settlement, Refusal> {
    let decide = |action, outcome| Ok(Settlement::Decide { state: next_state(facts.state, action)?, outcome });
    match facts.state {
        TaskState::Settled => Ok(Settlement::Close(Outcome::Upheld)),
        TaskState::Expired => Ok(Settlement::Close(Outcome::Slashed)),
        TaskState::Disputed if facts.refuted => decide(Action::Slash, Outcome::Slashed),
        TaskState::Submitted | TaskState::Disputed if facts.challenge_until.passed(now) => {
            decide(Action::Uphold, Outcome::Upheld)
        }
        TaskState::Submitted | TaskState::Disputed => Err(Refusal::TooEarly),
        TaskState::Open | TaskState::Claimed | TaskState::Cancelled => Err(Refusal::WrongState),
    }
}

/// The money in a task's vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Escrow {
    /// What the vault owes at this moment; dust that strangers sent is beyond it.
    pub held: BaseUnits,
    /// The reward of the run.
    pub reward: BaseUnits,
    /// The reward of the first agreeing auditor.
    pub audit_reward: BaseUnits,
    /// The whole crank bounty.
    pub crank_bounty: BaseUnits,
}

/// Who gets what of the escrow when a run is upheld. The parts sum to `held`.
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
    /// Stays in the vault until the first agreeing audit is closed.
    pub kept_for_auditor: BaseUnits,
}

/// The payout of an upheld run. `cranker`: the crank's sender gave an account to be paid to.
pub fn upheld_payout(
    escrow: &Escrow,
    splits: &RewardSplits,
    has_model: bool,
    audited: bool,
    cranker: bool,
) -> Result<UpheldPayout, Refusal> {
    let reward = splits.split(escrow.reward, has_model)?;
    let kept_for_auditor = if audited { escrow.audit_reward } else { BaseUnits::ZERO };
    let cranker = crank_part(escrow, cranker);
    let requester = escrow.held.minus(escrow.reward)?.minus(kept_for_auditor)?.minus(cranker)?;
    Ok(UpheldPayout {
        provider: reward.provider,
        treasury: reward.treasury,
        model: reward.model,
        cranker,
        requester,
        kept_for_auditor,
    })
}

/// Who gets what when a run is slashed. `cranker + refund` is the escrow's `held`, the rest sums to the lock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SlashPayout {
    /// Of the escrow, to whoever sent the crank.
    pub cranker: BaseUnits,
    /// Of the escrow, back to the requester.
    pub refund: BaseUnits,
    /// Of the lock, to the first of the two auditors: half of the challengers' share and its odd unit.
    pub first_auditor: BaseUnits,
    /// Of the lock, to the second of the two auditors.
    pub second_auditor: BaseUnits,
    /// Of the lock, to the requester.
    pub requester: BaseUnits,
    /// Of the lock, burned or insured.
    pub sink: BaseUnits,
}

/// The payout of a slashed run. `cranker`: the crank's sender gave an account to be paid to.
pub fn slash_payout(
    escrow: &Escrow,
    lock: BaseUnits,
    shares: &SlashShares,
    cranker: bool,
) -> Result<SlashPayout, Refusal> {
    let cranker = crank_part(escrow, cranker);
    let slash = shares.split(lock)?;
    let (first_auditor, second_auditor) = halves(slash.challenger)?;
    Ok(SlashPayout {
        cranker,
        refund: escrow.held.minus(cranker)?,
        first_auditor,
        second_auditor,
        requester: slash.requester,
        sink: slash.sink,
    })
}

fn crank_part(escrow: &Escrow, cranker: bool) -> BaseUnits {
    if cranker { bounty_for_end(escrow.crank_bounty) } else { BaseUnits::ZERO }
}

/// What becomes of an audit's lock when the audit is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditEnd {
    /// Freed.
    Released,
    /// Freed, and the audit reward is paid: the first that agreed with an upheld run.
    Rewarded,
    /// Paid to the provider whose upheld run it differed from.
    LostToProvider,
    /// Burned or insured: it agreed with a slashed run.
    LostToSink,
}

/// What becomes of an audit's lock.
pub const fn audit_end(outcome: Outcome, verdict: Verdict, first_agreeing: bool) -> AuditEnd {
    match (outcome, verdict) {
        (Outcome::Upheld, Verdict::Agrees) if first_agreeing => AuditEnd::Rewarded,
        (Outcome::Upheld, Verdict::Agrees) | (Outcome::Slashed, Verdict::Differs) => AuditEnd::Released,
        (Outcome::Upheld, Verdict::Differs) => AuditEnd::LostToProvider,
        (Outcome::Slashed, Verdict::Agrees) => AuditEnd::LostToSink,
    }
}
