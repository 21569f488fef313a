use anchor_lang::prelude::*;

use crate::errors::TesseraError;
use crate::events::ParamsApplied;
use crate::mints::is_native;
use crate::state::{Market, Moment};

/// Accounts of `market_apply`.
#[derive(Accounts)]
pub struct MarketApply<'info> {
    /// The market.
    #[account(mut)]
    pub market: Box<Account<'info, Market>>,
}

/// - Anyone sends it, once the proposal has waited on both clocks; earlier it is refused.
/// - Refused without a proposal, and so when called twice.
/// - Tasks that exist keep the terms that they pinned.
pub fn handler(ctx: Context<MarketApply>) -> Result<()> {
    let now = Moment::now()?;
    let address = ctx.accounts.market.key();
    let market = &mut ctx.accounts.market;
    let earliest = market.pending.map(|pending| pending.earliest.into());
    tessera_rules::plan_apply(earliest, now.into()).map_err(TesseraError::from)?;
    let pending = market.pending.ok_or(TesseraError::NothingPending)?;
    // The program may have been upgraded since the proposal.
    tessera_rules::MarketParams::from(pending.params).validate(is_native(&market.mint)).map_err(TesseraError::from)?;
    market.params = pending.params;
    market.pending = None;
    market.invariant()?;
    emit!(ParamsApplied { market: address, params: pending.params });
    Ok(())
}
