use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use tessera_rules::{Outcome, SettleFacts, Settlement, plan_settle};

use crate::errors::TesseraError;
use crate::seeds;
use crate::settlement::{Decided, load_audits, refuting_pair};
use crate::state::{Market, Model, Moment, Provider, Run, Task};
use crate::token_account::token_amount;

/// Accounts of `task_settle`. Remaining accounts, all writable: for each audit to close `[audit, the verifier's Provider,
/// its stake vault, its authority's wallet]`. The balances are needed only where a token account cannot receive.
#[derive(Accounts)]
pub struct TaskSettle<'info> {
    /// Anyone. Pays the rent of balances that it causes.
    #[account(mut)]
    pub cranker: Signer<'info>,
    /// The market.
    #[account(has_one = mint @ TesseraError::WrongMint)]
    pub market: Box<Account<'info, Market>>,
    /// CHECK: what the market pays in.
    pub mint: UncheckedAccount<'info>,
    /// The task.
    #[account(mut, constraint = task.terms.market == market.key() @ TesseraError::WrongMarket)]
    pub task: Box<Account<'info, Task>>,
    /// CHECK: the token account at this address, derived when the task was created, is its vault.
    #[account(mut, address = task.vault @ TesseraError::WrongVault)]
    pub task_vault: UncheckedAccount<'info>,
    /// The run.
    #[account(mut, has_one = task @ TesseraError::WrongRun, has_one = provider @ TesseraError::WrongProvider)]
    pub run: Box<Account<'info, Run>>,
    /// The run's provider.
    #[account(mut)]
    pub provider: Box<Account<'info, Provider>>,
    /// CHECK: the token account at this derived address is the provider's stake vault.
    #[account(mut, seeds = [seeds::STAKE, provider.key().as_ref()], bump = provider.vault_bump)]
    pub stake_vault: UncheckedAccount<'info>,
    /// CHECK: the wallet that paid the run's rent.
    #[account(mut, address = run.authority @ TesseraError::WrongWallet)]
    pub run_authority: UncheckedAccount<'info>,
    /// CHECK: where fees are paid, compared with the fee vault of the current epoch and the task's shard, which must be open.
    #[account(mut)]
    pub fee_vault: UncheckedAccount<'info>,
    /// CHECK: where fees are paid, compared with the provider's share of the current epoch, which need not be open.
    #[account(mut)]
    pub share: UncheckedAccount<'info>,
    /// CHECK: the market's insurance vault, compared before it is paid; required only where something is insured: what is
    /// slashed, if the task's sink is the insurance, and what strangers sent to the task's vault. Named always, all
    /// settlements of a market would wait for each other.
    #[account(mut)]
    pub insurance_vault: Option<UncheckedAccount<'info>>,
    /// CHECK: the wallet that paid the task's rent.
    #[account(mut, address = task.terms.requester @ TesseraError::WrongRequester)]
    pub requester: UncheckedAccount<'info>,
    /// CHECK: any token account of the requester that can receive, or its associated one; checked before it is paid.
    #[account(mut)]
    pub requester_token: UncheckedAccount<'info>,
    /// The model that the task names; required if it names one.
    pub model: Option<Box<Account<'info, Model>>>,
    /// CHECK: as `requester_token`, of the model's payout wallet; required if the task names a model.
    #[account(mut)]
    pub model_token: Option<UncheckedAccount<'info>>,
    /// CHECK: any token account of the cranker; without one that can receive its part of the bounty is the requester's.
    #[account(mut)]
    pub cranker_token: Option<UncheckedAccount<'info>>,
    /// CHECK: the mint once more, writable; required only where something slashed is burned.
    #[account(mut, address = market.mint @ TesseraError::WrongMint)]
    pub burn_mint: Option<UncheckedAccount<'info>>,
    /// CHECK: the bond vault of the dispute that refuted the run, compared before it is paid; required exactly where there is
    /// one.
    #[account(mut)]
    pub challenger_vault: Option<UncheckedAccount<'info>>,
    /// CHECK: the market's unclaimed vault; checked before it is paid.
    #[account(mut)]
    pub unclaimed_vault: Option<UncheckedAccount<'info>>,
    /// CHECK: checked before it is raised.
    #[account(mut)]
    pub requester_balance: Option<UncheckedAccount<'info>>,
    /// CHECK: of the provider's authority; checked before it is raised.
    #[account(mut)]
    pub provider_balance: Option<UncheckedAccount<'info>>,
    /// CHECK: of the model's payout wallet; checked before it is raised.
    #[account(mut)]
    pub model_balance: Option<UncheckedAccount<'info>>,
    /// CHECK: of the treasury; checked before it is raised.
    #[account(mut)]
    pub treasury_balance: Option<UncheckedAccount<'info>>,
    /// Moves the tokens.
    #[account(address = market.token_program @ TesseraError::WrongTokenProgram)]
    pub token_program: Interface<'info, TokenInterface>,
    /// Makes balances.
    pub system_program: Program<'info, System>,
}

