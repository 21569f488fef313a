//! One valid value of each kind; a test names only what it varies.

use tessera_rules::*;

pub const NOW: Moment = Moment { unix: 1_000_000, slot: 500_000 };

pub fn units(n: u64) -> BaseUnits {
    BaseUnits::new(n)
}

pub fn bps(n: u16) -> Bps {
    Bps::new(n)
}

pub fn params() -> MarketParams {
    MarketParams {
        splits: RewardSplits { provider_bps: bps(8_000), treasury_bps: bps(1_500), model_bps: bps(500) },
        slash: SlashShares { challenger_bps: bps(4_000), requester_bps: bps(1_000), sink_bps: bps(5_000) },
        sink: Sink::Insurance,
        audit_rate_bps: bps(3_000),
        honest_auditors_bps: bps(8_000),
        min_lock_bps: bps(25_000),
        audit_lock_bps: bps(10_000),
        no_show_bps: bps(1_000),
        no_show_min: units(50),
        min_reward: units(1_000),
        max_open_seconds: 86_400,
        max_execution_seconds: 3_600,
        max_audit_seconds: 7_200,
        max_challenge_seconds: 14_400,
        unbonding_seconds: 604_800,
        reputation_decay_bps: bps(9_900),
        reputation_cap: 10,
    }
}

pub fn windows() -> Windows {
    Windows { open_seconds: 600, execution_seconds: 60, audit_seconds: 120, challenge_seconds: 240 }
}

/// A deadline one second after [`NOW`].
pub fn soon() -> Deadline {
    NOW.after(1).unwrap()
}

/// A deadline that has passed at [`NOW`].
pub fn past() -> Deadline {
    Deadline { unix: NOW.unix, slot: NOW.slot }
}

pub fn open_task() -> OpenTask {
    OpenTask {
        state: TaskState::Open,
        open_until: soon(),
        reward: units(10_000),
        run_lock: units(30_000),
        windows: windows(),
    }
}

pub fn claimant() -> Claimant {
    Claimant {
        active: true,
        compute: true,
        same_market: true,
        excluded: false,
        active_runs: 0,
        max_runs: 2,
        price_floor: units(10_000),
    }
}

pub fn audited_run() -> AuditedRun {
    AuditedRun {
        state: TaskState::Submitted,
        claimed_unix: NOW.unix - 100,
        output_root: [1; 32],
        audit_until: soon(),
        challenge_until: NOW.after(10).unwrap(),
        audit_seconds: 120,
        refuted: false,
    }
}

pub fn auditor() -> Auditor {
    Auditor {
        active: true,
        verify: true,
        same_market: true,
        owns_run: false,
        owns_task: false,
        verify_since: NOW.unix - 100,
    }
}

pub fn escrow() -> Escrow {
    Escrow { held: units(11_600), reward: units(10_000), audit_reward: units(1_000), crank_bounty: units(600) }
}
