//! The accounts' bytes are frozen: a change here breaks every account on every cluster. Discriminators, sizes, and the exact
//! bytes of one sample of each account, whose fields all differ. Error codes are frozen too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::arithmetic_side_effects)]

use anchor_lang::prelude::Pubkey;
use anchor_lang::{AccountDeserialize, AccountSerialize, Discriminator, Space};
use tessera::TesseraError;
use tessera::state::*;

fn key(byte: u8) -> Pubkey {
    Pubkey::new_from_array([byte; 32])
}

fn params() -> MarketParams {
    MarketParams {
        splits: RewardSplits { provider_bps: 0x0101, treasury_bps: 0x0202, model_bps: 0x0303 },
        slash: SlashShares { challenger_bps: 0x0404, requester_bps: 0x0505, sink_bps: 0x0606 },
        sink: Sink::Insurance,
        audit_rate_bps: 0x0707,
        honest_auditors_bps: 0x0808,
        min_lock_bps: 0x0909,
        audit_lock_bps: 0x0a0a,
        no_show_bps: 0x0b0b,
        no_show_min: 0x0c0c,
        min_reward: 0x0d0d,
        max_open_seconds: 0x0e0e,
        max_execution_seconds: 0x0f0f,
        max_audit_seconds: 0x1010,
        max_challenge_seconds: 0x1111,
        unbonding_seconds: 0x1212,
        reputation_decay_bps: 0x1313,
        reputation_cap: 0x1414,
    }
}

fn market() -> Market {
    Market {
        version: LAYOUT_VERSION,
        bump: 0xf1,
        insurance_bump: 0xf2,
        id: 0xf3f4,
        creator: key(0xa1),
        authority: key(0xa2),
        treasury: key(0xa3),
        mint: key(0xa4),
        params: params(),
        reserved: [0; 128],
    }
}

fn provider() -> Provider {
    let entry = |n: u8| Unbonding { amount: u64::from(n), until: i64::from(n) + 0x10 };
    Provider {
        version: LAYOUT_VERSION,
        bump: 0xf1,
        vault_bump: 0xf2,
        market: key(0xa1),
        authority: key(0xa2),
        status: ProviderStatus::Draining,
        roles: Roles { compute: true, verify: false },
        verify_since: -2,
        stake: Stake { free: 0x2021, locked: 0x2223, unbonding: [entry(1), entry(2), entry(3), entry(4)] },
        hardware: Hardware { backend: BackendKind::Cuda, memory_mib: 0x3031, compute_capability: 90 },
        price_floor: 0x4041,
        reputation: Reputation { good: 0x5051, bad: 0x5253 },
        active_runs: 0x6061,
        max_runs: 0x6263,
        reserved: [0; 128],
        endpoint: "https://a".into(),
    }
}

fn model() -> Model {
    Model {
        version: LAYOUT_VERSION,
        bump: 0xf1,
        creator: key(0xa1),
        model_root: [0xa2; 32],
        payout: key(0xa3),
        reserved: [0; 64],
    }
}

fn terms() -> Terms {
    Terms {
        market: key(0xa1),
        requester: key(0xa2),
        nonce: 0x0708_0910,
        graph_root: [0xa3; 32],
        inputs_root: [0xa4; 32],
        manifest_id: [0xa5; 32],
        op_count: 0x1112,
        output_count: 0x13,
        policy: Policy::Optimistic,
        reward: 0x1415,
        audit_reward: 0x1617,
        crank_bounty: 0x1819,
        windows: Windows { open_seconds: 0x21, execution_seconds: 0x22, audit_seconds: 0x23, challenge_seconds: 0x24 },
        splits: params().splits,
        slash: params().slash,
        sink: Sink::Burn,
        run_lock: 0x3132,
        audit_lock: 0x3334,
        no_show_slash: 0x3536,
        created_slot: 0x3738,
        created_at: 0x3940,
        model: Some(key(0xa6)),
        manifest_locator: "file:///m".into(),
    }
}

