use core::fmt;

/// Why a rule refuses an action or a parameter. Each variant has one error code in the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the Display text of each variant is its documentation")]
pub enum Refusal {
    Overflow,
    WrongState,
    TooEarly,
    TooLate,
    // parameters
    SplitSum,
    TreasuryTooHigh,
    SlashSum,
    AuditRate,
    HonestShare,
    BurnOfNativeMint,
    MinLockTooLow,
    AuditLockTooLow,
    NoShowTooHigh,
    NoShowZero,
    MinRewardZero,
    WindowLimits,
    UnbondingTooShort,
    ReputationParams,
    // windows and terms
    WindowZero,
    WindowTooLong,
    WindowOrder,
    RewardTooLow,
    BountyTooHigh,
    // stake
    AmountZero,
    FreeStakeTooLow,
    LockedStakeTooLow,
    UnbondingFull,
    NothingMatured,
    // parties
    ProviderDraining,
    RoleMissing,
    OtherMarket,
    ProviderExcluded,
    RunsFull,
    BelowPriceFloor,
    RootZero,
    AuditOfOwnRun,
    AuditOfOwnTask,
    VerifierTooYoung,
    AlreadyRefuted,
    AuditsNotMatching,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Overflow => "an amount or a time does not fit; use smaller values",
            Self::WrongState => "the task is in a state that does not allow this; read it again",
            Self::TooEarly => "the deadline has not passed in both time and slots; try again later",
            Self::TooLate => "the deadline has passed; the task can only be settled or expired now",
            Self::SplitSum => "provider, treasury and model shares must sum to 10,000 bps",
            Self::TreasuryTooHigh => "the treasury share may be 3,000 bps at most",
            Self::SlashSum => "challenger, requester and sink shares must sum to 10,000 bps, the sink's above zero",
            Self::AuditRate => "the audit rate must be between 1 and 10,000 bps",
            Self::HonestShare => "the honest share must be between 1 and 9,999 bps",
            Self::BurnOfNativeMint => "wrapped SOL cannot be burned; choose the insurance vault as sink",
            Self::MinLockTooLow => "a run's lock must be 25,000 bps of the reward at least",
            Self::AuditLockTooLow => "an audit's lock must be 10,000 bps of the reward at least",
            Self::NoShowTooHigh => "the no-show slash may not exceed a run's smallest lock",
            Self::NoShowZero => "the no-show minimum must be above zero",
            Self::MinRewardZero => "the minimum reward must be above zero",
            Self::WindowLimits => {
                "the longest windows must be above zero and satisfy challenge >= audit >= 2 x execution"
            }
            Self::UnbondingTooShort => {
                "unbonding must last as long as open + execution + challenge + audit at their longest"
            }
            Self::ReputationParams => "reputation decay must be between 1 and 10,000 bps and its cap above zero",
            Self::WindowZero => "every window must be above zero seconds",
            Self::WindowTooLong => "a window is longer than the market allows; see market show",
            Self::WindowOrder => "windows must satisfy challenge >= audit >= 2 x execution",
            Self::RewardTooLow => "the reward is below the market's minimum; see market show",
            Self::BountyTooHigh => {
                "a no-show's part of the crank bounty may not exceed the no-show slash; lower the bounty"
            }
            Self::AmountZero => "the amount must be above zero",
            Self::FreeStakeTooLow => "not enough free stake; deposit more or wait for locks to be released",
            Self::LockedStakeTooLow => "less stake is locked than this would take",
            Self::UnbondingFull => "four withdrawals are unbonding already; withdraw a matured one first",
            Self::NothingMatured => "no unbonding stake has matured yet; see provider show",
            Self::ProviderDraining => "the provider is draining; set it active first",
            Self::RoleMissing => "the provider lacks the role for this; add it with provider update",
            Self::OtherMarket => "the account belongs to another market",
            Self::ProviderExcluded => "the provider failed this task before and is excluded from it",
            Self::RunsFull => "the provider has its maximum of runs open; finish one first",
            Self::BelowPriceFloor => "the reward is below the provider's price floor",
            Self::RootZero => "a root of zeros is no root",
            Self::AuditOfOwnRun => "a provider cannot audit its own run",
            Self::AuditOfOwnTask => "a requester cannot audit its own task",
            Self::VerifierTooYoung => "the verifier took its role after the run was claimed; audit later runs",
            Self::AlreadyRefuted => "two audits have refuted this run already; settle it",
            Self::AuditsNotMatching => {
                "the given audit is not an earlier one of this run with the same root by another verifier"
            }
        })
    }
}

impl core::error::Error for Refusal {}
