use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use tessera_rules::plan_audit_force;

use crate::errors::TesseraError;
use crate::events::AuditForced;
use crate::state::{FULL_RATE, Market, Moment, Run, Task};
use crate::tokens::Mover;

/// Accounts of `audit_force`.
#[derive(Accounts)]
pub struct AuditForce<'info> {
    /// Pays for the audit.
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
    /// CHECK: any token account that the requester may spend; the token program checks it.
    #[account(mut)]
    pub requester_token: UncheckedAccount<'info>,
    /// The run.
    #[account(mut, has_one = task @ TesseraError::WrongRun)]
    pub run: Box<Account<'info, Run>>,
    /// Moves the tokens.
    #[account(address = market.token_program @ TesseraError::WrongTokenProgram)]
    pub token_program: Interface<'info, TokenInterface>,
}

/// - Only the requester, once for a run, before the audit window has passed, while the run is not decided or refuted.
/// - It pays the task's audit reward once more; where that is zero, `amount`, the market's minimum reward at least.
/// - Every eligible verifier's ticket wins from now on. What was paid is shared with the audit reward by the audits that
///   earn, or goes back.
pub fn handler(ctx: Context<AuditForce>, amount: u64) -> Result<()> {
    let now = Moment::now()?;
    let accounts = ctx.accounts;
    let slot = accounts.task.slot_of(&accounts.run.provider)?;
    let paid = plan_audit_force(
        &accounts.task.view(),
        slot,
        accounts.run.forced.into(),
        accounts.task.terms.audit_reward.into(),
        amount.into(),
        accounts.market.params.min_reward.into(),
        now.into(),
    )
    .map_err(TesseraError::from)?
    .get();
    accounts.run.forced = paid;
    accounts.run.audit_rate_bps = FULL_RATE;
    accounts.run.invariant()?;
    accounts.task.escrow = accounts.task.escrow.checked_add(paid).ok_or(TesseraError::Overflow)?;
    accounts.task.invariant()?;
    Mover::new(accounts.mint.as_ref())?.take(
        accounts.requester_token.as_ref(),
        accounts.task_vault.as_ref(),
        accounts.requester.as_ref(),
        paid,
    )?;
    emit!(AuditForced { task: accounts.task.key(), run: accounts.run.key(), paid });
    Ok(())
}
