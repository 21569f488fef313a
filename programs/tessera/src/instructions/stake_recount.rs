use anchor_lang::prelude::*;

use crate::errors::TesseraError;
use crate::events::StakeRecounted;
use crate::state::{Market, Provider};

/// Accounts of `stake_recount`.
#[derive(Accounts)]
pub struct StakeRecount<'info> {
    /// The market, with the sum of ticket weights.
    #[account(mut)]
    pub market: Box<Account<'info, Market>>,
    /// The verifier.
    #[account(mut, has_one = market @ TesseraError::WrongMarket)]
    pub provider: Box<Account<'info, Provider>>,
}

/// - Anyone lowers a verifier's ticket weight to its stake. Settlements leave weights alone, so that they write no market;
///   without this a ring could lose the same tokens from one of its verifiers to the next and leave weights behind that
///   stand for nothing, and nobody would win an audit any more.
/// - Refused while the weight is no more than the stake.
pub fn handler(ctx: Context<StakeRecount>) -> Result<()> {
    let address = ctx.accounts.provider.key();
    let (market, provider) = (&mut ctx.accounts.market, &mut ctx.accounts.provider);
    let before = provider.ticket_stake;
    provider.weigh_less(market)?;
    require_gt!(before, provider.ticket_stake, TesseraError::NothingToRecount);
    provider.invariant()?;
    market.invariant()?;
    emit!(StakeRecounted { provider: address, before, ticket_stake: provider.ticket_stake });
    Ok(())
}