impl TaskSettle<'_> {
    /// The model's leg has a receiver exactly if the task names a model.
    #[inline(never)]
    fn validate(&self) -> Result<()> {
        let Some(named) = self.task.terms.model else {
            return Ok(());
        };
        let (Some(model), Some(_)) = (&self.model, &self.model_token) else {
            return err!(TesseraError::ModelMissing);
        };
        require_keys_eq!(model.key(), named, TesseraError::WrongModel);
        Ok(())
    }
}

/// - Anyone, for one run a call, once it can be decided: it was refuted, two audits passed refute it, or the challenge window
///   has passed. Never while a dispute on it is open; nor is it upheld or outvoted while one on another run of the task is.
/// - The first settlement after the window pins the task's decision, which then holds for all its runs.
/// - Upheld: the reward is split, the lock freed; unused audit reward goes back; the audits that earned wait for their closing.
/// - Slashed: the run's reward goes back, with its share of the lock; at most two verifiers that differed get theirs; the rest
///   is burned or insured.
/// - Slashed, and refuted by a dispute: the challengers' share goes into that dispute's bond vault, but for the half that is the
///   first auditor's that differed before.
/// - Void: the run's reward goes back, the lock is freed, nobody is slashed.
/// - The cranker gets the run's part of the bounty; with the last run everything that no auditor is owed goes back.
/// - Every audit passed is closed; later calls close the others. With a run's last audit the run closes, with the last run
///   vault and task; rent goes to whoever paid it.
/// - A leg whose token account cannot receive becomes a balance of its owner, and stops no other.
/// - Refused: accounts of other tasks, runs, markets or owners, audits passed twice, a decided run without audits to close.
///
/// **Interim rule**, for local networks and devnet until the referee replaces it: see [`tessera_rules::plan_settle`].
pub fn handler<'info>(ctx: Context<'info, TaskSettle<'info>>) -> Result<()> {
    let now = Moment::now()?;
    let accounts = ctx.accounts;
    accounts.validate()?;
    let mut audits = load_audits(ctx.remaining_accounts, &accounts.run.key(), &accounts.run.provider)?;
    let dust = accounts.task.dust(token_amount(accounts.task_vault.as_ref())?)?;
    let (outcome, decided) = accounts.decide(&mut audits, now)?;
    require!(decided.is_some() || !audits.is_empty(), TesseraError::NothingToClose);
    let closed = accounts.close_audits(outcome, &mut audits)?;
    let closed_task = accounts.finish(dust, &audits)?;
    if let Some(Decided { settled, reputation }) = decided {
        emit!(*settled);
        if let Some(changed) = reputation {
            emit!(changed);
        }
    }
    for event in closed {
        emit!(event);
    }
    if let Some(event) = closed_task {
        emit!(event);
    }
    Ok(())
}

impl<'info> TaskSettle<'info> {
    /// Decides the run and pays everyone but the auditors that earned, or says how it was decided.
    #[inline(never)]
    fn decide(
        &mut self,
        audits: &mut [crate::settlement::PassedAudit<'info>],
        now: Moment,
    ) -> Result<(Outcome, Option<Decided>)> {
        let pair = refuting_pair(&self.run, audits);
        let slot = self.task.slot_of(&self.run.provider)?;
        let (open_disputes, of_task) = (self.run.open_disputes, self.task.open_disputes);
        let other_disputes = of_task.checked_sub(open_disputes).ok_or(TesseraError::Invariant)?;
        let facts = SettleFacts { pair_shown: pair.is_some(), open_disputes, other_disputes };
        match plan_settle(&self.task.view(), slot, &facts, now.into()).map_err(TesseraError::from)? {
            Settlement::Close(outcome) => Ok((outcome, None)),
            Settlement::Decide { task, outcome, last } => {
                let decided = match outcome {
                    Outcome::Upheld => self.uphold(&task, last, now)?,
                    Outcome::Slashed => self.slash(&task, pair, last, audits, now)?,
                    Outcome::Void => self.void(&task, last, now)?,
                };
                Ok((outcome, Some(decided)))
            }
        }
    }
}
