use anchor_lang::prelude::*;

use crate::errors::TesseraError;
use crate::events::StakeUnbonded;
use crate::state::{Market, Moment, Provider};

/// Accounts of `stake_unbond`.
#[derive(Accounts)]
pub struct StakeUnbond<'info> {
    /// Acts for the provider.
    pub authority: Signer<'info>,
    /// The market, for its unbonding time and the sum of ticket weights.
    #[account(mut)]
    pub market: Box<Account<'info, Market>>,
    /// The provider.
    #[account(
        mut,
        has_one = authority @ TesseraError::WrongAuthority,
        has_one = market @ TesseraError::WrongMarket,
    )]
    pub provider: Box<Account<'info, Provider>>,
}

/// - Free stake starts to leave; locked stake cannot.
/// - Four amounts unbond at once at most; those of one second are one.
/// - Zero is refused.
/// - A verifier's ticket weight falls to the stake that stays; it never rises here, so that its age stays.
pub fn handler(ctx: Context<StakeUnbond>, amount: u64) -> Result<()> {
    let now = Moment::now()?;
    let wait = i64::from(ctx.accounts.market.params.unbonding_seconds);
    let until = now.unix.checked_add(wait).ok_or(TesseraError::Overflow)?;
    let address = ctx.accounts.provider.key();
    let (market, provider) = (&mut ctx.accounts.market, &mut ctx.accounts.provider);
    let stake = provider.stake().unbond(amount.into(), until).map_err(TesseraError::from)?;
    provider.stake = stake.into();
    provider.weigh_less(market)?;
    provider.invariant()?;
    market.invariant()?;
    emit!(StakeUnbonded {
        provider: address,
        amount,
        until,
        free: provider.stake.free,
        ticket_stake: provider.ticket_stake,
    });
    Ok(())
}
