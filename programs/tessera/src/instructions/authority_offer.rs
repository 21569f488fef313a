use anchor_lang::prelude::*;

use crate::errors::TesseraError;
use crate::events::AuthorityOffered;
use crate::state::Market;

/// Accounts of `authority_offer`.
#[derive(Accounts)]
pub struct AuthorityOffer<'info> {
    /// The market's authority.
    pub authority: Signer<'info>,
    /// The market.
    #[account(mut, has_one = authority @ TesseraError::WrongAuthority)]
    pub market: Box<Account<'info, Market>>,
}

/// - Only the authority offers its place; it keeps it until the offer is accepted.
/// - An offer replaces the one before; `None` takes it back.
/// - The default address is refused.
pub fn handler(ctx: Context<AuthorityOffer>, to: Option<Pubkey>) -> Result<()> {
    let address = ctx.accounts.market.key();
    let market = &mut ctx.accounts.market;
    market.pending_authority = to;
    market.invariant()?;
    emit!(AuthorityOffered { market: address, authority: market.authority, to });
    Ok(())
}
