use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;

use crate::creation::create;
use crate::errors::TesseraError;
use crate::events::ProviderRegistered;
use crate::seeds;
use crate::state::{
    Hardware, LAYOUT_VERSION, Market, Moment, Provider, ProviderStatus, Reputation, Roles, Stake, TicketChain,
    Unbonding,
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
    /// A verifier's ticket chain, from the element of this hour or the one before; may follow with `verifier_commit`.
    pub ticket: Option<TicketChain>,
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
    /// CHECK: the market's mint.
    pub mint: UncheckedAccount<'info>,
    /// The provider.
    ///
    /// CHECK: created here at its derived address.
    #[account(mut, seeds = [seeds::PROVIDER, market.key().as_ref(), authority.key().as_ref()], bump)]
    pub provider: UncheckedAccount<'info>,
    /// CHECK: created here at its derived address.
    #[account(mut, seeds = [seeds::STAKE, provider.key().as_ref()], bump)]
    pub stake_vault: UncheckedAccount<'info>,
    /// Makes the vault.
    #[account(address = market.token_program @ TesseraError::WrongTokenProgram)]
    pub token_program: Interface<'info, TokenInterface>,
    /// Makes the accounts.
    pub system_program: Program<'info, System>,
}

/// - A wallet registers once in a market, as provider, verifier or both; a second call fails.
/// - Stake, ticket weight and reputation start at nothing.
/// - A ticket chain is refused without the verify role, and from another hour than this one or the one before.
/// - A region that is no two capital letters and a tier above 3 are refused.
pub fn handler(ctx: Context<ProviderRegister>, args: ProviderRegisterArgs) -> Result<()> {
    let now = Moment::now()?;
    let accounts = ctx.accounts;
    let content = accounts.provider(&args, &ctx.bumps, now)?;
    create(
        accounts.provider.as_ref(),
        accounts.authority.as_ref(),
        &[seeds::PROVIDER, content.market.as_ref(), content.authority.as_ref(), &[content.bump]],
        content.as_ref(),
    )?;
    let provider = accounts.provider.key();
    open_vault(
        accounts.stake_vault.as_ref(),
        accounts.provider.as_ref(),
        accounts.mint.as_ref(),
        accounts.authority.as_ref(),
        &[seeds::STAKE, provider.as_ref(), &[content.vault_bump]],
    )?;
    emit!(ProviderRegistered {
        provider,
        market: content.market,
        authority: content.authority,
        roles: args.roles,
        hardware: args.hardware,
        price_floor: args.price_floor,
        max_runs: args.max_runs,
        endpoint: args.endpoint,
        ticket: content.ticket,
    });
    Ok(())
}

impl ProviderRegister<'_> {
    #[inline(never)]
    fn provider(
        &self,
        args: &ProviderRegisterArgs,
        bumps: &ProviderRegisterBumps,
        now: Moment,
    ) -> Result<Box<Provider>> {
        let mut provider = Box::new(Provider {
            version: LAYOUT_VERSION,
            bump: bumps.provider,
            vault_bump: bumps.stake_vault,
            market: self.market.key(),
            authority: self.authority.key(),
            status: ProviderStatus::Active,
            roles: args.roles,
            ticket: TicketChain::NONE,
            ticket_since: now,
            ticket_stake: 0,
            stake: Stake { free: 0, locked: 0, unbonding: [Unbonding { amount: 0, until: 0 }; 4] },
            hardware: args.hardware,
            price_floor: args.price_floor,
            reputation: Reputation { good: 0, bad: 0 },
            active_runs: 0,
            max_runs: args.max_runs,
            runs_unclosed: 0,
            active_audits: 0,
            open_disputes: 0,
            reserved: [0; 126],
            endpoint: args.endpoint.clone(),
        });
        if let Some(chain) = args.ticket {
            provider.commit(chain, now)?;
        }
        provider.hardware.validate()?;
        provider.invariant()?;
        Ok(provider)
    }
}
