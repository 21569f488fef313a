use anchor_lang::prelude::*;

use crate::errors::TesseraError;
use crate::events::ProviderUpdated;
use crate::state::{Hardware, Market, Moment, Provider, ProviderStatus, Roles};

/// What changes; `None` leaves as it is.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderUpdateArgs {
    /// Whether it takes new work.
    pub status: Option<ProviderStatus>,
    /// What it does; one role at least.
    pub roles: Option<Roles>,
    /// What it has.
    pub hardware: Option<Hardware>,
    /// Lowest reward it takes, base units.
    pub price_floor: Option<u64>,
    /// Runs it will have open at most, above zero.
    pub max_runs: Option<u16>,
    /// Where it can be reached, 96 bytes at most; may be empty.
    pub endpoint: Option<String>,
}

/// Accounts of `provider_update`.
#[derive(Accounts)]
pub struct ProviderUpdate<'info> {
    /// Acts for the provider.
    pub authority: Signer<'info>,
    /// The market, for the sum of ticket weights.
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

/// - Only the authority changes its provider.
/// - Taking the verify role, or becoming active with it, counts the ticket weight anew, and only later submissions are its
///   to audit; laying the role down, or draining, takes its weight out of the draws.
/// - Open runs and audits go on whatever changes.
/// - A region that is no two capital letters and a tier above 3 are refused.
pub fn handler(ctx: Context<ProviderUpdate>, args: ProviderUpdateArgs) -> Result<()> {
    let now = Moment::now()?;
    let address = ctx.accounts.provider.key();
    let (market, provider) = (&mut ctx.accounts.market, &mut ctx.accounts.provider);
    let weighed = provider.draws();
    provider.update(args);
    if provider.draws() != weighed {
        provider.weigh(market, now)?;
    }
    provider.hardware.validate()?;
    provider.invariant()?;
    market.invariant()?;
    emit!(ProviderUpdated {
        provider: address,
        status: provider.status,
        roles: provider.roles,
        ticket_stake: provider.ticket_stake,
        hardware: provider.hardware,
        price_floor: provider.price_floor,
        max_runs: provider.max_runs,
        endpoint: provider.endpoint.clone(),
    });
    Ok(())
}

impl Provider {
    fn update(&mut self, args: ProviderUpdateArgs) {
        self.roles = args.roles.unwrap_or(self.roles);
        self.status = args.status.unwrap_or(self.status);
        self.hardware = args.hardware.unwrap_or(self.hardware);
        self.price_floor = args.price_floor.unwrap_or(self.price_floor);
        self.max_runs = args.max_runs.unwrap_or(self.max_runs);
        if let Some(endpoint) = args.endpoint {
            self.endpoint = endpoint;
        }
    }
}
