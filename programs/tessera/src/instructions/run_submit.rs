use anchor_lang::prelude::*;
use tessera_rules::{SubmitStep, SubmittedRun, plan_submit};

use crate::errors::TesseraError;
use crate::events::RunSubmitted;
use crate::state::{MAX_LOCATOR, Moment, Run, RunState, Task};

/// What a provider commits to.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct RunSubmitArgs {
    /// The task's terms hash, as the provider knows it.
    pub terms_hash: [u8; 32],
    /// Root of the outputs.
    pub output_root: [u8; 32],
    /// Content id (SHA-256) of the stored outputs.
    pub output_id: [u8; 32],
    /// Where the outputs are found, 1 to 96 bytes.
    pub output_locator: String,
}

/// Accounts of `run_submit`.
#[derive(Accounts)]
pub struct RunSubmit<'info> {
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

impl RunSubmit<'_> {
    fn plan(&self, args: &RunSubmitArgs, now: Moment) -> Result<SubmitStep> {
        require!(self.task.terms_hash == args.terms_hash, TesseraError::TermsChanged);
        require!(args.output_id != [0; 32], TesseraError::RootZero);
        require!(!args.output_locator.is_empty(), TesseraError::LocatorMissing);
        require!(args.output_locator.len() <= MAX_LOCATOR, TesseraError::LocatorTooLong);
        let facts = SubmittedRun {
            state: self.task.state.into(),
            execute_until: self.run.execute_until.into(),
            windows: self.task.terms.windows.into(),
        };
        Ok(plan_submit(&facts, &args.output_root, now.into()).map_err(TesseraError::from)?)
    }
}

/// - Only the claimer, once, before the execution's deadline, under the terms that it claimed.
/// - Root, content id and locator may not be empty.
pub fn handler(ctx: Context<RunSubmit>, args: RunSubmitArgs) -> Result<()> {
    let now = Moment::now()?;
    let step = ctx.accounts.plan(&args, now)?;
    let task = &mut ctx.accounts.task;
    task.state = step.state.into();
    task.invariant()?;
    let task = task.key();
    let address = ctx.accounts.run.key();
    let run = &mut ctx.accounts.run;
    run.state = RunState::Submitted;
    run.output_root = args.output_root;
    run.output_id = args.output_id;
    run.output_locator = args.output_locator;
    run.submitted_at = now;
    run.audit_until = step.audit_until.into();
    run.challenge_until = step.challenge_until.into();
    run.invariant()?;
    emit!(RunSubmitted {
        task,
        run: address,
        provider: run.provider,
        output_root: run.output_root,
        output_id: run.output_id,
        audit_until: run.audit_until,
        challenge_until: run.challenge_until,
        output_locator: run.output_locator.clone(),
    });
    Ok(())
}
