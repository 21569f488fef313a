use anchor_lang::prelude::*;
use tessera_rules::{ClaimStep, Claimant, OpenTask, plan_claim};

use crate::creation::create;
use crate::errors::TesseraError;
use crate::events::TaskClaimed;
use crate::seeds;
use crate::state::{Deadline, LAYOUT_VERSION, Moment, Provider, Run, RunState, Task};

/// Accounts of `task_claim`.
#[derive(Accounts)]
pub struct TaskClaim<'info> {
    /// Acts for the provider, and pays the run's rent.
    #[account(mut)]
    pub authority: Signer<'info>,
    /// The provider.
    #[account(mut, has_one = authority @ TesseraError::WrongAuthority)]
    pub provider: Box<Account<'info, Provider>>,
    /// The task.
    #[account(mut)]
    pub task: Box<Account<'info, Task>>,
    /// The run.
    ///
    /// CHECK: created here at its derived address.
    #[account(mut, seeds = [seeds::RUN, task.key().as_ref(), provider.key().as_ref()], bump)]
    pub run: UncheckedAccount<'info>,
    /// Makes the account.
    pub system_program: Program<'info, System>,
}

impl TaskClaim<'_> {
    #[inline(never)]
    fn plan(&self, terms_hash: [u8; 32], now: Moment) -> Result<ClaimStep> {
        let (task, provider) = (&self.task, &self.provider);
        require!(task.terms_hash == terms_hash, TesseraError::TermsChanged);
        let address = provider.key();
        let facts = OpenTask {
            state: task.state.into(),
            open_until: task.open_until.into(),
            reward: task.terms.reward.into(),
            run_lock: task.terms.run_lock.into(),
            windows: task.terms.windows.into(),
        };
        let by = Claimant {
            active: provider.is_active(),
            compute: provider.roles.compute,
            same_market: provider.market == task.terms.market,
            excluded: task.excluded.contains(&address),
            active_runs: provider.active_runs,
            max_runs: provider.max_runs,
            price_floor: provider.price_floor.into(),
        };
        Ok(plan_claim(&facts, &by, now.into()).map_err(TesseraError::from)?)
    }

    #[inline(never)]
    fn apply(&mut self, step: ClaimStep, bump: u8, now: Moment) -> Result<()> {
        let stake = self.provider.stake().lock(step.lock).map_err(TesseraError::from)?;
        self.provider.stake = stake.into();
        self.provider.active_runs = step.active_runs;
        self.provider.invariant()?;
        self.task.state = step.state.into();
        self.task.runs_open = self.task.runs_open.checked_add(1).ok_or(TesseraError::Overflow)?;
        self.task.invariant()?;
        let run = Run {
            version: LAYOUT_VERSION,
            bump,
            task: self.task.key(),
            provider: self.provider.key(),
            authority: self.authority.key(),
            state: RunState::Claimed,
            lock: step.lock.get(),
            output_root: [0; 32],
            output_id: [0; 32],
            claimed_at: now,
            execute_until: step.execute_until.into(),
            submitted_at: Moment::BEGINNING,
            audit_until: Deadline::UNSET,
            challenge_until: Deadline::UNSET,
            audits_open: 0,
            agreeing: 0,
            differing: 0,
            reserved: [0; 64],
            first_agreeing: None,
            winners: None,
            output_locator: String::new(),
        };
        run.invariant()?;
        let seeds: [&[u8]; 4] = [seeds::RUN, run.task.as_ref(), run.provider.as_ref(), &[bump]];
        create(self.run.as_ref(), self.authority.as_ref(), &seeds, &run)
    }
}

/// - A provider's authority claims an open task of its market before the open window has passed.
/// - The terms hash must be the task's.
/// - Active, compute role, not excluded, below its maximum of runs, reward at its price floor or above.
/// - Its free stake covers the lock, which is bound to the run.
/// - Requester and provider may be the same: only its own money moves.
pub fn handler(ctx: Context<TaskClaim>, terms_hash: [u8; 32]) -> Result<()> {
    let now = Moment::now()?;
    let accounts = ctx.accounts;
    let step = accounts.plan(terms_hash, now)?;
    accounts.apply(step, ctx.bumps.run, now)?;
    emit!(TaskClaimed {
        task: accounts.task.key(),
        run: accounts.run.key(),
        provider: accounts.provider.key(),
        lock: step.lock.get(),
        execute_until: step.execute_until.into(),
    });
    Ok(())
}
