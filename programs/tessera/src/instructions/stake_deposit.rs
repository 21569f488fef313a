use anchor_lang::prelude::*;
use anchor_spl::token::{Mint, Token, TokenAccount};

use crate::errors::TesseraError;
use crate::events::StakeDeposited;
use crate::seeds;
use crate::state::{Market, Provider};
use crate::tokens::Mover;

/// Accounts of `stake_deposit`.
#[derive(Accounts)]
pub struct StakeDeposit<'info> {
    /// Acts for the provider, and owns the tokens.
    pub authority: Signer<'info>,
    /// The market.
    #[account(has_one = mint @ TesseraError::WrongMint)]
    pub market: Box<Account<'info, Market>>,
    /// What the market pays in.
    pub mint: Box<Account<'info, Mint>>,
    /// The provider.
    #[account(
        mut,
        has_one = authority @ TesseraError::WrongAuthority,
        has_one = market @ TesseraError::WrongMarket,
    )]
    pub provider: Box<Account<'info, Provider>>,
    /// CHECK: the token account at this derived address is the provider's stake vault.
    #[account(mut, seeds = [seeds::STAKE, provider.key().as_ref()], bump = provider.vault_bump)]
    pub stake_vault: UncheckedAccount<'info>,
    /// Any token account of the authority.
    #[account(
        mut,
        constraint = authority_token.owner == authority.key() @ TesseraError::WrongTokenAccount,
        constraint = authority_token.mint == market.mint @ TesseraError::WrongTokenAccount,
    )]
    pub authority_token: Box<Account<'info, TokenAccount>>,
    /// Moves the tokens.
    pub token_program: Program<'info, Token>,
}

/// - The authority moves its own tokens into its stake vault; they are free stake.
/// - Zero is refused.
pub fn handler(ctx: Context<StakeDeposit>, amount: u64) -> Result<()> {
    require_gt!(amount, 0, TesseraError::AmountZero);
    let accounts = ctx.accounts;
    let stake = accounts.provider.stake().credit(amount.into()).map_err(TesseraError::from)?;
    accounts.provider.stake = stake.into();
    accounts.provider.invariant()?;
    Mover::new(&accounts.mint).take(
        accounts.authority_token.as_ref().as_ref(),
        accounts.stake_vault.as_ref(),
        accounts.authority.as_ref(),
        amount,
    )?;
    emit!(StakeDeposited { provider: accounts.provider.key(), amount, free: accounts.provider.stake.free });
    Ok(())
}
