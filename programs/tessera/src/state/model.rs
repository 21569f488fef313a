use anchor_lang::prelude::*;

/// A model whose creator earns a share of the tasks that name it. Address: "model", creator, model root.
#[account]
#[derive(InitSpace, Debug, PartialEq, Eq)]
pub struct Model {
    /// [`super::LAYOUT_VERSION`].
    pub version: u8,
    /// Bump of this account.
    pub bump: u8,
    /// Who registered it.
    pub creator: Pubkey,
    /// Root of the model's tensors.
    pub model_root: [u8; 32],
    /// The wallet that earns.
    pub payout: Pubkey,
    /// Zero.
    pub reserved: [u8; 64],
}
