//! The accounts of layout version 1, frozen, as `account_migrate` reads them. Their discriminators are those of the present
//! accounts, which have the same names; the version after it tells them apart.

use anchor_lang::prelude::*;

use super::{
    BackendKind, LAYOUT_VERSION, Moment, ProviderStatus, Reputation, RewardSplits, Roles, Sink, SlashShares, Stake,
    TicketChain,
};

/// The version that these accounts carry.
pub const VERSION: u8 = 1;

/// Fee epochs of migrated markets: a week.
const EPOCH_SECONDS: u32 = 604_800;
/// Timelock of migrated markets: a day.
const TIMELOCK_SECONDS: u32 = 86_400;
/// Newcomers of migrated markets: below five runs of the smallest reward, in millionths.
const NEWCOMER_WEIGHT: u64 = 5_000_000;
/// Longest draw delay of migrated markets, slots.
const DRAW_DELAY_SLOTS: u32 = 32;
/// Share of an audit lock that silence costs in migrated markets.
const SILENCE_BPS: u16 = 5_000;

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

impl MarketParams {
    /// The present parameters, which a market may have if it might have these. Redundant tasks and releases stay impossible,
    /// and unbonding lasts as long as today's rules ask.
    pub fn migrated(&self) -> super::MarketParams {
        let longest = [
            self.max_open_seconds,
            self.max_execution_seconds,
            self.max_execution_seconds,
            self.max_execution_seconds,
            self.max_audit_seconds,
            self.max_challenge_seconds,
        ];
        let longest = longest.into_iter().fold(0, u32::saturating_add);
        super::MarketParams {
            splits: self.splits,
            slash: self.slash,
            sink: self.sink,
            audit_rate_bps: self.audit_rate_bps,
            honest_auditors_bps: self.honest_auditors_bps,
            min_lock_bps: self.min_lock_bps,
            audit_lock_bps: self.audit_lock_bps,
            no_show_bps: self.no_show_bps,
            no_show_min: self.no_show_min,
            min_reward: self.min_reward,
            max_open_seconds: self.max_open_seconds,
            max_execution_seconds: self.max_execution_seconds,
            max_audit_seconds: self.max_audit_seconds,
            max_challenge_seconds: self.max_challenge_seconds,
            unbonding_seconds: self.unbonding_seconds.max(longest),
            reputation_decay_bps: self.reputation_decay_bps,
            reputation_cap: self.reputation_cap,
            newcomer_weight: NEWCOMER_WEIGHT,
            draw_delay_slots: u16::try_from(self.max_audit_seconds.clamp(1, DRAW_DELAY_SLOTS)).unwrap_or(1),
            agreed_challenge_seconds: self.max_challenge_seconds,
            max_reveal_seconds: 0,
            max_grace_seconds: 0,
            timelock_seconds: TIMELOCK_SECONDS,
            silence_bps: SILENCE_BPS,
        }
    }
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

impl Market {
    /// The same market in the present layout.
    pub fn migrated(&self, unclaimed_bump: u8) -> Box<super::Market> {
        Box::new(super::Market {
            version: LAYOUT_VERSION,
            bump: self.bump,
            insurance_bump: self.insurance_bump,
            id: self.id,
            creator: self.creator,
            authority: self.authority,
            treasury: self.treasury,
            mint: self.mint,
            params: self.params.migrated(),
            token_program: anchor_spl::token::ID,
            unclaimed_bump,
            paused: false,
            epoch_seconds: EPOCH_SECONDS,
            verify_stake: 0,
            reserved: [0; 128],
            pending_authority: None,
            pending: None,
        })
    }
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

impl Provider {
    /// The same provider in the present layout. It has no ticket chain and no weight in draws yet.
    pub fn migrated(&self) -> Box<super::Provider> {
        let Hardware { backend, memory_mib, compute_capability } = self.hardware;
        Box::new(super::Provider {
            version: LAYOUT_VERSION,
            bump: self.bump,
            vault_bump: self.vault_bump,
            market: self.market,
            authority: self.authority,
            status: self.status,
            roles: self.roles,
            ticket: TicketChain::NONE,
            ticket_since: Moment::BEGINNING,
            ticket_stake: 0,
            stake: self.stake,
            hardware: super::Hardware { backend, memory_mib, compute_capability, region: [0; 2], tier: 0 },
            price_floor: self.price_floor,
            reputation: self.reputation,
            active_runs: self.active_runs,
            max_runs: self.max_runs,
            runs_unclosed: self.active_runs,
            active_audits: 0,
            open_disputes: 0,
            reserved: [0; 126],
            endpoint: self.endpoint.clone(),
        })
    }
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

impl Model {
    /// The same model in the present layout.
    pub fn migrated(&self) -> Box<super::Model> {
        let Self { bump, creator, model_root, payout, reserved, .. } = *self;
        Box::new(super::Model { version: LAYOUT_VERSION, bump, creator, model_root, payout, reserved })
    }
}
