use anchor_lang::prelude::*;

/// One payment, as part of other events.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Who was paid.
    pub owner: Pubkey,
    /// How much.
    pub amount: u64,
    /// Whether the tokens wait in the owner's balance, since its token account could not receive.
    pub kept: bool,
}
