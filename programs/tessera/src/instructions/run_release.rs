use anchor_lang::prelude::*;
use tessera_rules::plan_release;

use crate::errors::TesseraError;
use crate::events::RunReleased;
use crate::state::{Moment, Provider, Run, RunState, Task};

/// Accounts of `run_release`.
#[derive(Accounts)]
pub struct RunRelease<'info> {
    /// Acts for the provider that claimed, and gets the run's rent back.
    #[account(mut)]
    pub authority: Signer<'info>,
    /// The provider.
    #[account(mut, has_one = authority @ TesseraError::WrongAuthority)]
    pub provider: Box<Account<'info, Provider>>,
    /// The task.
    #[account(mut)]
    pub task: Box<Account<'info, Task>>,
    /// The run.
    #[account(
        mut,
        has_one = authority @ TesseraError::WrongAuthority,
        has_one = provider @ TesseraError::WrongProvider,
        has_one = task @ TesseraError::WrongRun,
    )]
    pub run: Box<Account<'info, Run>>,
}

impl RunRelease<'_> {
    #[inline(never)]
    fn apply(&mut self, now: Moment) -> Result<()> {
        let slot = self.task.slot_of(&self.run.provider)?;
        let next = plan_release(&self.task.view(), slot, self.run.claimed_at.into(), now.into())
            .map_err(TesseraError::from)?;
        let provider = &mut self.provider;
        provider.stake = provider.stake().release(self.run.lock.into()).map_err(TesseraError::from)?.into();
        provider.end_run()?;
        provider.close_run()?;
        provider.invariant()?;
        self.task.excluded.push(self.run.provider);
        self.task.apply(&next)?;
        self.task.close_run()?;
        self.task.invariant()?;
        self.run.state = RunState::Abandoned;
        Ok(())
    }
}

/// - Only the claimer, in the claim's grace period, before it has sealed or submitted; never where the task has no grace.
/// - The lock is freed, nothing is slashed; the slot is free again; the run closes, its rent goes back.
/// - The provider is excluded from the task: it cannot claim and release again.
pub fn handler(ctx: Context<RunRelease>) -> Result<()> {
    let now = Moment::now()?;
    let accounts = ctx.accounts;
    accounts.apply(now)?;
    accounts.run.close(accounts.authority.to_account_info())?;
    emit!(RunReleased {
        task: accounts.task.key(),
        run: accounts.run.key(),
        provider: accounts.provider.key(),
        released: accounts.run.lock,
    });
    Ok(())
}
