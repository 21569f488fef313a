use anchor_lang::prelude::*;

use super::Payment;

/// The books of an epoch are open.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolOpened {
    /// The market.
    pub market: Pubkey,
    /// Which epoch.
    pub epoch: u64,
    /// The books.
    pub pool: Pubkey,
    /// Who paid the rent.
    pub payer: Pubkey,
}

/// Tokens were given for an epoch's providers.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolFunded {
    /// The market.
    pub market: Pubkey,
    /// Which epoch.
    pub epoch: u64,
    /// Who gave.
    pub funder: Pubkey,
    /// How much.
    pub amount: u64,
    /// What the pool has got so far.
    pub funded: u64,
}

/// A provider's fees of an epoch are counted from now on.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareOpened {
    /// The market.
    pub market: Pubkey,
    /// Which epoch.
    pub epoch: u64,
    /// Whose fees.
    pub provider: Pubkey,
    /// The account.
    pub share: Pubkey,
    /// Who paid the rent.
    pub payer: Pubkey,
}

/// A fee vault exists.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeeVaultOpened {
    /// Its market.
    pub market: Pubkey,
    /// Its epoch.
    pub epoch: u64,
    /// Its shard, 0 to 15.
    pub shard: u8,
    /// The token account.
    pub vault: Pubkey,
    /// Who paid the rent.
    pub payer: Pubkey,
}

/// A fee vault was emptied to the treasury and closed.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeesSwept {
    /// The market.
    pub market: Pubkey,
    /// The epoch.
    pub epoch: u64,
    /// The shard, 0 to 15.
    pub shard: u8,
    /// What the treasury got.
    pub payment: Payment,
    /// All fees of the epoch that were swept so far.
    pub total_fees: u64,
}

/// A provider got its part of an epoch's pool.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareClaimed {
    /// The market.
    pub market: Pubkey,
    /// The epoch.
    pub epoch: u64,
    /// The provider.
    pub provider: Pubkey,
    /// The fees that it brought.
    pub fees: u64,
    /// What it got; to the default address, and nothing, if it had left.
    pub payment: Payment,
}

/// The books of an epoch are closed.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolClosed {
    /// The market.
    pub market: Pubkey,
    /// The epoch.
    pub epoch: u64,
    /// What was given.
    pub funded: u64,
    /// What of it providers got.
    pub paid: u64,
    /// All fees of the epoch.
    pub total_fees: u64,
    /// What went to the insurance vault.
    pub to_insurance: u64,
}
