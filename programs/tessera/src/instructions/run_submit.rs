use anchor_lang::prelude::*;
use tessera_rules::plan_submit;

use crate::errors::TesseraError;
use crate::events::{RunSubmitted, WindowsStarted};
use crate::state::{MarketNow, Moment, Output, Provider, Run, Task};

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

/// - Only the claimer of an optimistic task, once, before the execution's deadline, under the terms that it claimed.
/// - Root, content id and locator may not be empty.
/// - The windows start. What draws the audits is pinned: the market's verifying stake, the provider's audit rate at this
///   moment, and the slot whose hash nobody knows yet.
pub fn handler(ctx: Context<RunSubmit>, args: RunSubmitArgs) -> Result<()> {
    let now = Moment::now()?;
    let accounts = ctx.accounts;
    require!(accounts.task.terms_hash == args.terms_hash, TesseraError::TermsChanged);
    let output = Output { root: args.output_root, id: args.output_id, locator: args.output_locator };
    output.validate()?;
    let (task, run) = (&mut accounts.task, &mut accounts.run);
    let slot = task.slot_of(&run.provider)?;
    let next = plan_submit(&task.view(), slot, run.execute_until.into(), output.root(), now.into());
    task.apply(&next.map_err(TesseraError::from)?)?;
    task.invariant()?;
    run.submit(output, &task.terms, MarketNow::read(accounts.market.as_ref())?, &accounts.provider, now)?;
    emit!(RunSubmitted::new(task.key(), run));
    emit!(WindowsStarted::new(task));
    Ok(())
}