fn task() -> Task {
    Task {
        version: LAYOUT_VERSION,
        bump: 0xf1,
        vault_bump: 0xf2,
        fee_vault_bump: 0xf3,
        state: TaskState::Disputed,
        escrow: 0x0102,
        open_until: Deadline { unix: 0x0304, slot: 0x0506 },
        runs_open: 0x0708,
        terms_hash: [0xb1; 32],
        reserved: [0; 64],
        terms: terms(),
        excluded: vec![key(0xb2), key(0xb3)],
    }
}

fn run() -> Run {
    Run {
        version: LAYOUT_VERSION,
        bump: 0xf1,
        task: key(0xa1),
        provider: key(0xa2),
        authority: key(0xa3),
        state: RunState::Submitted,
        lock: 0x0102,
        output_root: [0xa4; 32],
        output_id: [0xa5; 32],
        claimed_at: Moment { unix: 1, slot: 2 },
        execute_until: Deadline { unix: 3, slot: 4 },
        submitted_at: Moment { unix: 5, slot: 6 },
        audit_until: Deadline { unix: 7, slot: 8 },
        challenge_until: Deadline { unix: 9, slot: 10 },
        audits_open: 11,
        agreeing: 12,
        differing: 13,
        reserved: [0; 64],
        first_agreeing: Some(key(0xa6)),
        winners: Some(Winners { first: key(0xa7), second: key(0xa8) }),
        output_locator: "file:///o".into(),
    }
}

