use anchor_lang::prelude::*;

use crate::state::{Hardware, Moment, ProviderStatus, Roles, TicketChain};

/// A provider exists.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderRegistered {
    /// The provider.
    pub provider: Pubkey,
    /// Its market.
    pub market: Pubkey,
    /// Who acts for it.
    pub authority: Pubkey,
    /// What it does.
    pub roles: Roles,
    /// What it has.
    pub hardware: Hardware,
    /// Lowest reward it takes.
    pub price_floor: u64,
    /// Runs it will have open at most.
    pub max_runs: u16,
    /// Where it can be reached.
    pub endpoint: String,
    /// A verifier's ticket chain.
    pub ticket: TicketChain,
}

/// A provider left, and its accounts are closed.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderClosed {
    /// The provider.
    pub provider: Pubkey,
    /// Its market.
    pub market: Pubkey,
    /// Who acted for it.
    pub authority: Pubkey,
    /// What strangers had sent to its vault, which went to the insurance vault.
    pub dust: u64,
}

/// A verifier committed to a ticket chain.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketChainCommitted {
    /// The verifier.
    pub provider: Pubkey,
    /// The chain.
    pub chain: TicketChain,
    /// Only later submissions are its to audit.
    pub since: Moment,
}

/// A provider changed; these values hold now.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderUpdated {
    /// The provider.
    pub provider: Pubkey,
    /// Whether it takes new work.
    pub status: ProviderStatus,
    /// What it does.
    pub roles: Roles,
    /// Its weight in draws, base units.
    pub ticket_stake: u64,
    /// What it has.
    pub hardware: Hardware,
    /// Lowest reward it takes.
    pub price_floor: u64,
    /// Runs it will have open at most.
    pub max_runs: u16,
    /// Where it can be reached.
    pub endpoint: String,
}

/// Stake came in.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StakeDeposited {
    /// The provider.
    pub provider: Pubkey,
    /// How much.
    pub amount: u64,
    /// Free stake now.
    pub free: u64,
    /// Its weight in draws now.
    pub ticket_stake: u64,
}

/// A verifier's ticket weight was lowered to its stake.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StakeRecounted {
    /// The verifier.
    pub provider: Pubkey,
    /// Its weight in draws before.
    pub before: u64,
    /// Its weight in draws now.
    pub ticket_stake: u64,
}

/// Stake began to leave.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StakeUnbonded {
    /// The provider.
    pub provider: Pubkey,
    /// How much.
    pub amount: u64,
    /// Unix seconds from which it may be withdrawn.
    pub until: i64,
    /// Free stake now.
    pub free: u64,
    /// Its weight in draws now.
    pub ticket_stake: u64,
}

/// Stake left.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StakeWithdrawn {
    /// The provider.
    pub provider: Pubkey,
    /// How much.
    pub amount: u64,
    /// The token account that the authority chose.
    pub to: Pubkey,
}
