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
        newcomer_weight: 3_000_000,
        draw_delay_slots: 4,
        agreed_challenge_seconds: 60,
        max_reveal_seconds: 3_600,
        max_grace_seconds: 600,
        timelock_seconds: 86_400,
        silence_bps: bps(1_000),
    }
}

pub fn windows() -> Windows {
    Windows {
        open_seconds: 600,
        execution_seconds: 60,
        audit_seconds: 120,
        challenge_seconds: 240,
        exclusive_seconds: 0,
        grace_seconds: 20,
        reveal_seconds: 0,
    }
}

/// A deadline one second after [`NOW`].
pub fn soon() -> Deadline {
    NOW.after(1).unwrap()
}

/// A deadline that has passed at [`NOW`].
pub fn past() -> Deadline {
    Deadline { unix: NOW.unix, slot: NOW.slot }
}

/// The windows of a task with several runs.
pub fn redundant_windows() -> Windows {
    Windows { reveal_seconds: 30, ..windows() }
}

/// A new task with these runs.
pub fn task(policy: Policy) -> TaskView<u8> {
    TaskView {
        state: TaskState::Open,
        policy,
        windows: if policy.is_redundant() { redundant_windows() } else { windows() },
        agreed_challenge_seconds: 60,
        waive_window: false,
        open_until: NOW.after(600).unwrap(),
        reveal_from: None,
        audit_until: Deadline::default(),
        challenge_until: Deadline::default(),
        excluded: 0,
        slots: [Slot::default(); MAX_RUNS],
        decision: Decision::Undecided,
    }
}

/// [`NOW`], so many seconds later on both clocks.
pub fn in_seconds(seconds: u32) -> Moment {
    let deadline = NOW.after(seconds).unwrap();
    Moment { unix: deadline.unix, slot: deadline.slot }
}

pub fn claim_terms() -> ClaimTerms {
    ClaimTerms {
        reward: units(10_000),
        run_lock: units(30_000),
        requirements: Requirements::default(),
        named_only: false,
        exclusive_until: past(),
        paused: false,
    }
}

pub fn claimant() -> Claimant {
    Claimant {
        active: true,
        compute: true,
        same_market: true,
        excluded: false,
        has_slot: false,
        listed: false,
        capabilities: Capabilities::default(),
        active_runs: 0,
        max_runs: 2,
        price_floor: units(10_000),
    }
}

pub fn audited_run() -> AuditedRun {
    AuditedRun { slot: 0, submitted_at: NOW, rate: bps(5_000), verify_stake: units(1_000), draw_delay_slots: 4 }
}

pub fn auditor() -> Auditor {
    Auditor {
        active: true,
        verify: true,
        same_market: true,
        owns_run: false,
        owns_task: false,
        ticket_since: Moment { unix: NOW.unix - 3, slot: NOW.slot - 5 },
        ticket_stake: units(500),
    }
}

pub fn escrow() -> Escrow {
    Escrow {
        held: units(11_600),
        kept_for_auditors: units(0),
        reward: units(10_000),
        audit_reward: units(1_000),
        crank_bounty: units(600),
        runs: 1,
    }
}
