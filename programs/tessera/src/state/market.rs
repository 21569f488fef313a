use anchor_lang::prelude::*;

use super::{LAYOUT_VERSION, MarketParams};
use crate::errors::TesseraError;

/// A payment mint with its parameters. Read-only on hot paths. Address: "market", mint, creator, id.
#[account]
#[derive(InitSpace, Debug, PartialEq, Eq)]
pub struct Market {
    /// [`LAYOUT_VERSION`].
    pub version: u8,
    /// Bump of this account.
    pub bump: u8,
    /// Bump of the insurance vault.
    pub insurance_bump: u8,
    /// Tells a creator's markets of one mint apart.
    pub id: u16,
    /// Who made it.
    pub creator: Pubkey,
    /// Who may change parameters; meant to be a multisig.
    pub authority: Pubkey,
    /// The wallet that owns swept fees.
    pub treasury: Pubkey,
    /// What the market pays in (SPL Token).
    pub mint: Pubkey,
    /// The parameters in force for new tasks.
    pub params: MarketParams,
    /// Zero.
    pub reserved: [u8; 128],
}

impl Market {
    /// What holds of every market.
    pub fn invariant(&self) -> Result<()> {
        require_eq!(self.version, LAYOUT_VERSION, TesseraError::LayoutVersion);
        require_keys_neq!(self.treasury, Pubkey::default(), TesseraError::KeyMissing);
        require_keys_neq!(self.authority, Pubkey::default(), TesseraError::KeyMissing);
        Ok(())
    }
}
