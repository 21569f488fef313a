//! One sample of each value that several accounts hold.

use tessera::state::*;

pub fn params() -> MarketParams {
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
        newcomer_weight: 0x1515,
        draw_delay_slots: 0x1616,
        agreed_challenge_seconds: 0x1717,
        max_reveal_seconds: 0x1818,
        max_grace_seconds: 0x1919,
        timelock_seconds: 0x1a1a,
        silence_bps: 0x1b1b,
    }
}

pub fn stake() -> Stake {
    let entry = |n: u8| Unbonding { amount: u64::from(n), until: i64::from(n) + 0x10 };
    Stake { free: 0x2021, locked: 0x2223, unbonding: [entry(1), entry(2), entry(3), entry(4)] }
}
