use anchor_lang::prelude::*;
use anchor_spl::token::{Mint, Token};

use crate::errors::TesseraError;
use crate::events::FeeVaultOpened;
use crate::seeds;
use crate::state::Market;
use crate::tokens::open_vault;

/// Accounts of `fee_vault_open`.
#[derive(Accounts)]
#[instruction(shard: u8)]
pub struct FeeVaultOpen<'info> {
    /// Pays the rent.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// The market.
    #[account(has_one = mint @ TesseraError::WrongMint)]
    pub market: Box<Account<'info, Market>>,
    /// What the market pays in.
    pub mint: Box<Account<'info, Mint>>,
    /// CHECK: created here at its derived address.
    #[account(
        mut,
        seeds = [seeds::FEES, market.key().as_ref(), &seeds::FEE_EPOCH.to_le_bytes(), &[shard]],
        bump,
    )]
    pub fee_vault: UncheckedAccount<'info>,
    /// Makes the vault.
    pub token_program: Program<'info, Token>,
    /// Makes the vault.
    pub system_program: Program<'info, System>,
}

/// - Anyone opens a fee vault and pays for it; a shard has one.
/// - Shards are numbered 0 to 15.
pub fn handler(ctx: Context<FeeVaultOpen>, shard: u8) -> Result<()> {
    require_gt!(seeds::FEE_SHARDS, shard, TesseraError::ShardOutOfRange);
    let accounts = ctx.accounts;
    let market = accounts.market.key();
    let epoch = seeds::FEE_EPOCH.to_le_bytes();
    open_vault(
        accounts.fee_vault.as_ref(),
        accounts.market.as_ref().as_ref(),
        accounts.mint.as_ref().as_ref(),
        accounts.payer.as_ref(),
        &[seeds::FEES, market.as_ref(), &epoch, &[shard], &[ctx.bumps.fee_vault]],
    )?;
    emit!(FeeVaultOpened { market, shard, vault: accounts.fee_vault.key() });
    Ok(())
}
