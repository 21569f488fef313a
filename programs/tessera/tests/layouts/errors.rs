use tessera::TesseraError;

/// Codes are append-only: a new error is a new line at the end.
#[test]
fn error_codes() {
    let names: Vec<String> = TesseraError::ALL.iter().map(|error| format!("{error:?}")).collect();
    assert_eq!(
        names,
        [
            "Overflow",
            "WrongState",
            "TooEarly",
            "TooLate",
            "SplitSum",
            "TreasuryTooHigh",
            "SlashSum",
            "AuditRate",
            "HonestShare",
            "BurnOfNativeMint",
            "MinLockTooLow",
            "AuditLockTooLow",
            "NoShowTooHigh",
            "NoShowZero",
            "MinRewardZero",
            "WindowLimits",
            "UnbondingTooShort",
            "ReputationParams",
            "WindowZero",
            "WindowTooLong",
            "WindowOrder",
            "RewardTooLow",
            "BountyTooHigh",
            "AmountZero",
            "FreeStakeTooLow",
            "LockedStakeTooLow",
            "UnbondingFull",
            "NothingMatured",
            "ProviderDraining",
            "RoleMissing",
            "OtherMarket",
            "ProviderExcluded",
            "RunsFull",
            "BelowPriceFloor",
            "RootZero",
            "AuditOfOwnRun",
            "AuditOfOwnTask",
            "VerifierTooYoung",
            "AlreadyRefuted",
            "AuditsNotMatching",
            "LayoutVersion",
            "Invariant",
            "KeyMissing",
            "LocatorTooLong",
            "LocatorMissing",
            "RolesMissing",
            "MaxRunsZero",
            "ShardOutOfRange",
            "NothingToSweep",
            "OperationCount",
            "OutputCount",
            "WrongAuthority",
            "WrongRequester",
            "WrongMint",
            "WrongMarket",
            "WrongVault",
            "WrongTokenAccount",
            "WrongRun",
            "WrongProvider",
            "WrongWallet",
            "WrongModel",
            "ModelMissing",
            "TermsChanged",
            "AuditGroups",
            "AuditOfOtherRun",
            "DuplicateAccount",
            "WinnersMissing",
            "NothingToClose",
            "BurnMintMissing",
            "RunMissing",
        ]
    );
    for (i, error) in TesseraError::ALL.iter().copied().enumerate() {
        let code = 6_000 + u32::try_from(i).unwrap();
        assert_eq!(u32::from(error), code);
        assert_eq!(TesseraError::from_code(code), Some(error));
    }
    assert_eq!(TesseraError::from_code(5_999), None);
}
