use anchor_lang::prelude::*;

use crate::creation::create;
use crate::errors::TesseraError;
use crate::events::ShareOpened;
use crate::seeds;
use crate::state::{EpochPool, LAYOUT_VERSION, Market, Moment, Provider, Share};

/// Accounts of `share_open`.
#[derive(Accounts)]
#[instruction(epoch: u64)]
pub struct ShareOpen<'info> {
    /// Pays the rent, and gets it back with `pool_claim`.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// The market.
    pub market: Box<Account<'info, Market>>,
    /// The epoch's books.
    #[account(mut, seeds = [seeds::POOL, market.key().as_ref(), &epoch.to_le_bytes()], bump = pool.bump)]
    pub pool: Box<Account<'info, EpochPool>>,
    /// Whose fees will be counted.
    #[account(has_one = market @ TesseraError::WrongMarket)]
    pub provider: Box<Account<'info, Provider>>,
    /// CHECK: created here at its derived address.
    #[account(mut, seeds = [seeds::SHARE, provider.key().as_ref(), &epoch.to_le_bytes()], bump)]
    pub share: UncheckedAccount<'info>,
    /// Makes the account.
    pub system_program: Program<'info, System>,
}

/// - Anyone opens a provider's share of the current or the next epoch; fees of tasks settled from now on count.
/// - Other epochs are refused, so that a claimed share cannot come back.
/// - Once per provider and epoch: a second call fails.
pub fn handler(ctx: Context<ShareOpen>, epoch: u64) -> Result<()> {
    let now = Moment::now()?;
    let accounts = ctx.accounts;
    accounts.market.require_epoch_within(epoch, 1, now)?;
    let pool = &mut accounts.pool;
    pool.shares_open = pool.shares_open.checked_add(1).ok_or(TesseraError::Overflow)?;
    pool.invariant()?;
    let (market, provider, payer) = (accounts.market.key(), accounts.provider.key(), accounts.payer.key());
    let bump = ctx.bumps.share;
    let share = Share { version: LAYOUT_VERSION, bump, market, provider, epoch, payer, fees: 0, reserved: [0; 32] };
    share.invariant()?;
    create(
        accounts.share.as_ref(),
        accounts.payer.as_ref(),
        &[seeds::SHARE, provider.as_ref(), &epoch.to_le_bytes(), &[bump]],
        &share,
    )?;
    emit!(ShareOpened { market, epoch, provider, share: accounts.share.key(), payer });
    Ok(())
}
