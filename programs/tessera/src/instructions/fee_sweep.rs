use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;

use crate::errors::TesseraError;
use crate::events::{FeesSwept, Payment};
use crate::seeds;
use crate::settlement::{Leg, Source, Unclaimed, pay_leg, rent_receiver};
use crate::signers::MarketSigner;
use crate::state::{EpochPool, Market, Moment};
use crate::token_account::token_amount;
use crate::tokens::{Mover, close_vault};

/// Accounts of `fee_sweep`.
#[derive(Accounts)]
#[instruction(epoch: u64, shard: u8)]
pub struct FeeSweep<'info> {
    /// Anyone; pays the rent of the treasury's balance where one is needed.
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
    /// CHECK: the token account at this derived address is the fee vault of the epoch and shard.
    #[account(mut, seeds = [seeds::FEES, market.key().as_ref(), &epoch.to_le_bytes(), &[shard]], bump)]
    pub fee_vault: UncheckedAccount<'info>,
    /// CHECK: any token account of the treasury; where its associated one cannot receive, that one.
    #[account(mut)]
    pub treasury_token: UncheckedAccount<'info>,
    /// CHECK: the wallet that paid the fee vault's rent; compared with the books.
    #[account(mut)]
    pub vault_payer: UncheckedAccount<'info>,
    /// CHECK: the treasury's balance, where its token account cannot receive; the address is derived.
    #[account(mut)]
    pub treasury_balance: Option<UncheckedAccount<'info>>,
    /// CHECK: the unclaimed vault, where the treasury's token account cannot receive; the address is derived.
    #[account(mut)]
    pub unclaimed_vault: Option<UncheckedAccount<'info>>,
    /// Moves the tokens.
    #[account(address = market.token_program @ TesseraError::WrongTokenProgram)]
    pub token_program: Interface<'info, TokenInterface>,
    /// Makes the balance.
    pub system_program: Program<'info, System>,
}

impl FeeSweep<'_> {
    #[inline(never)]
    fn pay(&self, amount: u64) -> Result<Payment> {
        let mover = Mover::new(self.mint.as_ref())?;
        let signer = MarketSigner::new(&self.market);
        let source =
            Source { vault: self.fee_vault.as_ref(), owner: self.market.as_ref().as_ref(), signer: &signer.seeds() };
        let balance = self.treasury_balance.as_ref().map(AsRef::as_ref);
        let leg = Leg::to_wallet(self.market.treasury, self.treasury_token.as_ref(), balance);
        let unclaimed = Unclaimed {
            market: &self.market,
            vault: self.unclaimed_vault.as_ref().map(AsRef::as_ref),
            payer: self.cranker.as_ref(),
        };
        pay_leg(&mover, &source, &leg, &unclaimed, amount)
    }
}

/// - Anyone sends it, after the epoch has ended; earlier it is refused, so that the sum of an epoch's fees is final.
/// - The tokens go to the treasury alone, or to its balance where its associated account cannot receive.
/// - Everything in the vault counts as the epoch's fees, also what strangers sent: they can lower payouts only by paying
///   the treasury.
/// - The vault closes, also an empty one, and its rent goes to who paid it. A second call is refused.
pub fn handler(ctx: Context<FeeSweep>, epoch: u64, shard: u8) -> Result<()> {
    let now = Moment::now()?;
    let accounts = ctx.accounts;
    tessera_rules::epoch_over(epoch, now.unix, accounts.market.epoch_seconds).map_err(TesseraError::from)?;
    let amount = token_amount(accounts.fee_vault.as_ref())?;
    let payer = accounts.pool.sweep_shard(shard, amount)?;
    require_keys_eq!(accounts.vault_payer.key(), payer, TesseraError::WrongWallet);
    accounts.pool.invariant()?;
    let payment = accounts.pay(amount)?;
    close_vault(
        accounts.fee_vault.as_ref(),
        rent_receiver(accounts.vault_payer.as_ref(), accounts.cranker.as_ref()),
        accounts.market.as_ref().as_ref(),
        &MarketSigner::new(&accounts.market).seeds(),
    )?;
    let total_fees = accounts.pool.total_fees;
    emit!(FeesSwept { market: accounts.market.key(), epoch, shard, payment, total_fees });
    Ok(())
}
