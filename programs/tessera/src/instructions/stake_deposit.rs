use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;

use crate::errors::TesseraError;
use crate::events::StakeDeposited;
use crate::seeds;
use crate::state::{Market, Moment, Provider};
use crate::tokens::Mover;

/// Accounts of `stake_deposit`.
#[derive(Accounts)]
pub struct StakeDeposit<'info> {
    /// Acts for the provider, and owns the tokens.
    pub authority: Signer<'info>,
    /// The market, with the sum of ticket weights.
    #[account(mut, has_one = mint @ TesseraError::WrongMint)]
    pub market: Box<Account<'info, Market>>,
    /// CHECK: the market's mint.
    pub mint: UncheckedAccount<'info>,
    /// The provider.
    #[account(
        mut,
        has_one = authority @ TesseraError::WrongAuthority,
        has_one = market @ TesseraError::WrongMarket,
    )]
    pub provider: Box<Account<'info, Provider>>,
    /// CHECK: the token account at this derived address is the provider's stake vault.
    #[account(mut, seeds = [seeds::STAKE, provider.key().as_ref()], bump = provider.vault_bump)]
    pub stake_vault: UncheckedAccount<'info>,
    /// CHECK: a token account that the authority may spend from; the token program checks that.
    #[account(mut)]
    pub authority_token: UncheckedAccount<'info>,
    /// Moves the tokens.
    #[account(address = market.token_program @ TesseraError::WrongTokenProgram)]
    pub token_program: Interface<'info, TokenInterface>,
}

/// - The authority moves its own tokens into its stake vault; they are free stake.
/// - Zero is refused.
/// - A verifier's ticket weight is counted anew, and only later submissions are its to audit.
pub fn handler(ctx: Context<StakeDeposit>, amount: u64) -> Result<()> {
    let now = Moment::now()?;
    let accounts = ctx.accounts;
    require_gt!(amount, 0, TesseraError::AmountZero);
    let stake = accounts.provider.stake().credit(amount.into()).map_err(TesseraError::from)?;
    accounts.provider.stake = stake.into();
    if accounts.provider.draws() {
        accounts.provider.weigh(&mut accounts.market, now)?;
    }
    accounts.provider.invariant()?;
    accounts.market.invariant()?;
    Mover::new(accounts.mint.as_ref())?.take(
        accounts.authority_token.as_ref(),
        accounts.stake_vault.as_ref(),
        accounts.authority.as_ref(),
        amount,
    )?;
    emit!(StakeDeposited {
        provider: accounts.provider.key(),
        amount,
        free: accounts.provider.stake.free,
        ticket_stake: accounts.provider.ticket_stake,
    });
    Ok(())
}
