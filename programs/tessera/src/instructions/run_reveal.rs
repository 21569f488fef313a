use anchor_lang::prelude::*;
use tessera_rules::plan_reveal;

use crate::errors::TesseraError;
use crate::events::{RunSubmitted, WindowsStarted};
use crate::hashes::seal_hash;
use crate::state::{Deadline, MarketNow, Moment, Output, Provider, Run, RunState, Task};

/// What opens a seal.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct RunRevealArgs {
    /// Root of the outputs.
    pub output_root: [u8; 32],
    /// The salt of the seal.
    pub salt: [u8; 32],
    /// Content id (SHA-256) of the stored outputs.
    pub output_id: [u8; 32],
    /// Where the outputs are found, 1 to 96 bytes.
    pub output_locator: String,
}

/// Accounts of `run_reveal`.
#[derive(Accounts)]
pub struct RunReveal<'info> {
    /// Acts for the provider that sealed.
    pub authority: Signer<'info>,
    /// CHECK: the task's market, of which only a fixed part is read.
    #[account(address = task.terms.market @ TesseraError::WrongMarket)]
    pub market: UncheckedAccount<'info>,
    /// The provider.
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

/// - Only the provider that sealed, once, while the reveal is open: nobody executes and nobody can claim any more.
/// - Root and salt must give the run's seal; content id and locator may not be empty.
/// - What draws the run's audits is pinned, as by a submission.
/// - With the last reveal the windows start: equal roots shorten them, different ones are a dispute.
pub fn handler(ctx: Context<RunReveal>, args: RunRevealArgs) -> Result<()> {
    let now = Moment::now()?;
    let accounts = ctx.accounts;
    let (task, run) = (&mut accounts.task, &mut accounts.run);
    require!(run.state == RunState::Sealed, TesseraError::WrongRunState);
    let seal = seal_hash(&run.task, &run.provider, &args.output_root, &args.salt);
    require!(seal == run.seal, TesseraError::SealWrong);
    let output = Output { root: args.output_root, id: args.output_id, locator: args.output_locator };
    output.validate()?;
    let slot = task.slot_of(&run.provider)?;
    let next = plan_reveal(&task.view(), slot, output.root(), now.into()).map_err(TesseraError::from)?;
    task.apply(&next)?;
    task.invariant()?;
    run.submit(output, &task.terms, MarketNow::read(accounts.market.as_ref())?, &accounts.provider, now)?;
    emit!(RunSubmitted::new(task.key(), run));
    if task.challenge_until != Deadline::UNSET {
        emit!(WindowsStarted::new(task));
    }
    Ok(())
}
