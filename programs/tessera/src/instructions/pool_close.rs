use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;

use crate::errors::TesseraError;
use crate::events::PoolClosed;
use crate::seeds;
use crate::settlement::{close_account, rent_receiver};
use crate::signers::MarketSigner;
use crate::state::{EpochPool, Market, Moment};
use crate::token_account::token_amount;
use crate::tokens::{Mover, close_vault};

/// Accounts of `pool_close`.
#[derive(Accounts)]
#[instruction(epoch: u64)]
pub struct PoolClose<'info> {
    /// Anyone.
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
    /// CHECK: the wallet that paid the rent of the pool and its vault.
    #[account(mut, address = pool.payer @ TesseraError::WrongWallet)]
    pub pool_payer: UncheckedAccount<'info>,
    /// CHECK: the token account at this derived address is the market's insurance vault.
    #[account(mut, seeds = [seeds::INSURANCE, market.key().as_ref()], bump = market.insurance_bump)]
    pub insurance_vault: UncheckedAccount<'info>,
    /// Moves the tokens.
    #[account(address = market.token_program @ TesseraError::WrongTokenProgram)]
    pub token_program: Interface<'info, TokenInterface>,
}

/// - Anyone sends it, four whole epochs after the epoch has ended; earlier it is refused.
/// - Refused while a fee vault is not swept or a share not claimed; anyone may do both.
/// - What was not paid out, and what strangers sent, goes to the insurance vault; the rent to who paid it.
/// - Pool and vault close: a second call fails, and a past epoch cannot be opened again.
pub fn handler(ctx: Context<PoolClose>, epoch: u64) -> Result<()> {
    let now = Moment::now()?;
    let accounts = ctx.accounts;
    tessera_rules::pool_closable(epoch, now.unix, accounts.market.epoch_seconds).map_err(TesseraError::from)?;
    accounts.pool.require_final(&accounts.market, now)?;
    require_eq!(accounts.pool.shares_open, 0, TesseraError::SharesOpen);
    let rest = token_amount(accounts.pool_vault.as_ref())?;
    let signer = MarketSigner::new(&accounts.market);
    let owner = accounts.market.as_ref().as_ref();
    let vault = accounts.pool_vault.as_ref();
    Mover::new(accounts.mint.as_ref())?.pay(vault, accounts.insurance_vault.as_ref(), owner, &signer.seeds(), rest)?;
    let receiver = rent_receiver(accounts.pool_payer.as_ref(), accounts.cranker.as_ref());
    close_vault(vault, receiver, owner, &signer.seeds())?;
    emit!(PoolClosed {
        market: accounts.market.key(),
        epoch,
        funded: accounts.pool.funded,
        paid: accounts.pool.paid,
        total_fees: accounts.pool.total_fees,
        to_insurance: rest,
    });
    close_account(accounts.pool.as_ref(), accounts.pool_payer.as_ref(), accounts.cranker.as_ref())
}
