use anchor_lang::prelude::*;

use super::LAYOUT_VERSION;
use crate::errors::TesseraError;
use crate::seeds::FEE_SHARDS;

/// The books of one fee epoch of a market: its fee vaults, and what was given to be shared among the providers that brought
/// the fees. Address: "pool", market, epoch.
#[account]
#[derive(InitSpace, Debug, PartialEq, Eq)]
pub struct EpochPool {
    /// [`LAYOUT_VERSION`].
    pub version: u8,
    /// Bump of this account.
    pub bump: u8,
    /// Its market.
    pub market: Pubkey,
    /// Which epoch.
    pub epoch: u64,
    /// Who paid the rent of this account and its vault, and gets it back.
    pub payer: Pubkey,
    /// Bump of the pool vault.
    pub vault_bump: u8,
    /// Fee vaults that were opened, one bit each.
    pub opened: u16,
    /// Fee vaults that were swept and closed, one bit each.
    pub swept: u16,
    /// Shares that are not claimed.
    pub shares_open: u32,
    /// What was funded, base units.
    pub funded: u64,
    /// What of it was paid to providers, base units.
    pub paid: u64,
    /// Fees swept so far, base units.
    pub total_fees: u64,
    /// Who paid the rent of each fee vault, and gets it back; the default address where none was opened.
    pub fee_payers: [Pubkey; 16],
    /// Zero.
    pub reserved: [u8; 64],
}

impl EpochPool {
    /// Whether every fee vault that was opened has been swept.
    pub fn all_swept(&self) -> bool {
        self.opened == self.swept
    }

    /// The bit of a shard.
    pub(crate) fn bit(shard: u8) -> Result<u16> {
        require_gt!(FEE_SHARDS, shard, TesseraError::ShardOutOfRange);
        Ok(1_u16.checked_shl(u32::from(shard)).ok_or(TesseraError::ShardOutOfRange)?)
    }

    /// What holds of every pool: it never paid more than it was given, and swept only what was opened.
    pub fn invariant(&self) -> Result<()> {
        require_eq!(self.version, LAYOUT_VERSION, TesseraError::LayoutVersion);
        require_gte!(self.funded, self.paid, TesseraError::Invariant);
        require!(self.swept & !self.opened == 0, TesseraError::Invariant);
        Ok(())
    }
}
