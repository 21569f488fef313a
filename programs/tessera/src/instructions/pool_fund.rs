use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;

use crate::errors::TesseraError;
use crate::events::PoolFunded;
use crate::seeds;
use crate::state::{EpochPool, MAX_EPOCHS_AHEAD, Market, Moment};
use crate::tokens::Mover;

/// Accounts of `pool_fund`.
#[derive(Accounts)]
#[instruction(epoch: u64)]
pub struct PoolFund<'info> {
    /// Gives the tokens.
    pub funder: Signer<'info>,
    /// The market.
    #[account(has_one = mint @ TesseraError::WrongMint)]
    pub market: Box<Account<'info, Market>>,
    /// CHECK: the market's mint.
    pub mint: UncheckedAccount<'info>,
    /// The epoch's books.
    #[account(mut, seeds = [seeds::POOL, market.key().as_ref(), &epoch.to_le_bytes()], bump = pool.bump)]
    pub pool: Box<Account<'info, EpochPool>>,
    /// CHECK: the token account at this derived address is the pool's vault.
    #[account(mut, seeds = [seeds::POOL_VAULT, market.key().as_ref(), &epoch.to_le_bytes()], bump = pool.vault_bump)]
    pub pool_vault: UncheckedAccount<'info>,
    /// CHECK: the token program checks that the funder may spend from it.
    #[account(mut)]
    pub funder_token: UncheckedAccount<'info>,
    /// Moves the tokens.
    #[account(address = market.token_program @ TesseraError::WrongTokenProgram)]
    pub token_program: Interface<'info, TokenInterface>,
}

/// - Anyone gives tokens for the providers of the current epoch or one of the 52 after it, for good.
/// - A past epoch is refused: its shares may be paid already.
/// - Zero is refused.
pub fn handler(ctx: Context<PoolFund>, epoch: u64, amount: u64) -> Result<()> {
    let now = Moment::now()?;
    let accounts = ctx.accounts;
    require_gt!(amount, 0, TesseraError::AmountZero);
    accounts.market.require_epoch_within(epoch, MAX_EPOCHS_AHEAD, now)?;
    let pool = &mut accounts.pool;
    pool.funded = pool.funded.checked_add(amount).ok_or(TesseraError::Overflow)?;
    pool.invariant()?;
    Mover::new(accounts.mint.as_ref())?.take(
        accounts.funder_token.as_ref(),
        accounts.pool_vault.as_ref(),
        accounts.funder.as_ref(),
        amount,
    )?;
    emit!(PoolFunded {
        market: accounts.market.key(),
        epoch,
        funder: accounts.funder.key(),
        amount,
        funded: accounts.pool.funded,
    });
    Ok(())
}
