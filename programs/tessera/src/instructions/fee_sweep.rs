use anchor_lang::prelude::*;
use anchor_spl::token::{Mint, Token, TokenAccount};

use crate::errors::TesseraError;
use crate::events::FeesSwept;
use crate::seeds;
use crate::signers::MarketSigner;
use crate::state::Market;
use crate::tokens::Mover;

/// Accounts of `fee_sweep`.
#[derive(Accounts)]
#[instruction(shard: u8)]
pub struct FeeSweep<'info> {
    /// The market.
    #[account(has_one = mint @ TesseraError::WrongMint)]
    pub market: Box<Account<'info, Market>>,
    /// What the market pays in.
    pub mint: Box<Account<'info, Mint>>,
    /// The fee vault of the shard.
    #[account(
        mut,
        seeds = [seeds::FEES, market.key().as_ref(), &seeds::FEE_EPOCH.to_le_bytes(), &[shard]],
        bump,
    )]
    pub fee_vault: Box<Account<'info, TokenAccount>>,
    /// Any token account of the treasury.
    #[account(
        mut,
        constraint = treasury_token.owner == market.treasury @ TesseraError::WrongTokenAccount,
        constraint = treasury_token.mint == market.mint @ TesseraError::WrongTokenAccount,
    )]
    pub treasury_token: Box<Account<'info, TokenAccount>>,
    /// Moves the tokens.
    pub token_program: Program<'info, Token>,
}

/// - Anyone sends it; the tokens go to the treasury alone.
/// - An empty vault is refused.
pub fn handler(ctx: Context<FeeSweep>, shard: u8) -> Result<()> {
    let accounts = ctx.accounts;
    let amount = accounts.fee_vault.amount;
    require_gt!(amount, 0, TesseraError::NothingToSweep);
    Mover::new(&accounts.mint).pay(
        accounts.fee_vault.as_ref().as_ref(),
        accounts.treasury_token.as_ref().as_ref(),
        accounts.market.as_ref().as_ref(),
        &MarketSigner::new(&accounts.market).seeds(),
        amount,
    )?;
    emit!(FeesSwept { market: accounts.market.key(), shard, amount, to: accounts.treasury_token.key() });
    Ok(())
}
