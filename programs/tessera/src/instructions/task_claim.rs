use anchor_lang::prelude::*;
use tessera_rules::{ClaimStep, plan_claim};

use crate::creation::create;
use crate::errors::TesseraError;
use crate::events::TaskClaimed;
use crate::seeds;
use crate::state::{Deadline, Differing, Draw, LAYOUT_VERSION, MarketNow, Moment, Provider, Run, RunState, Task};

/// Accounts of `task_claim`.
#[derive(Accounts)]
pub struct TaskClaim<'info> {
    /// Acts for the provider, and pays the run's rent.
    #[account(mut)]
    pub authority: Signer<'info>,
    /// CHECK: the task's market, of which only a fixed part is read.
    #[account(address = task.terms.market @ TesseraError::WrongMarket)]
    pub market: UncheckedAccount<'info>,
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
    fn plan(&self, terms_hash: [u8; 32], now: Moment) -> Result<ClaimStep<[u8; 32]>> {
        let (task, provider) = (&self.task, &self.provider);
        require!(task.terms_hash == terms_hash, TesseraError::TermsChanged);
        let paused = MarketNow::read(self.market.as_ref())?.paused;
        let facts = task.claim_terms(paused).map_err(TesseraError::from)?;
        let by = task.claimant(&provider.key(), provider);
        Ok(plan_claim(&task.view(), &facts, &by, now.into()).map_err(TesseraError::from)?)
    }

    #[inline(never)]
    fn apply(&mut self, step: &ClaimStep<[u8; 32]>) -> Result<()> {
        let address = self.provider.key();
        let provider = &mut self.provider;
        provider.stake = provider.stake().lock(step.lock).map_err(TesseraError::from)?.into();
        provider.active_runs = step.active_runs;
        provider.runs_unclosed = provider.runs_unclosed.checked_add(1).ok_or(TesseraError::Overflow)?;
        provider.invariant()?;
        let task = &mut self.task;
        task.slots.get_mut(step.slot).ok_or(TesseraError::Invariant)?.provider = address;
        task.apply(&step.task)?;
        task.runs_open = task.runs_open.checked_add(1).ok_or(TesseraError::Overflow)?;
        task.invariant()
    }

    #[inline(never)]
    fn open_run(&self, step: &ClaimStep<[u8; 32]>, bump: u8, now: Moment) -> Result<()> {
        let run = Box::new(Run {
            version: LAYOUT_VERSION,
            bump,
            market: self.task.terms.market,
            task: self.task.key(),
            provider: self.provider.key(),
            authority: self.authority.key(),
            state: RunState::Claimed,
            lock: step.lock.get(),
            seal: [0; 32],
            output_root: [0; 32],
            output_id: [0; 32],
            trace_root: [0; 32],
            claimed_at: now,
            execute_until: step.execute_until.into(),
            submitted_at: Moment::BEGINNING,
            decided_at: Moment::BEGINNING,
            verify_stake: 0,
            audit_rate_bps: 0,
            draw_slot: 0,
            forced: 0,
            audits_open: 0,
            earning: 0,
            open_disputes: 0,
            differed: [Differing::NONE; 2],
            refuted_by: Pubkey::default(),
            refuted_bond_bump: 0,
            refuted_with_auditor: false,
            reserved: [0; 30],
            draw: Draw::Pending,
            winners: None,
            output_locator: String::new(),
        });
        run.invariant()?;
        let seeds: [&[u8]; 4] = [seeds::RUN, run.task.as_ref(), run.provider.as_ref(), &[bump]];
        create(self.run.as_ref(), self.authority.as_ref(), &seeds, &*run)
    }
}

/// - A provider's authority takes a free slot of a task of its market before the open window has passed.
/// - The terms hash must be the task's: a task cancelled and made again under the same address is refused.
/// - Active, compute role, not excluded, without a slot in this task, below its maximum of runs, reward at its price floor
///   or above, every requirement met by its record; on the shortlist while that has precedence.
/// - Its free stake covers the lock, which is bound to the run.
/// - Refused while the market is paused.
/// - Requester and provider may be the same: only its own money moves.
pub fn handler(ctx: Context<TaskClaim>, terms_hash: [u8; 32]) -> Result<()> {
    let now = Moment::now()?;
    let accounts = ctx.accounts;
    let step = accounts.plan(terms_hash, now)?;
    accounts.apply(&step)?;
    accounts.open_run(&step, ctx.bumps.run, now)?;
    emit!(TaskClaimed {
        task: accounts.task.key(),
        run: accounts.run.key(),
        provider: accounts.provider.key(),
        lock: step.lock.get(),
        execute_until: Deadline::from(step.execute_until),
    });
    Ok(())
}
