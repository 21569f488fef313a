use anchor_lang::prelude::*;

use super::{LAYOUT_VERSION, Market, Moment, Share};
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

/// How far ahead an epoch may be opened and funded.
pub const MAX_EPOCHS_AHEAD: u64 = 52;
impl EpochPool {
    /// What a share of this epoch is paid, base units, see [`tessera_rules::pool_share`].
    pub fn payout(&self, share: &Share) -> Result<u64> {
        let left = self.funded.checked_sub(self.paid).ok_or(TesseraError::Invariant)?;
        let part = tessera_rules::pool_share(self.funded.into(), share.fees.into(), self.total_fees.into());
        Ok(part.get().min(left))
    }

    /// Refuses a payment before the epoch has ended and all its fees are counted.
    pub(crate) fn require_final(&self, market: &Market, now: Moment) -> Result<()> {
        tessera_rules::pool_final(self.epoch, self.opened, self.swept, now.unix, market.epoch_seconds)
            .map_err(TesseraError::from)?;
        Ok(())
    }

    /// Notes who pays the rent of a shard's fee vault.
    pub(crate) fn open_shard(&mut self, shard: u8, payer: Pubkey) -> Result<()> {
        let bit = bit(shard)?;
        require!(self.opened & bit == 0, TesseraError::WrongState);
        self.opened |= bit;
        *self.fee_payers.get_mut(usize::from(shard)).ok_or(TesseraError::ShardOutOfRange)? = payer;
        Ok(())
    }

    /// Counts a shard's fees; returns who paid its vault's rent.
    pub(crate) fn sweep_shard(&mut self, shard: u8, fees: u64) -> Result<Pubkey> {
        let bit = bit(shard)?;
        require!(self.opened & bit != 0, TesseraError::WrongVault);
        require!(self.swept & bit == 0, TesseraError::AlreadySwept);
        self.swept |= bit;
        self.total_fees = self.total_fees.checked_add(fees).ok_or(TesseraError::Overflow)?;
        Ok(*self.fee_payers.get(usize::from(shard)).ok_or(TesseraError::ShardOutOfRange)?)
    }

    /// What holds of every pool: it never paid more than it was given, and swept only what was opened.
    pub fn invariant(&self) -> Result<()> {
        require_eq!(self.version, LAYOUT_VERSION, TesseraError::LayoutVersion);
        require_gte!(self.funded, self.paid, TesseraError::Invariant);
        require!(self.swept & !self.opened == 0, TesseraError::Invariant);
        Ok(())
    }
}

impl Market {
    /// The fee epoch of this time.
    pub fn epoch(&self, now: Moment) -> u64 {
        tessera_rules::epoch_of(now.unix, self.epoch_seconds)
    }

    /// Refuses an epoch that is over, or more than `ahead` after the current one.
    pub(crate) fn require_epoch_within(&self, epoch: u64, ahead: u64, now: Moment) -> Result<()> {
        tessera_rules::epoch_open(epoch, now.unix, self.epoch_seconds).map_err(TesseraError::from)?;
        require_gte!(self.epoch(now).saturating_add(ahead), epoch, TesseraError::EpochTooFar);
        Ok(())
    }
}

/// The bit of a shard.
fn bit(shard: u8) -> Result<u16> {
    require_gt!(FEE_SHARDS, shard, TesseraError::ShardOutOfRange);
    Ok(1_u16.checked_shl(u32::from(shard)).ok_or(TesseraError::ShardOutOfRange)?)
}
