use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;

use crate::errors::TesseraError;
use crate::events::BalanceClaimed;
use crate::seeds;
use crate::settlement::close_account;
use crate::signers::MarketSigner;
use crate::state::{Balance, Market};
use crate::tokens::Mover;

/// Accounts of `balance_claim`.
#[derive(Accounts)]
pub struct BalanceClaim<'info> {
    /// Whose tokens they are.
    #[account(mut)]
    pub owner: Signer<'info>,
    /// The market.
    #[account(has_one = mint @ TesseraError::WrongMint)]
    pub market: Box<Account<'info, Market>>,
    /// CHECK: the market's mint.
    pub mint: UncheckedAccount<'info>,
    /// What the owner has.
    #[account(
        mut,
        seeds = [seeds::BALANCE, market.key().as_ref(), owner.key().as_ref()],
        bump = balance.bump,
        has_one = owner @ TesseraError::WrongAuthority,
        has_one = market @ TesseraError::WrongMarket,
    )]
    pub balance: Box<Account<'info, Balance>>,
    /// CHECK: the token account at this derived address is the market's unclaimed vault.
    #[account(mut, seeds = [seeds::UNCLAIMED, market.key().as_ref()], bump = market.unclaimed_bump)]
    pub unclaimed_vault: UncheckedAccount<'info>,
    /// CHECK: any token account that can receive; the owner chooses, and the token program checks it.
    #[account(mut)]
    pub to: UncheckedAccount<'info>,
    /// CHECK: the wallet that paid the balance's rent.
    #[account(mut, address = balance.payer @ TesseraError::WrongWallet)]
    pub payer: UncheckedAccount<'info>,
    /// Moves the tokens.
    #[account(address = market.token_program @ TesseraError::WrongTokenProgram)]
    pub token_program: Interface<'info, TokenInterface>,
}

/// - Only the owner claims, to any token account that can receive, of its own or not; the unclaimed vault itself is refused.
/// - All of it is paid, the balance closes and its rent goes to who paid it: a second call fails until a new payment.
/// - While the mint's freeze authority keeps the unclaimed vault frozen, it fails.
pub fn handler(ctx: Context<BalanceClaim>) -> Result<()> {
    let accounts = ctx.accounts;
    let amount = accounts.balance.amount;
    accounts.balance.invariant()?;
    Mover::new(accounts.mint.as_ref())?.pay(
        accounts.unclaimed_vault.as_ref(),
        accounts.to.as_ref(),
        accounts.market.as_ref().as_ref(),
        &MarketSigner::new(&accounts.market).seeds(),
        amount,
    )?;
    emit!(BalanceClaimed { market: accounts.market.key(), owner: accounts.owner.key(), amount, to: accounts.to.key() });
    close_account(accounts.balance.as_ref(), accounts.payer.as_ref(), accounts.owner.as_ref())
}
