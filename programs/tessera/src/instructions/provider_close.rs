use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;

use crate::errors::TesseraError;
use crate::events::ProviderClosed;
use crate::seeds;
use crate::signers::ProviderSigner;
use crate::state::{Market, Provider};
use crate::token_account::token_amount;
use crate::tokens::{Mover, close_vault};

/// Accounts of `provider_close`.
#[derive(Accounts)]
pub struct ProviderClose<'info> {
    /// Acts for the provider, and gets the rent that it paid.
    #[account(mut)]
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
    /// CHECK: the token account at this derived address is the market's insurance vault.
    #[account(mut, seeds = [seeds::INSURANCE, market.key().as_ref()], bump = market.insurance_bump)]
    pub insurance_vault: UncheckedAccount<'info>,
    /// Moves the tokens.
    #[account(address = market.token_program @ TesseraError::WrongTokenProgram)]
    pub token_program: Interface<'info, TokenInterface>,
}

impl ProviderClose<'_> {
    fn validate(&self) -> Result<()> {
        let provider = &self.provider;
        // A decided run counts until it closes: closing its audits may still pay this provider.
        tessera_rules::plan_leave(&provider.stake(), provider.runs_unclosed, provider.active_audits)
            .map_err(TesseraError::from)?;
        Ok(())
    }

    #[inline(never)]
    fn close_vault(&self, dust: u64) -> Result<()> {
        let signer = ProviderSigner::new(&self.provider);
        let (vault, owner) = (self.stake_vault.as_ref(), self.provider.as_ref().as_ref());
        let mover = Mover::new(self.mint.as_ref())?;
        mover.pay(vault, self.insurance_vault.as_ref(), owner, &signer.seeds(), dust)?;
        close_vault(vault, self.authority.as_ref(), owner, &signer.seeds())
    }
}

/// - Only the authority closes its provider, with no run or audit that is not closed and no stake, unbonding stake included.
/// - Its weight leaves the draws.
/// - What strangers sent to its vault goes to the insurance vault; the rent goes back.
/// - A wallet that registers again is a newcomer.
pub fn handler(ctx: Context<ProviderClose>) -> Result<()> {
    let accounts = ctx.accounts;
    accounts.validate()?;
    accounts.provider.weigh_nothing(&mut accounts.market)?;
    accounts.market.invariant()?;
    let dust = token_amount(accounts.stake_vault.as_ref())?;
    accounts.close_vault(dust)?;
    emit!(ProviderClosed {
        provider: accounts.provider.key(),
        market: accounts.market.key(),
        authority: accounts.authority.key(),
        dust,
    });
    accounts.provider.close(accounts.authority.to_account_info())
}
