//! Accounts for tests of agents; a test names only what it varies.
#![allow(dead_code, reason = "each test uses a part")]

use tessera_chain::{
    Audit, BackendKind, Deadline, Hardware, Market, MarketParams, Moment, Policy, Provider, ProviderStatus, Pubkey,
    Reputation, RewardSplits, Roles, Run, RunState, Sink, SlashShares, Stake, Task, TaskState, Terms, Unbonding,
    Verdict, Versioned, Windows,
};

pub const NOW: Moment = Moment { unix: 1_000, slot: 2_000 };
pub const SOON: Deadline = Deadline { unix: 1_100, slot: 2_200 };
pub const PAST: Deadline = Deadline { unix: 990, slot: 1_980 };

pub fn key(number: u8) -> Pubkey {
    Pubkey::new_from_array([number; 32])
}

pub fn market_key() -> Pubkey {
    key(1)
}

pub fn requester() -> Pubkey {
    key(2)
}

pub fn at<T>(key: Pubkey, slot: u64, data: T) -> Versioned<T> {
    Versioned { key, slot, data }
}

const SPLITS: RewardSplits = RewardSplits { provider_bps: 8_000, treasury_bps: 1_500, model_bps: 500 };
const SLASH: SlashShares = SlashShares { challenger_bps: 4_000, requester_bps: 1_000, sink_bps: 5_000 };

pub fn market() -> Market {
    Market {
        version: 1,
        bump: 255,
        insurance_bump: 255,
        id: 0,
        creator: key(3),
        authority: key(3),
        treasury: key(3),
        mint: key(4),
        params: MarketParams {
            splits: SPLITS,
            slash: SLASH,
            sink: Sink::Burn,
            audit_rate_bps: 10_000,
            honest_auditors_bps: 5_000,
            min_lock_bps: 25_000,
            audit_lock_bps: 10_000,
            no_show_bps: 1_000,
            no_show_min: 1,
            min_reward: 1,
            max_open_seconds: 1_000,
            max_execution_seconds: 1_000,
            max_audit_seconds: 2_000,
            max_challenge_seconds: 2_000,
            unbonding_seconds: 10_000,
            reputation_decay_bps: 9_000,
            reputation_cap: 10,
        },
        reserved: [0; 128],
    }
}

/// Active, both roles, 1,000 base units of free stake, four runs at most.
pub fn provider(authority: Pubkey) -> Provider {
    Provider {
        version: 1,
        bump: 255,
        vault_bump: 255,
        market: market_key(),
        authority,
        status: ProviderStatus::Active,
        roles: Roles { compute: true, verify: true },
        verify_since: 0,
        stake: Stake { free: 1_000, locked: 0, unbonding: [Unbonding { amount: 0, until: 0 }; 4] },
        hardware: Hardware { backend: BackendKind::Cpu, memory_mib: 1_024, compute_capability: 0 },
        price_floor: 0,
        reputation: Reputation { good: 0, bad: 0 },
        active_runs: 0,
        max_runs: 4,
        reserved: [0; 128],
        endpoint: String::new(),
    }
}

/// Open until `SOON`, reward 100, a run locks 250, an audit 100.
pub fn task(nonce: u8) -> Task {
    Task {
        version: 1,
        bump: 255,
        vault_bump: 255,
        fee_vault_bump: 255,
        state: TaskState::Open,
        escrow: 120,
        open_until: SOON,
        runs_open: 0,
        terms_hash: [nonce; 32],
        reserved: [0; 64],
        terms: Terms {
            market: market_key(),
            requester: requester(),
            nonce: nonce.into(),
            graph_root: [1; 32],
            inputs_root: [2; 32],
            manifest_id: [3; 32],
            op_count: 2,
            output_count: 1,
            policy: Policy::Optimistic,
            reward: 100,
            audit_reward: 10,
            crank_bounty: 10,
            windows: Windows { open_seconds: 100, execution_seconds: 100, audit_seconds: 200, challenge_seconds: 200 },
            splits: SPLITS,
            slash: SLASH,
            sink: Sink::Burn,
            run_lock: 250,
            audit_lock: 100,
            no_show_slash: 10,
            created_slot: 1_900,
            created_at: 950,
            model: None,
            manifest_locator: "file:///nowhere".into(),
        },
        excluded: Vec::new(),
    }
}

/// Claimed, to be submitted until `SOON`.
pub fn run(task: Pubkey, provider: Pubkey, authority: Pubkey) -> Run {
    let unset = Deadline { unix: 0, slot: 0 };
    Run {
        version: 1,
        bump: 255,
        task,
        provider,
        authority,
        state: RunState::Claimed,
        lock: 250,
        output_root: [0; 32],
        output_id: [0; 32],
        claimed_at: Moment { unix: 960, slot: 1_920 },
        execute_until: SOON,
        submitted_at: Moment { unix: 0, slot: 0 },
        audit_until: unset,
        challenge_until: unset,
        audits_open: 0,
        agreeing: 0,
        differing: 0,
        reserved: [0; 64],
        first_agreeing: None,
        winners: None,
        output_locator: String::new(),
    }
}

/// Submitted with the root 7..7; audits and challenges until `SOON`.
pub fn submitted(task: Pubkey, provider: Pubkey, authority: Pubkey) -> Run {
    Run {
        state: RunState::Submitted,
        output_root: [7; 32],
        output_id: [8; 32],
        submitted_at: Moment { unix: 970, slot: 1_940 },
        audit_until: SOON,
        challenge_until: SOON,
        output_locator: "file:///nowhere".into(),
        ..run(task, provider, authority)
    }
}

/// The `ordinal`-th audit of a run, with this root.
pub fn audit(run: Pubkey, verifier: Pubkey, authority: Pubkey, root: [u8; 32], ordinal: u16) -> Audit {
    Audit {
        version: 1,
        bump: 255,
        run,
        verifier,
        authority,
        lock: 100,
        root,
        verdict: if root == [7; 32] { Verdict::Agrees } else { Verdict::Differs },
        ordinal,
        posted_at: Moment { unix: 980, slot: 1_960 },
        reserved: [0; 32],
    }
}
