use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;

use crate::errors::TesseraError;
use crate::events::FeeVaultOpened;
use crate::seeds;
use crate::state::{EpochPool, Market, Moment};
use crate::tokens::open_vault;

/// Accounts of `fee_vault_open`.
#[derive(Accounts)]
#[instruction(epoch: u64, shard: u8)]
pub struct FeeVaultOpen<'info> {
    /// Pays the rent, and gets it back with `fee_sweep`.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// The market.
    #[account(has_one = mint @ TesseraError::WrongMint)]
    pub market: Box<Account<'info, Market>>,
    /// CHECK: the market's mint.
    pub mint: UncheckedAccount<'info>,
    /// The epoch's books.
    #[account(mut, seeds = [seeds::POOL, market.key().as_ref(), &epoch.to_le_bytes()], bump = pool.bump)]
    pub pool: Box<Account<'info, EpochPool>>,
    /// CHECK: created here at its derived address.
    #[account(mut, seeds = [seeds::FEES, market.key().as_ref(), &epoch.to_le_bytes(), &[shard]], bump)]
    pub fee_vault: UncheckedAccount<'info>,
    /// Makes the vault.
    #[account(address = market.token_program @ TesseraError::WrongTokenProgram)]
    pub token_program: Interface<'info, TokenInterface>,
    /// Makes the vault.
    pub system_program: Program<'info, System>,
}

/// - Anyone opens a fee vault of the current or the next epoch and pays for it; the epoch's pool must be open.
/// - Other epochs are refused, so that a swept vault cannot come back.
/// - Shards are numbered 0 to 15; each has one vault per epoch.
pub fn handler(ctx: Context<FeeVaultOpen>, epoch: u64, shard: u8) -> Result<()> {
    let now = Moment::now()?;
    let accounts = ctx.accounts;
    accounts.market.require_epoch_within(epoch, 1, now)?;
    let payer = accounts.payer.key();
    accounts.pool.open_shard(shard, payer)?;
    accounts.pool.invariant()?;
    let market = accounts.market.key();
    open_vault(
        accounts.fee_vault.as_ref(),
        accounts.market.as_ref().as_ref(),
        accounts.mint.as_ref(),
        accounts.payer.as_ref(),
        &[seeds::FEES, market.as_ref(), &epoch.to_le_bytes(), &[shard], &[ctx.bumps.fee_vault]],
    )?;
    emit!(FeeVaultOpened { market, epoch, shard, vault: accounts.fee_vault.key(), payer });
    Ok(())
}
