use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;

use crate::ID;
use crate::errors::TesseraError;
use crate::events::{Payment, ShareClaimed};
use crate::seeds;
use crate::settlement::{Leg, Route, Source, Unclaimed, close_account, pay_leg};
use crate::signers::MarketSigner;
use crate::state::{EpochPool, Market, Moment, Provider, Share};
use crate::tokens::Mover;

/// Accounts of `pool_claim`.
#[derive(Accounts)]
#[instruction(epoch: u64)]
pub struct PoolClaim<'info> {
    /// Anyone; pays the rent of a balance where one is needed.
    #[account(mut)]
    pub cranker: Signer<'info>,
    /// The market.
    #[account(has_one = mint @ TesseraError::WrongMint)]
    pub market: Box<Account<'info, Market>>,
    /// CHECK: the market's mint.
    pub mint: UncheckedAccount<'info>,
    /// The epoch's books.
    #[account(mut, seeds = [seeds::POOL, market.key().as_ref(), &epoch.to_le_bytes()], bump = pool.bump)]
    pub pool: Box<Account<'info, EpochPool>>,
    /// CHECK: the token account at this derived address is the pool's vault.
    #[account(mut, seeds = [seeds::POOL_VAULT, market.key().as_ref(), &epoch.to_le_bytes()], bump = pool.vault_bump)]
    pub pool_vault: UncheckedAccount<'info>,
    /// The share.
    #[account(
        mut,
        seeds = [seeds::SHARE, provider.key().as_ref(), &epoch.to_le_bytes()],
        bump = share.bump,
        has_one = market @ TesseraError::WrongMarket,
    )]
    pub share: Box<Account<'info, Share>>,
    /// CHECK: the share's provider, by the share's seeds; it may have been closed.
    #[account(mut)]
    pub provider: UncheckedAccount<'info>,
    /// CHECK: the token account at this derived address is the provider's stake vault; it may have been closed.
    #[account(mut, seeds = [seeds::STAKE, provider.key().as_ref()], bump)]
    pub stake_vault: UncheckedAccount<'info>,
    /// CHECK: the wallet that paid the share's rent.
    #[account(mut, address = share.payer @ TesseraError::WrongWallet)]
    pub share_payer: UncheckedAccount<'info>,
    /// CHECK: the balance of the provider's authority, where the stake vault cannot receive; the address is derived.
    #[account(mut)]
    pub provider_balance: Option<UncheckedAccount<'info>>,
    /// CHECK: the unclaimed vault, where the stake vault cannot receive; the address is derived.
    #[account(mut)]
    pub unclaimed_vault: Option<UncheckedAccount<'info>>,
    /// Moves the tokens.
    #[account(address = market.token_program @ TesseraError::WrongTokenProgram)]
    pub token_program: Interface<'info, TokenInterface>,
    /// Makes the balance.
    pub system_program: Program<'info, System>,
}

impl PoolClaim<'_> {
    /// Pays a provider that is still there, and adds to its free stake what reached its vault.
    #[inline(never)]
    fn pay(&mut self) -> Result<Payment> {
        if *self.provider.owner != ID {
            return Ok(Payment { owner: Pubkey::default(), amount: 0, kept: false });
        }
        let mut provider = Box::new(Provider::try_deserialize(&mut &self.provider.try_borrow_data()?[..])?);
        provider.invariant()?;
        let amount = self.pool.payout(&self.share)?;
        self.pool.paid = self.pool.paid.checked_add(amount).ok_or(TesseraError::Overflow)?;
        let balance = self.provider_balance.as_ref().map(AsRef::as_ref);
        let leg = Leg::to_vault(self.provider.key(), self.stake_vault.as_ref(), provider.authority, balance);
        if leg.route(&self.market)? == Route::Account {
            provider.stake = provider.stake().credit(amount.into()).map_err(TesseraError::from)?.into();
            provider.invariant()?;
            provider.try_serialize(&mut &mut self.provider.try_borrow_mut_data()?[..])?;
        }
        let signer = MarketSigner::new(&self.market);
        let source =
            Source { vault: self.pool_vault.as_ref(), owner: self.market.as_ref().as_ref(), signer: &signer.seeds() };
        let unclaimed = Unclaimed {
            market: &self.market,
            vault: self.unclaimed_vault.as_ref().map(AsRef::as_ref),
            payer: self.cranker.as_ref(),
        };
        pay_leg(&Mover::new(self.mint.as_ref())?, &source, &leg, &unclaimed, amount)
    }
}

/// - Anyone sends it, after the epoch has ended and all its fee vaults were swept; earlier it is refused.
/// - The provider is paid `funded x its fees / all fees`, half of its fees at most, rounded down, into its free stake; or to
///   its authority's balance where the vault cannot receive.
/// - A provider that has left is paid nothing: it claims before.
/// - The share closes and its rent goes to who paid it: a second call fails.
pub fn handler(ctx: Context<PoolClaim>, epoch: u64) -> Result<()> {
    let now = Moment::now()?;
    let accounts = ctx.accounts;
    accounts.pool.require_final(&accounts.market, now)?;
    let payment = accounts.pay()?;
    let pool = &mut accounts.pool;
    pool.shares_open = pool.shares_open.checked_sub(1).ok_or(TesseraError::Invariant)?;
    pool.invariant()?;
    emit!(ShareClaimed {
        market: accounts.market.key(),
        epoch,
        provider: accounts.provider.key(),
        fees: accounts.share.fees,
        payment,
    });
    close_account(accounts.share.as_ref(), accounts.share_payer.as_ref(), accounts.cranker.as_ref())
}
