use anchor_lang::prelude::*;

use crate::errors::TesseraError;
use crate::events::ParamsWithdrawn;
use crate::state::Market;

/// Accounts of `market_withdraw`.
#[derive(Accounts)]
pub struct MarketWithdraw<'info> {
    /// The market's authority.
    pub authority: Signer<'info>,
    /// The market.
    #[account(mut, has_one = authority @ TesseraError::WrongAuthority)]
    pub market: Box<Account<'info, Market>>,
}

/// - Only the authority drops what it has proposed, also after the wait.
/// - Refused without a proposal.
pub fn handler(ctx: Context<MarketWithdraw>) -> Result<()> {
    let address = ctx.accounts.market.key();
    let market = &mut ctx.accounts.market;
    let dropped = market.pending.take().ok_or(TesseraError::NothingPending)?;
    market.invariant()?;
    emit!(ParamsWithdrawn { market: address, params: dropped.params });
    Ok(())
}
