use anchor_lang::prelude::*;

use super::LAYOUT_VERSION;
use crate::errors::TesseraError;

/// What a payment could not deliver, because the token account could not receive. Its tokens lie in the market's unclaimed
/// vault until the owner claims them. Address: "balance", market, owner.
#[account]
#[derive(InitSpace, Debug, PartialEq, Eq)]
pub struct Balance {
    /// [`LAYOUT_VERSION`].
    pub version: u8,
    /// Bump of this account.
    pub bump: u8,
    /// Its market.
    pub market: Pubkey,
    /// Whose tokens they are.
    pub owner: Pubkey,
    /// Who paid the rent, and gets it back.
    pub payer: Pubkey,
    /// How many, base units; above zero.
    pub amount: u64,
    /// Zero.
    pub reserved: [u8; 32],
}

impl Balance {
    /// What holds of every balance.
    pub fn invariant(&self) -> Result<()> {
        require_eq!(self.version, LAYOUT_VERSION, TesseraError::LayoutVersion);
        require_gt!(self.amount, 0, TesseraError::Invariant);
        Ok(())
    }
}
