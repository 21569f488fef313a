use core::num::NonZeroU64;

use crate::{BaseUnits, Bps, Outcome, Refusal};

/// How far a verifier got with its audit when the run was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AuditStanding {
    /// Claimed, not answered; its deadline had not passed when the run was decided.
    Unanswered,
    /// Claimed, and not answered by its deadline.
    Silent,
    /// Answered with the run's root, and did not open a leaf in both trees, or without a winning ticket.
    Agreed,
    /// Drawn, answered with the run's root, and opened the leaf in both trees before the challenge window had passed.
    Proven,
    /// Answered with another root.
    Differed,
}

/// What becomes of an audit's lock when the audit is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditEnd {
    /// Freed.
    Released,
    /// Freed; it agreed with an upheld run and proved nothing, so it earns nothing.
    Unpaid,
    /// Freed, and a share of the audit reward is paid.
    Rewarded,
    /// A part burned or insured, the rest freed: it claimed and did not answer.
    Silent,
    /// Paid to the provider whose upheld run it differed from.
    LostToProvider,
    /// Burned or insured: it agreed with a slashed run.
    LostToSink,
}

/// What becomes of an audit's lock.
///
/// Silence loses whatever the outcome was, unless nobody could say (void): a verifier that answers right never loses, so
/// a claim that is not answered is never the better choice.
pub const fn audit_end(outcome: Outcome, standing: AuditStanding) -> AuditEnd {
    use AuditStanding as S;
    match (outcome, standing) {
        (Outcome::Void, _) | (_, S::Unanswered) | (Outcome::Slashed, S::Differed) => AuditEnd::Released,
        (_, S::Silent) => AuditEnd::Silent,
        (Outcome::Upheld, S::Agreed) => AuditEnd::Unpaid,
        (Outcome::Upheld, S::Proven) => AuditEnd::Rewarded,
        (Outcome::Upheld, S::Differed) => AuditEnd::LostToProvider,
        (Outcome::Slashed, S::Agreed | S::Proven) => AuditEnd::LostToSink,
    }
}

/// What an audit's lock becomes, in amounts: `released + provider + sink` is the lock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AuditPayout {
    /// Freed.
    pub released: BaseUnits,
    /// To the run's provider.
    pub provider: BaseUnits,
    /// Burned or insured.
    pub sink: BaseUnits,
}

/// Shares an audit's lock. A silent one loses `silence` of it, rounded up.
pub fn audit_payout(end: AuditEnd, lock: BaseUnits, silence: Bps) -> Result<AuditPayout, Refusal> {
    let nothing = AuditPayout::default();
    Ok(match end {
        AuditEnd::Released | AuditEnd::Unpaid | AuditEnd::Rewarded => AuditPayout { released: lock, ..nothing },
        AuditEnd::LostToProvider => AuditPayout { provider: lock, ..nothing },
        AuditEnd::LostToSink => AuditPayout { sink: lock, ..nothing },
        AuditEnd::Silent => {
            let sink = silence.of_ceil(lock)?.min(lock);
            AuditPayout { released: lock.minus(sink)?, sink, ..nothing }
        }
    })
}

/// What each of the audits that earn gets of a run's audit reward: equal shares, rounded down; nothing without any.
pub fn audit_share(audit_reward: BaseUnits, earning: u16) -> BaseUnits {
    NonZeroU64::new(u64::from(earning)).map_or(BaseUnits::ZERO, |parts| audit_reward.part_of(parts))
}

/// What all of them get together: what an upheld run's settlement keeps in the vault until they are closed.
pub fn audit_shares(audit_reward: BaseUnits, earning: u16) -> Result<BaseUnits, Refusal> {
    let all = audit_share(audit_reward, earning).get().checked_mul(u64::from(earning)).ok_or(Refusal::Overflow)?;
    Ok(BaseUnits::new(all))
}
