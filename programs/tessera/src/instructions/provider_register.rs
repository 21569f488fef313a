use anchor_lang::prelude::*;
use anchor_spl::token::{Mint, Token};

use crate::creation::create;
use crate::errors::TesseraError;
use crate::events::ProviderRegistered;
use crate::seeds;
use crate::state::{
    Hardware, LAYOUT_VERSION, Market, Moment, Provider, ProviderStatus, Reputation, Roles, Stake, Unbonding,
};
use crate::tokens::open_vault;

/// What a provider says about itself.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct ProviderRegisterArgs {
    /// What it does; one role at least.
    pub roles: Roles,
    /// What it has.
    pub hardware: Hardware,
    /// Lowest reward it takes, base units.
    pub price_floor: u64,
    /// Runs it will have open at most, above zero.
    pub max_runs: u16,
    /// Where it can be reached, 96 bytes at most; may be empty.
    pub endpoint: String,
}

/// Accounts of `provider_register`.
#[derive(Accounts)]
pub struct ProviderRegister<'info> {
    /// Acts for the provider from now on, and pays the rent.
    #[account(mut)]
    pub authority: Signer<'info>,
    /// The market.
    #[account(has_one = mint @ TesseraError::WrongMint)]
    pub market: Box<Account<'info, Market>>,
    /// What the market pays in.
    pub mint: Box<Account<'info, Mint>>,
    /// The provider.
    ///
    /// CHECK: created here at its derived address.
    #[account(mut, seeds = [seeds::PROVIDER, market.key().as_ref(), authority.key().as_ref()], bump)]
    pub provider: UncheckedAccount<'info>,
    /// CHECK: created here at its derived address.
    #[account(mut, seeds = [seeds::STAKE, provider.key().as_ref()], bump)]
    pub stake_vault: UncheckedAccount<'info>,
    /// Makes the vault.
    pub token_program: Program<'info, Token>,
    /// Makes the accounts.
    pub system_program: Program<'info, System>,
}

/// - A wallet registers once in a market, as provider, verifier or both.
/// - The verify role counts from now.
/// - Stake and reputation start at nothing.
pub fn handler(ctx: Context<ProviderRegister>, args: ProviderRegisterArgs) -> Result<()> {
    let now = Moment::now()?;
    let accounts = ctx.accounts;
    let (bump, vault_bump) = (ctx.bumps.provider, ctx.bumps.stake_vault);
    let (market, authority) = (accounts.market.key(), accounts.authority.key());
    let content = Provider {
        version: LAYOUT_VERSION,
        bump,
        vault_bump,
        market,
        authority,
        status: ProviderStatus::Active,
        roles: args.roles,
        verify_since: if args.roles.verify { now.unix } else { 0 },
        stake: Stake { free: 0, locked: 0, unbonding: [Unbonding { amount: 0, until: 0 }; 4] },
        hardware: args.hardware,
        price_floor: args.price_floor,
        reputation: Reputation { good: 0, bad: 0 },
        active_runs: 0,
        max_runs: args.max_runs,
        reserved: [0; 128],
        endpoint: args.endpoint.clone(),
    };
    content.invariant()?;
    create(
        accounts.provider.as_ref(),
        accounts.authority.as_ref(),
        &[seeds::PROVIDER, market.as_ref(), authority.as_ref(), &[bump]],
        &content,
    )?;
    let provider = accounts.provider.key();
    open_vault(
        accounts.stake_vault.as_ref(),
        accounts.provider.as_ref(),
        accounts.mint.as_ref().as_ref(),
        accounts.authority.as_ref(),
        &[seeds::STAKE, provider.as_ref(), &[vault_bump]],
    )?;
    emit!(ProviderRegistered {
        provider,
        market,
        authority,
        roles: args.roles,
        hardware: args.hardware,
        price_floor: args.price_floor,
        max_runs: args.max_runs,
        endpoint: args.endpoint,
    });
    Ok(())
}
