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
    RunCount,
    WindowBelowDraw,
    ExclusiveWindowInvalid,
    GraceTooLong,
    RevealWindowInvalid,
    DrawDelay,
    AgreedChallenge,
    SilenceShare,
    TimelockTooShort,
    ShortlistTooLong,
    ShortlistDuplicate,
    ShortlistTooShort,
    WaiveRefused,
    NotNamed,
    ExclusiveWindow,
    BackendMissing,
    MemoryTooLow,
    ComputeCapabilityTooLow,
    RegionDiffers,
    TierTooLow,
    ScoreTooLow,
    RegionInvalid,
    TierInvalid,
    ExclusionsFull,
    AlreadyRunning,
    MarketPaused,
    SlotUnknown,
    WrongRunState,
    SealFirst,
    NothingToSeal,
    RevealNotOpen,
    TicketLost,
    AuditsNotDiffering,
    NotAgreed,
    AlreadyOpened,
    AlreadyForced,
    ForcedTooLow,
    DisputesOpen,
    NoDispute,
    NothingPending,
    WorkLeft,
    StakeLeft,
    EpochTooShort,
    EpochOver,
    EpochRunning,
    FeesUnswept,
    DisputePhase,
    DisputeTurn,
    DisputeOver,
    DisputeRunning,
    DisputeRounds,
    DisputeOfOwnRun,
    SlashFirst,
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
            Self::SlashSum => {
                "challenger, requester and sink shares must sum to 10,000 bps, the sink's above zero and the challenger's a unit \
                 of the smallest lock at least"
            }
            Self::AuditRate => "the audit rate must be between 1 and 10,000 bps",
            Self::HonestShare => "the honest share must be between 1 and 9,999 bps",
            Self::BurnOfNativeMint => "wrapped SOL cannot be burned; choose the insurance vault as sink",
            Self::MinLockTooLow => "a run's lock must be 25,000 bps of the reward at least",
            Self::AuditLockTooLow => "an audit's lock must be 10,000 bps of the reward at least",
            Self::NoShowTooHigh => "the no-show slash may be 25,000 bps of the reward at most",
            Self::NoShowZero => "the no-show minimum must be above zero",
            Self::MinRewardZero => "the minimum reward must be above zero",
            Self::WindowLimits => {
                "the longest windows must be above zero and satisfy challenge >= audit >= 2 x execution"
            }
            Self::UnbondingTooShort => {
                "unbonding must last as long as open + 3 x execution + reveal + challenge + audit at their longest"
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
            Self::RunCount => "a redundant task has 2 or 3 runs",
            Self::WindowBelowDraw => {
                "the audit window must have a second at least for each slot of the market's draw delay; see market show"
            }
            Self::ExclusiveWindowInvalid => "the exclusive window needs a shortlist and may not exceed the open window",
            Self::GraceTooLong => "the grace period must be shorter than the execution window",
            Self::RevealWindowInvalid => {
                "the reveal window must be above zero for redundant runs and zero for a single one"
            }
            Self::DrawDelay => "the draw delay must be between 1 and 128 slots",
            Self::AgreedChallenge => {
                "the challenge window after equal roots must be between the draw delay and the longest challenge window"
            }
            Self::SilenceShare => "the silence share must be between 1 and 10,000 bps",
            Self::TimelockTooShort => "the timelock must be 3,600 seconds at least",
            Self::ShortlistTooLong => "a shortlist names 4 providers at most",
            Self::ShortlistDuplicate => "the shortlist names a provider twice",
            Self::ShortlistTooShort => "a task for named providers only must name as many as it has runs",
            Self::WaiveRefused => "only a redundant task for named providers only may waive its windows",
            Self::NotNamed => "only the providers on the task's shortlist may claim it",
            Self::ExclusiveWindow => "only the providers on the task's shortlist may claim it yet; try again later",
            Self::BackendMissing => "the task asks for another backend than the provider's",
            Self::MemoryTooLow => "the task asks for more memory than the provider has",
            Self::ComputeCapabilityTooLow => "the task asks for a higher compute capability than the provider has",
            Self::RegionDiffers => "the task asks for another region than the provider's",
            Self::TierTooLow => "the task asks for a higher hardware tier than the provider's",
            Self::ScoreTooLow => "the task asks for a higher score than the provider's; a score is 1,000,000 at most",
            Self::RegionInvalid => "a region is two capital letters, or none",
            Self::TierInvalid => "hardware tiers are numbered 0 to 3",
            Self::ExclusionsFull => {
                "eight providers failed or released this task already; nobody can claim it any more"
            }
            Self::AlreadyRunning => "the provider has a run of this task already",
            Self::MarketPaused => "the market is paused: no new tasks and claims; everything else goes on",
            Self::SlotUnknown => "the task has no such run",
            Self::WrongRunState => "the run is in a state that does not allow this; read it again",
            Self::SealFirst => "runs of a redundant task are sealed first; send run_seal",
            Self::NothingToSeal => "only runs of a redundant task are sealed; send run_submit",
            Self::RevealNotOpen => {
                "sealed runs are revealed when all are sealed, or when the open window has passed and nobody executes"
            }
            Self::TicketLost => "the ticket does not win this audit; nothing to do",
            Self::AuditsNotDiffering => "the root is the run's own; agree with it instead",
            Self::NotAgreed => "only an audit that agreed opens a leaf",
            Self::AlreadyOpened => "this tree has been opened already",
            Self::AlreadyForced => "an audit of this run has been paid for already",
            Self::ForcedTooLow => "a forced audit must pay the market's minimum reward at least",
            Self::DisputesOpen => "the run has disputes that are not over; end them first",
            Self::NoDispute => "no dispute is open on this run",
            Self::NothingPending => "no change is pending; propose one first",
            Self::WorkLeft => "the provider has runs or audits open; finish them first",
            Self::StakeLeft => "the provider has stake left; unbond and withdraw it first",
            Self::EpochTooShort => "an epoch must last 3,600 seconds at least",
            Self::EpochOver => "the epoch is over; use the current one",
            Self::EpochRunning => "the epoch is not over yet; try again later",
            Self::FeesUnswept => "sweep all fee vaults of the epoch first",
            Self::DisputePhase => "the dispute is in a phase that does not allow this move; read it again",
            Self::DisputeTurn => "this move is the other side's; wait for it, or for its deadline",
            Self::DisputeOver => "the dispute is decided; settle it",
            Self::DisputeRunning => "the dispute is not decided; make the next move, or wait for its deadline",
            Self::DisputeRounds => "no more than 16 descents in a tree; pick from what is known",
            Self::DisputeOfOwnRun => "a provider cannot dispute its own run",
            Self::SlashFirst => "the run that this dispute refuted is not slashed yet; settle the run first",
        })
    }
}

impl core::error::Error for Refusal {}
