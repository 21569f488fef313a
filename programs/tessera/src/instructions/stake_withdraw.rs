use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;

use crate::errors::TesseraError;
use crate::events::StakeWithdrawn;
use crate::seeds;
use crate::signers::ProviderSigner;
use crate::state::{Market, Moment, Provider};
use crate::tokens::Mover;

/// Accounts of `stake_withdraw`.
#[derive(Accounts)]
pub struct StakeWithdraw<'info> {
    /// Acts for the provider.
    pub authority: Signer<'info>,
    /// The market.
    #[account(has_one = mint @ TesseraError::WrongMint)]
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
    /// CHECK: any token account that can receive; the authority chooses, and the token program checks it.
    #[account(mut)]
    pub authority_token: UncheckedAccount<'info>,
    /// Moves the tokens.
    #[account(address = market.token_program @ TesseraError::WrongTokenProgram)]
    pub token_program: Interface<'info, TokenInterface>,
}

/// - Every unbonding amount whose time has come goes to the authority's token account.
/// - Refused while none has matured, and so when called twice.
pub fn handler(ctx: Context<StakeWithdraw>) -> Result<()> {
    let now = Moment::now()?;
    let accounts = ctx.accounts;
    let (stake, matured) = accounts.provider.stake().withdraw(now.unix).map_err(TesseraError::from)?;
    accounts.provider.stake = stake.into();
    accounts.provider.invariant()?;
    Mover::new(accounts.mint.as_ref())?.pay(
        accounts.stake_vault.as_ref(),
        accounts.authority_token.as_ref(),
        accounts.provider.as_ref().as_ref(),
        &ProviderSigner::new(&accounts.provider).seeds(),
        matured.get(),
    )?;
    emit!(StakeWithdrawn {
        provider: accounts.provider.key(),
        amount: matured.get(),
        to: accounts.authority_token.key(),
    });
    Ok(())
}
