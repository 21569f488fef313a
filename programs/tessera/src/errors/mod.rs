use anchor_lang::prelude::*;

mod codes;
mod refusals;

/// Why the program refuses. Codes start at 6000 and are append-only: a new variant goes to the end.
#[error_code]
#[derive(PartialEq, Eq)]
pub enum TesseraError {
    #[msg("an amount or a time does not fit; use smaller values")]
    Overflow,
    #[msg("the task is in a state that does not allow this; read it again")]
    WrongState,
    #[msg("the deadline has not passed in both time and slots; try again later")]
    TooEarly,
    #[msg("the deadline has passed; the task can only be settled or expired now")]
    TooLate,
    #[msg("provider, treasury and model shares must sum to 10,000 bps")]
    SplitSum,
    #[msg("the treasury share may be 3,000 bps at most")]
    TreasuryTooHigh,
    #[msg(
        "challenger, requester and sink shares must sum to 10,000 bps, the sink's above zero and the challenger's a unit of the smallest lock at least"
    )]
    SlashSum,
    #[msg("the audit rate must be between 1 and 10,000 bps")]
    AuditRate,
    #[msg("the honest share must be between 1 and 9,999 bps")]
    HonestShare,
    #[msg("wrapped SOL cannot be burned; choose the insurance vault as sink")]
    BurnOfNativeMint,
    #[msg("a run's lock must be 25,000 bps of the reward at least")]
    MinLockTooLow,
    #[msg("an audit's lock must be 10,000 bps of the reward at least")]
    AuditLockTooLow,
    #[msg("the no-show slash may be 25,000 bps of the reward at most")]
    NoShowTooHigh,
    #[msg("the no-show minimum must be above zero")]
    NoShowZero,
    #[msg("the minimum reward must be above zero")]
    MinRewardZero,
    #[msg("the longest windows must be above zero and satisfy challenge >= audit >= 2 x execution")]
    WindowLimits,
    #[msg("unbonding must last as long as open + 3 x execution + reveal + challenge + audit at their longest")]
    UnbondingTooShort,
    #[msg("reputation decay must be between 1 and 10,000 bps and its cap above zero")]
    ReputationParams,
    #[msg("every window must be above zero seconds")]
    WindowZero,
    #[msg("a window is longer than the market allows; see market show")]
    WindowTooLong,
    #[msg("windows must satisfy challenge >= audit >= 2 x execution")]
    WindowOrder,
    #[msg("the reward is below the market's minimum; see market show")]
    RewardTooLow,
    #[msg("a no-show's part of the crank bounty may not exceed the no-show slash; lower the bounty")]
    BountyTooHigh,
    #[msg("the amount must be above zero")]
    AmountZero,
    #[msg("not enough free stake; deposit more or wait for locks to be released")]
    FreeStakeTooLow,
    #[msg("less stake is locked than this would take")]
    LockedStakeTooLow,
    #[msg("four withdrawals are unbonding already; withdraw a matured one first")]
    UnbondingFull,
    #[msg("no unbonding stake has matured yet; see provider show")]
    NothingMatured,
    #[msg("the provider is draining; set it active first")]
    ProviderDraining,
    #[msg("the provider lacks the role for this; add it with provider update")]
    RoleMissing,
    #[msg("the account belongs to another market")]
    OtherMarket,
    #[msg("the provider failed this task before and is excluded from it")]
    ProviderExcluded,
    #[msg("the provider has its maximum of runs open; finish one first")]
    RunsFull,
    #[msg("the reward is below the provider's price floor")]
    BelowPriceFloor,
    #[msg("a root of zeros is no root")]
    RootZero,
    #[msg("a provider cannot audit its own run")]
    AuditOfOwnRun,
    #[msg("a requester cannot audit its own task")]
    AuditOfOwnTask,
    #[msg("the verifier took its role after the run was claimed; audit later runs")]
    VerifierTooYoung,
    #[msg("two audits have refuted this run already; settle it")]
    AlreadyRefuted,
    #[msg("the given audit is not an earlier one of this run with the same root by another verifier")]
    AuditsNotMatching,
    #[msg("the account has a layout that this program does not know; update the client")]
    LayoutVersion,
    #[msg("an account would become inconsistent; report this")]
    Invariant,
    #[msg("a required address is the default address")]
    KeyMissing,
    #[msg("an endpoint or locator may have 96 bytes at most")]
    LocatorTooLong,
    #[msg("the locator is empty; say where the manifest or the output is found")]
    LocatorMissing,
    #[msg("a provider needs at least one role")]
    RolesMissing,
    #[msg("the maximum of runs must be above zero")]
    MaxRunsZero,
    #[msg("fee shards are numbered 0 to 15")]
    ShardOutOfRange,
    #[msg("the fee vault is empty")]
    NothingToSweep,
    #[msg("a graph has 1 to 4,096 operations")]
    OperationCount,
    #[msg("a graph has 1 to 16 outputs")]
    OutputCount,
    #[msg("only the authority of this account may do this")]
    WrongAuthority,
    #[msg("only the requester of this task may do this")]
    WrongRequester,
    #[msg("the mint is not the market's")]
    WrongMint,
    #[msg("the market is not the one of the given account")]
    WrongMarket,
    #[msg("the vault is not the one derived for its owner")]
    WrongVault,
    #[msg("the token account has another owner or mint than this payment needs")]
    WrongTokenAccount,
    #[msg("the run belongs to another task")]
    WrongRun,
    #[msg("the provider is not the one of the given run")]
    WrongProvider,
    #[msg("the wallet is not the one that paid this account's rent")]
    WrongWallet,
    #[msg("the model is not the one that the task names")]
    WrongModel,
    #[msg("the task names a model; pass it and a token account of its payout wallet")]
    ModelMissing,
    #[msg("the terms hash differs from the task's; read the task again before agreeing to it")]
    TermsChanged,
    #[msg("audits come in groups of four accounts: audit, verifier, its stake vault, its authority's wallet")]
    AuditGroups,
    #[msg("an audit belongs to another run")]
    AuditOfOtherRun,
    #[msg("an account was passed twice")]
    DuplicateAccount,
    #[msg("this run was refuted; pass both audits that refuted it")]
    WinnersMissing,
    #[msg("the task is decided already; pass audits to close")]
    NothingToClose,
    #[msg("this settlement burns; pass the mint as burn mint")]
    BurnMintMissing,
    #[msg("the task is claimed; pass its run, provider and stake vault")]
    RunMissing,
    #[msg("a fee epoch must last 3,600 to 2,678,400 seconds")]
    EpochLength,
    #[msg("the token program is not the one that owns the market's mint")]
    WrongTokenProgram,
    #[msg(
        "the mint has a Token-2022 extension that markets do not allow; only metadata and group data and their pointers are"
    )]
    MintExtension,
    #[msg("a receiver's token account cannot receive; pass its balance account and the market's unclaimed vault")]
    BalanceMissing,
    #[msg("the balance account is not the one derived for this market and owner")]
    WrongBalance,
    #[msg("a region is two capital letters (ISO 3166), or zeros")]
    RegionInvalid,
    #[msg("a tier is 0 to 3: unsaid, consumer, professional, data centre")]
    TierInvalid,
    #[msg("a ticket chain begins with the element of this hour or the one before")]
    TicketHour,
    #[msg("no parameters are proposed; see market show")]
    NothingPending,
    #[msg("the authority was not offered to this signer")]
    NotOffered,
    #[msg("the epoch is too far ahead: the next one may be opened, the next 52 funded")]
    EpochTooFar,
    #[msg("the epoch has not ended; try again after it")]
    EpochRunning,
    #[msg("shares of this epoch are not claimed; claim them first")]
    SharesOpen,
    #[msg("this fee vault was swept")]
    AlreadySwept,
    #[msg("the provider has stake; unbond and withdraw it first")]
    StakeLeft,
    #[msg("the account has the present layout already, or none that can be migrated")]
    NothingToMigrate,
    #[msg("the account is not the SlotHashes sysvar")]
    WrongSysvar,
    #[msg("the slot that draws or picks has not been made; try again in a few seconds")]
    SlotHashNotYet,
    #[msg("the slot hash that picks the leaf is no longer recorded; this audit cannot earn any more")]
    SlotHashExpired,
    #[msg("the draw of this run is recorded already")]
    DrawnAlready,
    #[msg("the header or a proof of the opening has the wrong length or form")]
    OpeningMalformed,
    #[msg("the opening leads to another root than the one committed to")]
    OpeningWrong,
    #[msg("the two trees must be opened at the same leaf with the same header")]
    OpeningsDiffer,
    #[msg("root and salt do not open the run's seal")]
    SealWrong,
    #[msg("the element does not belong to the verifier's ticket chain at the hour of the submission")]
    ChainElementWrong,
    #[msg("the market is paused: no new tasks and claims; what runs goes on")]
    MarketPaused,
    #[msg("this audit was answered already")]
    AnsweredAlready,
    #[msg("the account is not the provider's share of the current epoch")]
    WrongShare,
    #[msg("a redundant task has 2 or 3 runs")]
    RunCount,
    #[msg("the audit window must have a second at least for each slot of the market's draw delay; see market show")]
    WindowBelowDraw,
    #[msg("the exclusive window needs a shortlist and may not exceed the open window")]
    ExclusiveWindowInvalid,
    #[msg("the grace period must be shorter than the execution window")]
    GraceTooLong,
    #[msg("the reveal window must be above zero for redundant runs and zero for a single one")]
    RevealWindowInvalid,
    #[msg("the draw delay must be between 1 and 128 slots")]
    DrawDelay,
    #[msg("the challenge window after equal roots must be between the draw delay and the longest challenge window")]
    AgreedChallenge,
    #[msg("the silence share must be between 1 and 10,000 bps")]
    SilenceShare,
    #[msg("the timelock must be 3,600 seconds at least")]
    TimelockTooShort,
    #[msg("a shortlist names 4 providers at most")]
    ShortlistTooLong,
    #[msg("the shortlist names a provider twice")]
    ShortlistDuplicate,
    #[msg("a task for named providers only must name as many as it has runs")]
    ShortlistTooShort,
    #[msg("only a redundant task for named providers only may waive its windows")]
    WaiveRefused,
    #[msg("only the providers on the task's shortlist may claim it")]
    NotNamed,
    #[msg("only the providers on the task's shortlist may claim it yet; try again later")]
    ExclusiveWindow,
    #[msg("the task asks for another backend than the provider's")]
    BackendMissing,
    #[msg("the task asks for more memory than the provider has")]
    MemoryTooLow,
    #[msg("the task asks for a higher compute capability than the provider has")]
    ComputeCapabilityTooLow,
    #[msg("the task asks for another region than the provider's")]
    RegionDiffers,
    #[msg("the task asks for a higher hardware tier than the provider's")]
    TierTooLow,
    #[msg("the task asks for a higher score than the provider's; a score is 1,000,000 at most")]
    ScoreTooLow,
    #[msg("eight providers failed or released this task already; nobody can claim it any more")]
    ExclusionsFull,
    #[msg("the provider has a run of this task already")]
    AlreadyRunning,
    #[msg("the task has no such run")]
    SlotUnknown,
    #[msg("the run is in a state that does not allow this; read it again")]
    WrongRunState,
    #[msg("runs of a redundant task are sealed first; send run_seal")]
    SealFirst,
    #[msg("only runs of a redundant task are sealed; send run_submit")]
    NothingToSeal,
    #[msg("sealed runs are revealed when all are sealed, or when the open window has passed and nobody executes")]
    RevealNotOpen,
    #[msg("the ticket does not win this audit; nothing to do")]
    TicketLost,
    #[msg("the root is the run's own; agree with it instead")]
    AuditsNotDiffering,
    #[msg("only an audit that agreed opens a leaf")]
    NotAgreed,
    #[msg("this tree has been opened already")]
    AlreadyOpened,
    #[msg("an audit of this run has been paid for already")]
    AlreadyForced,
    #[msg("a forced audit must pay the market's minimum reward at least")]
    ForcedTooLow,
    #[msg("the run has disputes that are not over; end them first")]
    DisputesOpen,
    #[msg("no dispute is open on this run")]
    NoDispute,
    #[msg("the provider has runs or audits open; finish them first")]
    WorkLeft,
    #[msg("the epoch is over; use the current one")]
    EpochOver,
    #[msg("sweep all fee vaults of the epoch first")]
    FeesUnswept,
    #[msg("the fee vault of this epoch and shard is not open; open it first")]
    FeeVaultMissing,
    #[msg("this audit was claimed without a winning ticket, so there is no reward to open a leaf for")]
    NotDrawn,
    #[msg("the verifier's ticket weight is no more than its stake")]
    NothingToRecount,
    #[msg("something has to be insured; pass the market's insurance vault")]
    InsuranceMissing,
    #[msg("the dispute is in a phase that does not allow this move; read it again")]
    DisputePhase,
    #[msg("this move is the other side's; wait for it, or for its deadline")]
    DisputeTurn,
    #[msg("the dispute is decided; settle it")]
    DisputeOver,
    #[msg("the dispute is not decided; make the next move, or wait for its deadline")]
    DisputeRunning,
    #[msg("no more than 16 descents in a tree; pick from what is known")]
    DisputeRounds,
    #[msg("a provider cannot dispute its own run")]
    DisputeOfOwnRun,
    #[msg("the run that this dispute refuted is not slashed yet; settle the run first")]
    SlashFirst,
    #[msg("give the move's payload either inline or in the sender's buffer, not both")]
    PayloadMissing,
    #[msg("the buffer does not hold the payload of this move")]
    PayloadMalformed,
    #[msg("the buffer is not the sender's for this dispute")]
    WrongBuffer,
    #[msg("a payload has 1 to 10,162 bytes and no more than its buffer has room for; close the buffer and begin anew")]
    BufferTooSmall,
    #[msg("the task's graph is malformed, so nobody can be right about it")]
    GraphMalformed,
    #[msg("the trace has another root than the one that it was shown with")]
    TraceWrong,
    #[msg(
        "one path is descended from the top of a tree; pick among the hashes shown last, or pick an operation or a leaf"
    )]
    DescentOrder,
    #[msg("the operation has no such tensor")]
    TensorUnknown,
    #[msg("the tensor has no such leaf")]
    LeafUnknown,
    #[msg("a leaf has 512 bytes")]
    LeafLength,
    #[msg("the element is not in the leaf that was shown")]
    ElementOutside,
    #[msg("the parts do not add up to the claim")]
    PartsWrong,
    #[msg("the claim has no such part")]
    PartUnknown,
    #[msg("a step reads another leaf; show it too")]
    StepLeafMissing,
    #[msg("a step shows 4 leaves at most")]
    StepLeaves,
    #[msg("the input is what the operation says; open it")]
    InputFits,
    #[msg("the dispute belongs to another run")]
    WrongDispute,
    #[msg("the dispute is settled; close it once its run is")]
    SettledAlready,
    #[msg("the dispute is not settled; settle it first")]
    NotSettled,
    #[msg("a dispute refuted this run; pass the vault of its bond")]
    BondVaultMissing,
}
