use anchor_lang::prelude::*;

use crate::state::{Deadline, MarketParams};

/// A market exists.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarketInitialised {
    /// The market.
    pub market: Pubkey,
    /// Who made it.
    pub creator: Pubkey,
    /// Who may propose parameters and pause.
    pub authority: Pubkey,
    /// The wallet that owns swept fees.
    pub treasury: Pubkey,
    /// What it pays in.
    pub mint: Pubkey,
    /// The program that owns the mint.
    pub token_program: Pubkey,
    /// Tells a creator's markets of one mint apart.
    pub id: u16,
    /// How long a fee epoch lasts.
    pub epoch_seconds: u32,
    /// Its parameters.
    pub params: MarketParams,
}

/// Parameters were proposed.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParamsProposed {
    /// The market.
    pub market: Pubkey,
    /// What would hold.
    pub params: MarketParams,
    /// From when anyone may apply them.
    pub earliest: Deadline,
}

/// Proposed parameters hold now.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParamsApplied {
    /// The market.
    pub market: Pubkey,
    /// What holds.
    pub params: MarketParams,
}

/// Proposed parameters were dropped.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParamsWithdrawn {
    /// The market.
    pub market: Pubkey,
    /// What will not hold.
    pub params: MarketParams,
}

/// A market was paused or resumed.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarketPaused {
    /// The market.
    pub market: Pubkey,
    /// Whether it takes no new tasks and claims.
    pub paused: bool,
}

/// The authority's place was offered, or the offer taken back.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityOffered {
    /// The market.
    pub market: Pubkey,
    /// Who offers.
    pub authority: Pubkey,
    /// To whom.
    pub to: Option<Pubkey>,
}

/// The authority's place was taken.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityAccepted {
    /// The market.
    pub market: Pubkey,
    /// Who had it.
    pub before: Pubkey,
    /// Who has it.
    pub authority: Pubkey,
}

/// An account has the present layout now.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountMigrated {
    /// The account.
    pub account: Pubkey,
    /// The layout that it had.
    pub from: u8,
    /// The layout that it has.
    pub to: u8,
}

/// A balance was paid to its owner.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BalanceClaimed {
    /// The market.
    pub market: Pubkey,
    /// Whose tokens they were.
    pub owner: Pubkey,
    /// How many.
    pub amount: u64,
    /// The token account that the owner chose.
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
