use anchor_lang::prelude::*;

use crate::errors::TesseraError;
use crate::events::TicketChainCommitted;
use crate::state::{Moment, Provider, TicketChain};

/// Accounts of `verifier_commit`.
#[derive(Accounts)]
pub struct VerifierCommit<'info> {
    /// Acts for the verifier.
    pub authority: Signer<'info>,
    /// The verifier.
    #[account(mut, has_one = authority @ TesseraError::WrongAuthority)]
    pub provider: Box<Account<'info, Provider>>,
}

/// - Only the authority of a provider with the verify role commits it to a ticket chain.
/// - The first element is that of this hour or the one before.
/// - Only later submissions are its to audit: nobody chooses a chain for a draw that is known.
/// - A head of zeros is refused.
pub fn handler(ctx: Context<VerifierCommit>, chain: TicketChain) -> Result<()> {
    let now = Moment::now()?;
    let address = ctx.accounts.provider.key();
    let provider = &mut ctx.accounts.provider;
    provider.commit(chain, now)?;
    provider.invariant()?;
    emit!(TicketChainCommitted { provider: address, chain, since: now });
    Ok(())
}
