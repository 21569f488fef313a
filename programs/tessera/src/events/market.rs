use anchor_lang::prelude::*;

use crate::state::MarketParams;

/// A market exists.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarketInitialised {
    /// The market.
    pub market: Pubkey,
    /// Who made it.
    pub creator: Pubkey,
    /// Who may change its parameters.
    pub authority: Pubkey,
    /// The wallet that owns swept fees.
    pub treasury: Pubkey,
    /// What it pays in.
    pub mint: Pubkey,
    /// Tells a creator's markets of one mint apart.
    pub id: u16,
    /// Its parameters.
    pub params: MarketParams,
}

/// A fee vault exists.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeeVaultOpened {
    /// Its market.
    pub market: Pubkey,
    /// Its shard, 0 to 15.
    pub shard: u8,
    /// The token account.
    pub vault: Pubkey,
}

/// A fee vault was emptied to the treasury.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeesSwept {
    /// The market.
    pub market: Pubkey,
    /// The shard, 0 to 15.
    pub shard: u8,
    /// How much.
    pub amount: u64,
    /// The treasury's token account.
    pub to: Pubkey,
}

/// A model exists.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelRegistered {
    /// The model.
    pub model: Pubkey,
    /// Who registered it.
    pub creator: Pubkey,
    /// Root of its tensors.
    pub model_root: [u8; 32],
    /// The wallet that earns.
    pub payout: Pubkey,
}
