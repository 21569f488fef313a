use anchor_lang::prelude::*;

use crate::errors::TesseraError;
use crate::events::MarketPaused;
use crate::state::Market;

/// Accounts of `market_pause`.
#[derive(Accounts)]
pub struct MarketPause<'info> {
    /// The market's authority.
    pub authority: Signer<'info>,
    /// The market.
    #[account(mut, has_one = authority @ TesseraError::WrongAuthority)]
    pub market: Box<Account<'info, Market>>,
}

/// - Only the authority pauses and resumes, at once.
/// - A paused market takes no new tasks and claims; everything that has begun goes on, and money can leave.
pub fn handler(ctx: Context<MarketPause>, paused: bool) -> Result<()> {
    let address = ctx.accounts.market.key();
    let market = &mut ctx.accounts.market;
    market.paused = paused;
    market.invariant()?;
    emit!(MarketPaused { market: address, paused });
    Ok(())
}
