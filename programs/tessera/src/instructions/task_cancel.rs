use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use tessera_rules::plan_cancel;

use crate::errors::TesseraError;
use crate::events::TaskCancelled;
use crate::seeds;
use crate::settlement::TaskMoney;
use crate::state::{Market, Task};
use crate::token_account::{payable, require_payable, token_amount};

/// Accounts of `task_cancel`.
#[derive(Accounts)]
pub struct TaskCancel<'info> {
    /// Takes its task back, and gets the rent.
    #[account(mut)]
    pub requester: Signer<'info>,
    /// The market.
    #[account(has_one = mint @ TesseraError::WrongMint)]
    pub market: Box<Account<'info, Market>>,
    /// CHECK: what the market pays in.
    pub mint: UncheckedAccount<'info>,
    /// The task.
    #[account(
        mut,
        constraint = task.terms.requester == requester.key() @ TesseraError::WrongRequester,
        constraint = task.terms.market == market.key() @ TesseraError::WrongMarket,
    )]
    pub task: Box<Account<'info, Task>>,
    /// CHECK: the token account at this address, derived when the task was created, is its vault.
    #[account(mut, address = task.vault @ TesseraError::WrongVault)]
    pub task_vault: UncheckedAccount<'info>,
    /// CHECK: the token account at this derived address is the market's insurance vault.
    #[account(mut, seeds = [seeds::INSURANCE, market.key().as_ref()], bump = market.insurance_bump)]
    pub insurance_vault: UncheckedAccount<'info>,
    /// CHECK: any token account of the requester that can receive; checked before it is paid.
    #[account(mut)]
    pub requester_token: UncheckedAccount<'info>,
    /// Moves the tokens.
    #[account(address = market.token_program @ TesseraError::WrongTokenProgram)]
    pub token_program: Interface<'info, TokenInterface>,
}

/// - Only the requester, while nobody works on the task, also after the open window.
/// - The whole escrow goes back to any token account of the requester that can receive.
/// - What strangers sent to the vault is insured (goes along with the refund where the insurance vault is frozen).
/// - Vault and task close, their rent goes back. The address may be used again: terms hashes tell the tasks apart.
/// - Refused: another's task, a task with a run, another market's accounts.
pub fn handler(ctx: Context<TaskCancel>) -> Result<()> {
    let accounts = ctx.accounts;
    let next = plan_cancel(&accounts.task.view()).map_err(TesseraError::from)?;
    require_eq!(accounts.task.runs_open, 0, TesseraError::WrongState);
    require_payable(accounts.requester_token.as_ref(), &accounts.market, accounts.requester.key)?;
    let refund = accounts.task.escrow;
    let dust = accounts.task.dust(token_amount(accounts.task_vault.as_ref())?)?;
    accounts.task.apply(&next)?;
    accounts.task.pay_out(refund)?;
    accounts.task.invariant()?;
    let money = TaskMoney::new(&accounts.task, accounts.task_vault.as_ref(), accounts.mint.as_ref())?;
    money.pay(accounts.requester_token.as_ref(), refund)?;
    let insured = payable(accounts.insurance_vault.as_ref(), &accounts.market, &accounts.market.key());
    let sweep_to = if insured { accounts.insurance_vault.as_ref() } else { accounts.requester_token.as_ref() };
    money.pay(sweep_to, dust)?;
    money.close(accounts.requester.as_ref())?;
    accounts.task.close(accounts.requester.to_account_info())?;
    emit!(TaskCancelled {
        task: accounts.task.key(),
        requester: accounts.requester.key(),
        requester_refunded: refund,
        dust,
    });
    Ok(())
}
