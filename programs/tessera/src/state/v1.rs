//! The accounts of layout version 1, frozen, as `account_migrate` reads them. Their discriminators are those of the present
//! accounts, which have the same names; the version after it tells them apart.

use anchor_lang::prelude::*;

use super::{BackendKind, ProviderStatus, Reputation, RewardSplits, Roles, Sink, SlashShares, Stake};

/// The version that these accounts carry.
pub const VERSION: u8 = 1;

/// Parameters of a [`Market`].
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarketParams {
    /// See [`super::MarketParams`], as all of these.
    pub splits: RewardSplits,
    /// As today.
    pub slash: SlashShares,
    /// As today.
    pub sink: Sink,
    /// As today.
    pub audit_rate_bps: u16,
    /// As today.
    pub honest_auditors_bps: u16,
    /// As today.
    pub min_lock_bps: u16,
    /// As today.
    pub audit_lock_bps: u16,
    /// As today.
    pub no_show_bps: u16,
    /// As today.
    pub no_show_min: u64,
    /// As today.
    pub min_reward: u64,
    /// As today.
    pub max_open_seconds: u32,
    /// As today.
    pub max_execution_seconds: u32,
    /// As today.
    pub max_audit_seconds: u32,
    /// As today.
    pub max_challenge_seconds: u32,
    /// As today.
    pub unbonding_seconds: u32,
    /// As today.
    pub reputation_decay_bps: u16,
    /// As today.
    pub reputation_cap: u32,
}

/// A market of version 1.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Debug, PartialEq, Eq)]
pub struct Market {
    /// [`VERSION`].
    pub version: u8,
    /// Bump of the account.
    pub bump: u8,
    /// Bump of the insurance vault.
    pub insurance_bump: u8,
    /// Tells a creator's markets of one mint apart.
    pub id: u16,
    /// Who made it.
    pub creator: Pubkey,
    /// Who was to change parameters.
    pub authority: Pubkey,
    /// The wallet that owns swept fees.
    pub treasury: Pubkey,
    /// What it pays in, of the Token program.
    pub mint: Pubkey,
    /// Its parameters.
    pub params: MarketParams,
    /// Zero.
    pub reserved: [u8; 128],
}

/// What a provider of version 1 has.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hardware {
    /// What executes.
    pub backend: BackendKind,
    /// Memory for tensors, MiB.
    pub memory_mib: u32,
    /// CUDA compute capability times ten.
    pub compute_capability: u16,
}

/// A provider of version 1.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// [`VERSION`].
    pub version: u8,
    /// Bump of the account.
    pub bump: u8,
    /// Bump of the stake vault.
    pub vault_bump: u8,
    /// Its market.
    pub market: Pubkey,
    /// Who acts for it.
    pub authority: Pubkey,
    /// Whether it takes new work.
    pub status: ProviderStatus,
    /// What it does.
    pub roles: Roles,
    /// Unix seconds since when it verifies.
    pub verify_since: i64,
    /// Its stake.
    pub stake: Stake,
    /// What it has.
    pub hardware: Hardware,
    /// Lowest reward it takes, base units.
    pub price_floor: u64,
    /// How its runs ended.
    pub reputation: Reputation,
    /// Runs that are claimed or undecided.
    pub active_runs: u16,
    /// Runs it will have open at most.
    pub max_runs: u16,
    /// Zero.
    pub reserved: [u8; 128],
    /// Where it can be reached.
    #[max_len(96)]
    pub endpoint: String,
}

/// A model of version 1.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// [`VERSION`].
    pub version: u8,
    /// Bump of the account.
    pub bump: u8,
    /// Who registered it.
    pub creator: Pubkey,
    /// Root of the model's tensors.
    pub model_root: [u8; 32],
    /// The wallet that earns.
    pub payout: Pubkey,
    /// Zero.
    pub reserved: [u8; 64],
}
