use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;

use crate::creation::create;
use crate::errors::TesseraError;
use crate::events::PoolOpened;
use crate::seeds;
use crate::state::{EpochPool, LAYOUT_VERSION, MAX_EPOCHS_AHEAD, Market, Moment};
use crate::tokens::open_vault;

/// Accounts of `pool_open`.
#[derive(Accounts)]
#[instruction(epoch: u64)]
pub struct PoolOpen<'info> {
    /// Pays the rent, and gets it back with `pool_close`.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// The market.
    #[account(has_one = mint @ TesseraError::WrongMint)]
    pub market: Box<Account<'info, Market>>,
    /// CHECK: the market's mint.
    pub mint: UncheckedAccount<'info>,
    /// CHECK: created here at its derived address.
    #[account(mut, seeds = [seeds::POOL, market.key().as_ref(), &epoch.to_le_bytes()], bump)]
    pub pool: UncheckedAccount<'info>,
    /// CHECK: created here at its derived address.
    #[account(mut, seeds = [seeds::POOL_VAULT, market.key().as_ref(), &epoch.to_le_bytes()], bump)]
    pub pool_vault: UncheckedAccount<'info>,
    /// Makes the vault.
    #[account(address = market.token_program @ TesseraError::WrongTokenProgram)]
    pub token_program: Interface<'info, TokenInterface>,
    /// Makes the accounts.
    pub system_program: Program<'info, System>,
}

/// - Anyone opens the books of the current epoch or one of the 52 after it; a past epoch is refused.
/// - Once per epoch: a second call fails.
pub fn handler(ctx: Context<PoolOpen>, epoch: u64) -> Result<()> {
    let now = Moment::now()?;
    let accounts = ctx.accounts;
    accounts.market.require_epoch_within(epoch, MAX_EPOCHS_AHEAD, now)?;
    let (market, payer) = (accounts.market.key(), accounts.payer.key());
    let (bump, vault_bump) = (ctx.bumps.pool, ctx.bumps.pool_vault);
    let pool = Box::new(EpochPool {
        version: LAYOUT_VERSION,
        bump,
        market,
        epoch,
        payer,
        vault_bump,
        opened: 0,
        swept: 0,
        shares_open: 0,
        funded: 0,
        paid: 0,
        total_fees: 0,
        fee_payers: [Pubkey::default(); 16],
        reserved: [0; 64],
    });
    pool.invariant()?;
    let number = epoch.to_le_bytes();
    create(
        accounts.pool.as_ref(),
        accounts.payer.as_ref(),
        &[seeds::POOL, market.as_ref(), &number, &[bump]],
        pool.as_ref(),
    )?;
    open_vault(
        accounts.pool_vault.as_ref(),
        accounts.market.as_ref().as_ref(),
        accounts.mint.as_ref(),
        accounts.payer.as_ref(),
        &[seeds::POOL_VAULT, market.as_ref(), &number, &[vault_bump]],
    )?;
    emit!(PoolOpened { market, epoch, pool: accounts.pool.key(), payer });
    Ok(())
}
