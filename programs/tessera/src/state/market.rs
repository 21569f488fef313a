use anchor_lang::prelude::*;

use super::{Deadline, LAYOUT_VERSION, MarketParams};
use crate::errors::TesseraError;

/// Parameters that their authority has proposed.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct PendingParams {
    /// What would hold.
    pub params: MarketParams,
    /// From when anyone may apply them.
    pub earliest: Deadline,
}

/// A payment mint with its parameters. Read-only on hot paths; written where stake moves. Address: "market", mint, creator,
/// id.
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
    /// Who may propose parameters and pause; meant to be a multisig. It can take or slash nothing.
    pub authority: Pubkey,
    /// The wallet that owns swept fees.
    pub treasury: Pubkey,
    /// What the market pays in.
    pub mint: Pubkey,
    /// The parameters in force for new tasks.
    pub params: MarketParams,
    /// The program that owns the mint: Token or Token-2022.
    pub token_program: Pubkey,
    /// Bump of the unclaimed vault.
    pub unclaimed_bump: u8,
    /// Whether new tasks and claims are refused. Nothing else stops.
    pub paused: bool,
    /// How long a fee epoch lasts; fixed for good. Epoch `unix / epoch_seconds`.
    pub epoch_seconds: u32,
    /// Sum of the ticket weights of its verifiers, base units.
    pub verify_stake: u64,
    /// Zero.
    pub reserved: [u8; 128],
    /// Who may accept to become the authority.
    pub pending_authority: Option<Pubkey>,
    /// Parameters on their way.
    pub pending: Option<PendingParams>,
}

/// Longest fee epoch, seconds: 31 days, so that fees reach the treasury in time.
pub const MAX_EPOCH_SECONDS: u32 = 2_678_400;

impl Market {
    /// What holds of every market.
    pub fn invariant(&self) -> Result<()> {
        require_eq!(self.version, LAYOUT_VERSION, TesseraError::LayoutVersion);
        for key in [self.treasury, self.authority, self.token_program] {
            require_keys_neq!(key, Pubkey::default(), TesseraError::KeyMissing);
        }
        require!(self.pending_authority != Some(Pubkey::default()), TesseraError::KeyMissing);
        tessera_rules::validate_epoch_seconds(self.epoch_seconds).map_err(TesseraError::from)?;
        require_gte!(MAX_EPOCH_SECONDS, self.epoch_seconds, TesseraError::EpochLength);
        Ok(())
    }
}
