//! The program's errors by their codes.

use anchor_lang::error::ERROR_CODE_OFFSET;
use tessera::errors::TesseraError;

/// Lists the variants; one that is missing here does not compile.
macro_rules! all {
    ($($variant:ident,)*) => {
        /// The program's errors in the order of their codes, which begin at 6000.
        pub const PROGRAM_ERRORS: &[TesseraError] = &[$(TesseraError::$variant,)*];
        const _: fn(TesseraError) = |error| match error { $(TesseraError::$variant => (),)* };
    };
}

all! {
    Overflow,
    WrongState,
    TooEarly,
    TooLate,
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
    WindowZero,
    WindowTooLong,
    WindowOrder,
    RewardTooLow,
    BountyTooHigh,
    AmountZero,
    FreeStakeTooLow,
    LockedStakeTooLow,
    UnbondingFull,
    NothingMatured,
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
    LayoutVersion,
    Invariant,
    KeyMissing,
    LocatorTooLong,
    LocatorMissing,
    RolesMissing,
    MaxRunsZero,
    ShardOutOfRange,
    NothingToSweep,
    OperationCount,
    OutputCount,
    WrongAuthority,
    WrongRequester,
    WrongMint,
    WrongMarket,
    WrongVault,
    WrongTokenAccount,
    WrongRun,
    WrongProvider,
    WrongWallet,
    WrongModel,
    ModelMissing,
    TermsChanged,
    AuditGroups,
    AuditOfOtherRun,
    DuplicateAccount,
    WinnersMissing,
    NothingToClose,
    BurnMintMissing,
    RunMissing,
}

/// The program's error with this code.
#[must_use]
pub fn program_error(code: u32) -> Option<TesseraError> {
    let index = usize::try_from(code.checked_sub(ERROR_CODE_OFFSET)?).ok()?;
    PROGRAM_ERRORS.get(index).copied()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn every_error_is_found_by_its_code() {
        for error in PROGRAM_ERRORS {
            assert_eq!(program_error(u32::from(*error)), Some(*error));
        }
        assert_eq!(program_error(ERROR_CODE_OFFSET - 1), None);
        assert_eq!(program_error(u32::MAX), None);
    }
}
