use anchor_lang::prelude::*;

use crate::errors::TesseraError;
use crate::events::AuthorityAccepted;
use crate::state::Market;

/// Accounts of `authority_accept`.
#[derive(Accounts)]
pub struct AuthorityAccept<'info> {
    /// Whom the place was offered.
    pub authority: Signer<'info>,
    /// The market.
    #[account(mut, constraint = market.pending_authority == Some(authority.key()) @ TesseraError::NotOffered)]
    pub market: Box<Account<'info, Market>>,
}

/// - Only whom the place was offered takes it, and so proves that it can sign.
/// - The offer is used up: a second call is refused.
/// - Proposed parameters stay proposed; the new authority may withdraw them.
pub fn handler(ctx: Context<AuthorityAccept>) -> Result<()> {
    let (address, authority) = (ctx.accounts.market.key(), ctx.accounts.authority.key());
    let market = &mut ctx.accounts.market;
    let before = market.authority;
    market.authority = authority;
    market.pending_authority = None;
    market.invariant()?;
    emit!(AuthorityAccepted { market: address, before, authority });
    Ok(())
}
