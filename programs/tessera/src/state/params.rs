use anchor_lang::prelude::*;

use super::mirror::mirror;

mirror! {
    /// Where the sink's share of a slashed lock goes.
    pub enum Sink = tessera_rules::Sink {
        /// Burned. Refused for wrapped SOL.
        Burn,
        /// Kept in the market's insurance vault.
        Insurance,
    }
}

mirror! {
    /// How a reward is shared, in bps that sum to 10,000.
    pub struct RewardSplits = tessera_rules::RewardSplits {
        /// The provider's share.
        pub provider_bps: u16,
        /// The treasury's share.
        pub treasury_bps: u16,
        /// The model creator's share; the provider's where a task names no model.
        pub model_bps: u16,
    }
}

mirror! {
    /// How a slashed lock is shared, in bps that sum to 10,000.
    pub struct SlashShares = tessera_rules::SlashShares {
        /// The challengers' share.
        pub challenger_bps: u16,
        /// The requester's share.
        pub requester_bps: u16,
        /// The share that is burned or insured.
        pub sink_bps: u16,
    }
}

mirror! {
    /// The parameters of a market. A task pins those that concern it when it is created.
    pub struct MarketParams = tessera_rules::MarketParams {
        /// How a reward is shared.
        pub splits: RewardSplits,
        /// How a slashed lock is shared.
        pub slash: SlashShares,
        /// Where the sink's share goes.
        pub sink: Sink,
        /// Probability that a run is audited.
        pub audit_rate_bps: u16,
        /// Assumed share of auditors that are honest, below 10,000.
        pub honest_auditors_bps: u16,
        /// Lowest lock of a run, of its reward; 25,000 at least.
        pub min_lock_bps: u16,
        /// Lock of an audit, of the reward; 10,000 at least.
        pub audit_lock_bps: u16,
        /// Slash of a no-show, of the reward.
        pub no_show_bps: u16,
        /// Lowest slash of a no-show, base units.
        pub no_show_min: u64,
        /// Lowest reward of a task, base units.
        pub min_reward: u64,
        /// Longest window in which a task may be claimed.
        pub max_open_seconds: u32,
        /// Longest window for an execution.
        pub max_execution_seconds: u32,
        /// Longest window for audits.
        pub max_audit_seconds: u32,
        /// Longest window for challenges.
        pub max_challenge_seconds: u32,
        /// How long unbonding stake waits.
        pub unbonding_seconds: u32,
        /// Decay of both reputation counters with each counted run.
        pub reputation_decay_bps: u16,
        /// Highest weight of one run in a reputation, in multiples of the minimum reward.
        pub reputation_cap: u32,
        /// Reputation below which a provider is a newcomer, whose runs are always audited, in millionths.
        pub newcomer_weight: u64,
        /// Slots between a submission (or an audit) and the slot hash that draws its auditors (or its leaf), 1 to 128.
        pub draw_delay_slots: u16,
        /// Challenge window after equal roots of redundant runs.
        pub agreed_challenge_seconds: u32,
        /// Longest window for reveals; 0: no redundant tasks.
        pub max_reveal_seconds: u32,
        /// Longest time in which a claim may be released.
        pub max_grace_seconds: u32,
        /// How long proposed parameters wait; 3,600 at least.
        pub timelock_seconds: u32,
        /// Share of an audit lock that a verifier loses when it claimed and did not answer.
        pub silence_bps: u16,
    }
}
