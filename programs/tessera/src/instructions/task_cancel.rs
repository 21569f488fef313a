use anchor_lang::prelude::*;
use anchor_spl::token::{Mint, Token, TokenAccount};
use tessera_rules::{Action, next_state};

use crate::errors::TesseraError;
use crate::events::TaskCancelled;
use crate::seeds;
use crate::settlement::TaskMoney;
use crate::state::{Market, Task};

/// Accounts of `task_cancel`.
#[derive(Accounts)]
pub struct TaskCancel<'info> {
    /// Takes its task back, and gets the rent.
    #[account(mut)]
    pub requester: Signer<'info>,
    /// The market.
    #[account(has_one = mint @ TesseraError::WrongMint)]
    pub market: Box<Account<'info, Market>>,
    /// What the market pays in.
    pub mint: Box<Account<'info, Mint>>,
    /// The task.
    #[account(
        mut,
        constraint = task.terms.requester == requester.key() @ TesseraError::WrongRequester,
        constraint = task.terms.market == market.key() @ TesseraError::WrongMarket,
    )]
    pub task: Box<Account<'info, Task>>,
    /// Its vault.
    #[account(mut, seeds = [seeds::ESCROW, task.key().as_ref()], bump = task.vault_bump)]
    pub task_vault: Box<Account<'info, TokenAccount>>,
    /// CHECK: the token account at this derived address is the market's insurance vault.
    #[account(mut, seeds = [seeds::INSURANCE, market.key().as_ref()], bump = market.insurance_bump)]
    pub insurance_vault: UncheckedAccount<'info>,
    /// Any token account of the requester.
    #[account(
        mut,
        constraint = requester_token.owner == requester.key() @ TesseraError::WrongTokenAccount,
        constraint = requester_token.mint == market.mint @ TesseraError::WrongTokenAccount,
    )]
    pub requester_token: Box<Account<'info, TokenAccount>>,
    /// Moves the tokens.
    pub token_program: Program<'info, Token>,
}

/// - Only the requester, while the task is open, also after the open window.
/// - The whole escrow goes back; dust goes to the insurance vault; vault and task close, their rent goes back.
pub fn handler(ctx: Context<TaskCancel>) -> Result<()> {
    let accounts = ctx.accounts;
    let state = next_state(accounts.task.state.into(), Action::Cancel).map_err(TesseraError::from)?;
    let refund = accounts.task.escrow;
    let dust = accounts.task.dust(accounts.task_vault.amount)?;
    accounts.task.state = state.into();
    accounts.task.pay_out(refund)?;
    accounts.task.invariant()?;
    let money = TaskMoney::new(&accounts.task, &accounts.task_vault, &accounts.mint);
    money.pay(accounts.requester_token.as_ref().as_ref(), refund)?;
    money.pay(accounts.insurance_vault.as_ref(), dust)?;
    money.close(accounts.requester.as_ref())?;
    emit!(TaskCancelled {
        task: accounts.task.key(),
        requester: accounts.requester.key(),
        requester_refunded: refund,
        dust,
    });
    accounts.task.close(accounts.requester.to_account_info())
}
