//! Accounts as they might be, for tests: each test changes only the fields that it is about.

use anchor_lang::prelude::Pubkey;
use tessera::state::{
    Audit, BackendKind, Deadline, Hardware, LAYOUT_VERSION, Market, MarketParams, Moment, Policy, Provider,
    ProviderStatus, Reputation, RewardSplits, Roles, Run, RunState, Sink, SlashShares, Stake, Task, TaskState, Terms,
    Unbonding, Verdict, Windows,
};

use crate::address;

/// A moment without history.
const NEVER: Moment = Moment { unix: 0, slot: 0 };

/// The address made of 32 times `byte`.
#[must_use]
pub fn key(byte: u8) -> Pubkey {
    Pubkey::new_from_array([byte; 32])
}

/// The deadline at unix second `unix` and the slot twice that number.
#[must_use]
pub fn deadline(unix: u32) -> Deadline {
    Deadline { unix: i64::from(unix), slot: 2 * u64::from(unix) }
}

/// The moment at unix second `unix` and the slot twice that number: what a deadline waits for.
#[must_use]
pub fn moment(unix: u32) -> Moment {
    Moment { unix: i64::from(unix), slot: 2 * u64::from(unix) }
}

/// A market of `mint` with id 0, made by `creator`.
#[must_use]
pub fn market(creator: Pubkey, mint: Pubkey) -> Market {
    Market {
        version: LAYOUT_VERSION,
        bump: 255,
        insurance_bump: 255,
        id: 0,
        creator,
        authority: creator,
        treasury: creator,
        mint,
        params: MarketParams {
            splits: RewardSplits { provider_bps: 8_000, treasury_bps: 1_500, model_bps: 500 },
            slash: SlashShares { challenger_bps: 4_000, requester_bps: 1_000, sink_bps: 5_000 },
            sink: Sink::Insurance,
            audit_rate_bps: 5_000,
            honest_auditors_bps: 9_000,
            min_lock_bps: 25_000,
            audit_lock_bps: 10_000,
            no_show_bps: 1_000,
            no_show_min: 1,
            min_reward: 1,
            max_open_seconds: 3_600,
            max_execution_seconds: 600,
            max_audit_seconds: 3_600,
            max_challenge_seconds: 7_200,
            unbonding_seconds: 604_800,
            reputation_decay_bps: 9_500,
            reputation_cap: 10,
        },
        reserved: [0; 128],
    }
}

/// An active provider that computes and verifies, with 1,000,000 base units of free stake.
#[must_use]
pub fn provider(market: Pubkey, authority: Pubkey) -> Provider {
    Provider {
        version: LAYOUT_VERSION,
        bump: 255,
        vault_bump: 255,
        market,
        authority,
        status: ProviderStatus::Active,
        roles: Roles { compute: true, verify: true },
        verify_since: 0,
        stake: Stake { free: 1_000_000, locked: 0, unbonding: [Unbonding { amount: 0, until: 0 }; 4] },
        hardware: Hardware { backend: BackendKind::Cpu, memory_mib: 1_024, compute_capability: 0 },
        price_floor: 0,
        reputation: Reputation { good: 0, bad: 0 },
        active_runs: 0,
        max_runs: 1,
        reserved: [0; 128],
        endpoint: String::new(),
    }
}

/// An open task, created at time zero, with a reward of 1,000 base units, to be claimed until second 600, and windows of
/// 60 (execution), 300 (audit) and 600 (challenge) seconds.
#[must_use]
pub fn task(market: Pubkey, requester: Pubkey, nonce: u64) -> Task {
    Task {
        version: LAYOUT_VERSION,
        bump: 255,
        vault_bump: 255,
        fee_vault_bump: 255,
        state: TaskState::Open,
        escrow: 1_116,
        open_until: deadline(600),
        runs_open: 0,
        terms_hash: [9; 32],
        reserved: [0; 64],
        terms: Terms {
            market,
            requester,
            nonce,
            graph_root: [1; 32],
            inputs_root: [2; 32],
            manifest_id: [3; 32],
            op_count: 1,
            output_count: 1,
            policy: Policy::Optimistic,
            reward: 1_000,
            audit_reward: 100,
            crank_bounty: 16,
            windows: Windows { open_seconds: 600, execution_seconds: 60, audit_seconds: 300, challenge_seconds: 600 },
            splits: RewardSplits { provider_bps: 8_000, treasury_bps: 1_500, model_bps: 500 },
            slash: SlashShares { challenger_bps: 4_000, requester_bps: 1_000, sink_bps: 5_000 },
            sink: Sink::Insurance,
            run_lock: 2_500,
            audit_lock: 1_000,
            no_show_slash: 100,
            created_slot: 0,
            created_at: 0,
            model: None,
            manifest_locator: "file:///data".to_owned(),
        },
        excluded: Vec::new(),
    }
}

/// A run claimed at time zero by the provider account `provider` of `authority`, to be submitted until second 60.
#[must_use]
pub fn run(task: Pubkey, provider: Pubkey, authority: Pubkey) -> Run {
    Run {
        version: LAYOUT_VERSION,
        bump: 255,
        task,
        provider,
        authority,
        state: RunState::Claimed,
        lock: 2_500,
        output_root: [0; 32],
        output_id: [0; 32],
        claimed_at: NEVER,
        execute_until: deadline(60),
        submitted_at: NEVER,
        audit_until: deadline(0),
        challenge_until: deadline(0),
        audits_open: 0,
        agreeing: 0,
        differing: 0,
        reserved: [0; 64],
        first_agreeing: None,
        winners: None,
        output_locator: String::new(),
    }
}

/// [`run`] after its submission at second 30, with windows as in [`task`].
#[must_use]
pub fn submitted(task: Pubkey, provider: Pubkey, authority: Pubkey) -> Run {
    Run {
        state: RunState::Submitted,
        output_root: [5; 32],
        output_id: [6; 32],
        submitted_at: moment(30),
        audit_until: deadline(330),
        challenge_until: deadline(630),
        output_locator: "file:///data".to_owned(),
        ..run(task, provider, authority)
    }
}

/// An audit by the verifier of `authority` in `market` that found `root`, and says whether it differs.
#[must_use]
pub fn audit(run: Pubkey, market: Pubkey, authority: Pubkey, root: [u8; 32], verdict: Verdict) -> Audit {
    Audit {
        version: LAYOUT_VERSION,
        bump: 255,
        run,
        verifier: address::provider(&market, &authority),
        authority,
        lock: 1_000,
        root,
        verdict,
        ordinal: 0,
        posted_at: moment(40),
        reserved: [0; 32],
    }
}
