//! Accounts as they might be, for tests: each test changes only the fields that it is about.

mod disputes;
mod work;

use anchor_lang::prelude::Pubkey;
use anchor_spl::token;
use tessera::state::{
    BackendKind, Balance, Deadline, EpochPool, Hardware, LAYOUT_VERSION, Market, MarketParams, Moment, Provider,
    ProviderStatus, Reputation, RewardSplits, Roles, Share, Sink, SlashShares, Stake, TicketChain, Unbonding,
};

pub use self::disputes::dispute;
pub use self::work::{audit, redundant, run, sealed, submitted, task, with_run};

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

/// A market of `mint`, a mint of the Token program, with id 0, made by `creator`, with fee epochs of a day. Its verifiers
/// stake nothing.
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
            newcomer_weight: 0,
            draw_delay_slots: 4,
            agreed_challenge_seconds: 60,
            max_reveal_seconds: 600,
            max_grace_seconds: 60,
            timelock_seconds: 3_600,
            silence_bps: 5_000,
        },
        token_program: token::ID,
        unclaimed_bump: 255,
        paused: false,
        epoch_seconds: 86_400,
        verify_stake: 0,
        reserved: [0; 128],
        pending_authority: None,
        pending: None,
    }
}

/// An active provider that computes and verifies since time zero, with 1,000,000 base units of free stake, all of which
/// weigh in draws. It has committed to no ticket chain.
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
        ticket: TicketChain::NONE,
        ticket_since: NEVER,
        ticket_stake: 1_000_000,
        stake: Stake { free: 1_000_000, locked: 0, unbonding: [Unbonding { amount: 0, until: 0 }; 4] },
        hardware: Hardware {
            backend: BackendKind::Cpu,
            memory_mib: 1_024,
            compute_capability: 0,
            region: [0; 2],
            tier: 0,
        },
        price_floor: 0,
        reputation: Reputation { good: 0, bad: 0 },
        active_runs: 0,
        max_runs: 1,
        runs_unclosed: 0,
        active_audits: 0,
        open_disputes: 0,
        reserved: [0; 126],
        endpoint: String::new(),
    }
}

/// The books of an epoch whose fee vaults are not open yet.
#[must_use]
pub fn pool(market: Pubkey, epoch: u64) -> EpochPool {
    EpochPool {
        version: LAYOUT_VERSION,
        bump: 255,
        market,
        epoch,
        payer: key(90),
        vault_bump: 255,
        opened: 0,
        swept: 0,
        shares_open: 0,
        funded: 0,
        paid: 0,
        total_fees: 0,
        fee_payers: [Pubkey::new_from_array([0; 32]); 16],
        reserved: [0; 64],
    }
}

/// The share of a provider in an epoch, without fees.
#[must_use]
pub fn share(market: Pubkey, provider: Pubkey, epoch: u64) -> Share {
    Share { version: LAYOUT_VERSION, bump: 255, market, provider, epoch, payer: key(90), fees: 0, reserved: [0; 32] }
}

/// 50 base units that `owner` can claim.
#[must_use]
pub fn balance(market: Pubkey, owner: Pubkey) -> Balance {
    Balance { version: LAYOUT_VERSION, bump: 255, market, owner, payer: key(90), amount: 50, reserved: [0; 32] }
}
