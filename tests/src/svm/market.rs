use anchor_lang::prelude::Pubkey;
use tessera::addresses::{insurance_vault_address, market_address, unclaimed_vault_address};
use tessera::state::{MarketParams, RewardSplits, Sink, SlashShares};

/// How long a fee epoch of the test markets lasts. The worlds begin a good day into one.
pub const EPOCH_SECONDS: u32 = 604_800;

/// The addresses of a market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarketRef {
    /// The market.
    pub key: Pubkey,
    /// Who makes it.
    pub creator: Pubkey,
    /// Tells a creator's markets apart.
    pub id: u16,
    /// What it pays in.
    pub mint: Pubkey,
    /// Its insurance vault.
    pub insurance_vault: Pubkey,
    /// Its vault for what payments could not deliver.
    pub unclaimed_vault: Pubkey,
}

impl MarketRef {
    /// The addresses of the market of this creator.
    pub fn of(mint: Pubkey, creator: Pubkey, id: u16) -> Self {
        let key = market_address(&mint, &creator, id).0;
        let (insurance_vault, unclaimed_vault) = (insurance_vault_address(&key).0, unclaimed_vault_address(&key).0);
        Self { key, creator, id, mint, insurance_vault, unclaimed_vault }
    }
}

/// Parameters that a market of the test worlds has: nine tenths of all runs audited, 90% of the auditors honest, so that the
/// smallest lock (2.5 x reward) covers a cheat. Whoever is not yet known by a whole counted run is audited always.
pub fn market_params() -> MarketParams {
    MarketParams {
        splits: RewardSplits { provider_bps: 8_000, treasury_bps: 1_500, model_bps: 500 },
        slash: SlashShares { challenger_bps: 4_000, requester_bps: 1_000, sink_bps: 5_000 },
        sink: Sink::Insurance,
        audit_rate_bps: 9_000,
        honest_auditors_bps: 9_000,
        min_lock_bps: 25_000,
        audit_lock_bps: 10_000,
        no_show_bps: 1_000,
        no_show_min: 100_000,
        min_reward: 1_000_000,
        max_open_seconds: 7_200,
        max_execution_seconds: 1_200,
        max_audit_seconds: 2_400,
        max_challenge_seconds: 3_600,
        unbonding_seconds: 17_700,
        reputation_decay_bps: 9_800,
        reputation_cap: 10,
        newcomer_weight: 1_000_000,
        draw_delay_slots: 4,
        agreed_challenge_seconds: 600,
        max_reveal_seconds: 900,
        max_grace_seconds: 300,
        timelock_seconds: 3_600,
        silence_bps: 2_500,
    }
}
