use anchor_lang::prelude::*;

use crate::errors::TesseraError;
use crate::events::ParamsProposed;
use crate::mints::is_native;
use crate::state::{Market, MarketParams, Moment, PendingParams};

/// Accounts of `market_propose`.
#[derive(Accounts)]
pub struct MarketPropose<'info> {
    /// The market's authority.
    pub authority: Signer<'info>,
    /// The market.
    #[account(mut, has_one = authority @ TesseraError::WrongAuthority)]
    pub market: Box<Account<'info, Market>>,
}

/// - Only the authority proposes.
/// - Parameters under which cheating could pay are refused now, not when they would apply.
/// - They wait as long as the parameters in force say, on both clocks.
/// - A proposal replaces the one before, and waits anew.
/// - The parameters in force stay as they are.
pub fn handler(ctx: Context<MarketPropose>, params: MarketParams) -> Result<()> {
    let now = Moment::now()?;
    let address = ctx.accounts.market.key();
    let market = &mut ctx.accounts.market;
    let native = is_native(&market.mint);
    let earliest = tessera_rules::plan_propose(&market.params.into(), &params.into(), native, now.into())
        .map_err(TesseraError::from)?
        .into();
    market.pending = Some(PendingParams { params, earliest });
    market.invariant()?;
    emit!(ParamsProposed { market: address, params, earliest });
    Ok(())
}
