use anchor_lang::prelude::*;

use super::LAYOUT_VERSION;
use crate::errors::TesseraError;

/// The fees that a provider's settled tasks brought in one epoch. Address: "share", provider, epoch.
#[account]
#[derive(InitSpace, Debug, PartialEq, Eq)]
pub struct Share {
    /// [`LAYOUT_VERSION`].
    pub version: u8,
    /// Bump of this account.
    pub bump: u8,
    /// Its market.
    pub market: Pubkey,
    /// Whose fees.
    pub provider: Pubkey,
    /// Which epoch.
    pub epoch: u64,
    /// Who paid the rent, and gets it back.
    pub payer: Pubkey,
    /// Fees that reached this epoch's fee vaults, base units.
    pub fees: u64,
    /// Zero.
    pub reserved: [u8; 32],
}

impl Share {
    /// What holds of every share.
    pub fn invariant(&self) -> Result<()> {
        require_eq!(self.version, LAYOUT_VERSION, TesseraError::LayoutVersion);
        Ok(())
    }
}
