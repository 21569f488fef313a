use anchor_lang::prelude::*;
use tessera_rules::plan_seal;

use crate::errors::TesseraError;
use crate::events::RunSealed;
use crate::state::{Moment, Run, RunState, Task};

/// Accounts of `run_seal`.
#[derive(Accounts)]
pub struct RunSeal<'info> {
    /// Acts for the provider that claimed.
    pub authority: Signer<'info>,
    /// The task.
    #[account(mut)]
    pub task: Box<Account<'info, Task>>,
    /// The run.
    #[account(
        mut,
        has_one = authority @ TesseraError::WrongAuthority,
        has_one = task @ TesseraError::WrongRun,
    )]
    pub run: Box<Account<'info, Run>>,
}

/// - Only the claimer of a redundant task, once, before the execution's deadline, under the terms that it claimed.
/// - The seal is [`crate::hashes::seal_hash`] of the root and a salt; zeros are no seal. A copied seal names the other
///   provider, so its copier can never reveal it, and loses its lock.
/// - With the last seal the reveal opens.
pub fn handler(ctx: Context<RunSeal>, terms_hash: [u8; 32], seal: [u8; 32]) -> Result<()> {
    let now = Moment::now()?;
    let (task, run) = (&mut ctx.accounts.task, &mut ctx.accounts.run);
    require!(task.terms_hash == terms_hash, TesseraError::TermsChanged);
    require!(seal != [0; 32], TesseraError::RootZero);
    let slot = task.slot_of(&run.provider)?;
    let next = plan_seal(&task.view(), slot, run.execute_until.into(), now.into()).map_err(TesseraError::from)?;
    task.apply(&next)?;
    task.invariant()?;
    run.state = RunState::Sealed;
    run.seal = seal;
    run.invariant()?;
    emit!(RunSealed { task: task.key(), run: run.key(), provider: run.provider, seal, reveal_from: task.reveal_from });
    Ok(())
}