fn audit() -> Audit {
    Audit {
        version: LAYOUT_VERSION,
        bump: 0xf1,
        run: key(0xa1),
        verifier: key(0xa2),
        authority: key(0xa3),
        lock: 0x0102,
        root: [0xa4; 32],
        verdict: Verdict::Differs,
        ordinal: 0x0304,
        posted_at: Moment { unix: 5, slot: 6 },
        reserved: [0; 32],
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Compares the size and the bytes (see [`expand`]), and reads them back.
fn frozen<T>(account: &T, size: usize, expected: &str)
where
    T: AccountSerialize + AccountDeserialize + Discriminator + Space + PartialEq + std::fmt::Debug,
{
    let mut bytes = Vec::new();
    account.try_serialize(&mut bytes).unwrap();
    assert_eq!(T::DISCRIMINATOR.len() + T::INIT_SPACE, size);
    let expected: String = expected.split_whitespace().map(expand).collect();
    assert_eq!(hex(&bytes), expected);
    assert_eq!(&T::try_deserialize(&mut bytes.as_slice()).unwrap(), account);
}

/// `[xx*n]` is n bytes xx.
fn expand(word: &str) -> String {
    match word.strip_prefix('[').and_then(|word| word.strip_suffix(']')).and_then(|word| word.split_once('*')) {
        Some((byte, count)) => byte.repeat(count.parse().unwrap()),
        None => word.to_owned(),
    }
}

#[test]
fn market_bytes() {
    frozen(
        &market(),
        334,
        "
        dbbed53700e3c69a 01 f1 f2 f4f3 [a1*32] [a2*32] [a3*32] [a4*32] 0101 0202 0303 0404 0505 0606 01 0707
        0808 0909 0a0a 0b0b 0c0c000000000000 0d0d000000000000 0e0e0000 0f0f0000 10100000 11110000 12120000 1313
        14140000 [00*128]
        ",
    );
}

#[test]
fn provider_bytes() {
    frozen(
        &provider(),
        429,
        "
        a4b447114bd850c3 01 f1 f2 [a1*32] [a2*32] 01 01 00 feffffffffffffff 2120000000000000 2322000000000000
        0100000000000000 1100000000000000 0200000000000000 1200000000000000 0300000000000000 1300000000000000
        0400000000000000 1400000000000000 01 31300000 5a00 4140000000000000 5150000000000000 5352000000000000
        6160 6362 [00*128] 09000000 68747470733a2f2f61
        ",
    );
}

#[test]
fn model_bytes() {
    frozen(
        &model(),
        170,
        "
        98ddf77ab97ddf97 01 f1 [a1*32] [a2*32] [a3*32] [00*64]
        ",
    );
}

#[test]
fn task_bytes() {
    frozen(
        &task(),
        793,
        "
        4f22e537585a3754 01 f1 f2 f3 03 0201000000000000 0403000000000000 0605000000000000 0807 [b1*32] [00*64]
        [a1*32] [a2*32] 1009080700000000 [a3*32] [a4*32] [a5*32] 1211 13 00 1514000000000000 1716000000000000
        1918000000000000 21000000 22000000 23000000 24000000 0101 0202 0303 0404 0505 0606 00 3231000000000000
        3433000000000000 3635000000000000 3837000000000000 4039000000000000 01 [a6*32] 09000000
        66696c653a2f2f2f6d 02000000 [b2*32] [b3*32]
        ",
    );
}

#[test]
fn run_bytes() {
    frozen(
        &run(),
        527,
        "
        c7369b56eb73f6bd 01 f1 [a1*32] [a2*32] [a3*32] 01 0201000000000000 [a4*32] [a5*32] 0100000000000000
        0200000000000000 0300000000000000 0400000000000000 0500000000000000 0600000000000000 0700000000000000
        0800000000000000 0900000000000000 0a00000000000000 0b00 0c00 0d00 [00*64] 01 [a6*32] 01 [a7*32] [a8*32]
        09000000 66696c653a2f2f2f6f
        ",
    );
}

#[test]
fn audit_bytes() {
    frozen(
        &audit(),
        197,
        "
        f241ca938d67fd86 01 f1 [a1*32] [a2*32] [a3*32] 0201000000000000 [a4*32] 01 0403 0500000000000000
        0600000000000000 [00*32]
        ",
    );
}

#[test]
fn terms_hash() {
    assert_eq!(hex(&terms().hash().unwrap()), "b49e16b4cff73f562b1c4055b82913669b3f27f46a0c9d4cf95aa378ab6d71dd");
}

/// Clients filter accounts by these.
#[test]
fn offsets_of_what_clients_filter_by() {
    fn at<T: AccountSerialize>(account: &T, offset: usize, expected: &[u8]) {
        let mut bytes = Vec::new();
        account.try_serialize(&mut bytes).unwrap();
        assert_eq!(&bytes[offset..offset + expected.len()], expected);
    }
    at(&market(), 13, key(0xa1).as_ref());
    at(&market(), 109, key(0xa4).as_ref());
    at(&provider(), 11, key(0xa1).as_ref());
    at(&provider(), 43, key(0xa2).as_ref());
    at(&provider(), 75, &[1]);
    at(&task(), 12, &[3]);
    at(&task(), 13, &[2, 1]);
    at(&task(), 39, &[0xb1; 32]);
    at(&task(), 135, key(0xa1).as_ref());
    at(&task(), 167, key(0xa2).as_ref());
    at(&run(), 10, key(0xa1).as_ref());
    at(&run(), 42, key(0xa2).as_ref());
    at(&run(), 74, key(0xa3).as_ref());
    at(&run(), 106, &[1]);
    at(&audit(), 10, key(0xa1).as_ref());
    at(&audit(), 42, key(0xa2).as_ref());
    at(&audit(), 74, key(0xa3).as_ref());
}

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
    for (i, error) in TesseraError::ALL.into_iter().enumerate() {
        let code = 6_000 + u32::try_from(i).unwrap();
        assert_eq!(u32::from(error), code);
        assert_eq!(TesseraError::from_code(code), Some(error));
    }
    assert_eq!(TesseraError::from_code(5_999), None);
}
