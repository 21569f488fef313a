use anchor_lang::prelude::*;
use anchor_spl::token::{Mint, Token, TokenAccount};
use tessera_rules::{Outcome, SettleFacts, Settlement, plan_settle};

use crate::addresses::fee_shard;
use crate::errors::TesseraError;
use crate::seeds;
use crate::settlement::{load_audits, refuting_pair};
use crate::state::{Market, Model, Moment, Provider, Run, Task};

/// Accounts of `task_settle`. Remaining accounts, all writable: for each audit to close `[audit, the verifier's Provider,
/// its stake vault, its authority's wallet]`.
#[derive(Accounts)]
pub struct TaskSettle<'info> {
    /// Anyone.
    #[account(mut)]
    pub cranker: Signer<'info>,
    /// The market.
    #[account(has_one = mint @ TesseraError::WrongMint)]
    pub market: Box<Account<'info, Market>>,
    /// What the market pays in.
    pub mint: Box<Account<'info, Mint>>,
    /// The task.
    #[account(mut, constraint = task.terms.market == market.key() @ TesseraError::WrongMarket)]
    pub task: Box<Account<'info, Task>>,
    /// Its vault.
    #[account(mut, seeds = [seeds::ESCROW, task.key().as_ref()], bump = task.vault_bump)]
    pub task_vault: Box<Account<'info, TokenAccount>>,
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
    /// CHECK: the token account at this derived address is the fee vault of the task's shard.
    #[account(
        mut,
        seeds = [
            seeds::FEES,
            market.key().as_ref(),
            &seeds::FEE_EPOCH.to_le_bytes(),
            &[fee_shard(&task.key())],
        ],
        bump = task.fee_vault_bump,
    )]
    pub fee_vault: UncheckedAccount<'info>,
    /// CHECK: the token account at this derived address is the market's insurance vault.
    #[account(mut, seeds = [seeds::INSURANCE, market.key().as_ref()], bump = market.insurance_bump)]
    pub insurance_vault: UncheckedAccount<'info>,
    /// CHECK: the wallet that paid the task's rent.
    #[account(mut, address = task.terms.requester @ TesseraError::WrongRequester)]
    pub requester: UncheckedAccount<'info>,
    /// Any token account of the requester.
    #[account(
        mut,
        dup,
        constraint = requester_token.owner == task.terms.requester @ TesseraError::WrongTokenAccount,
        constraint = requester_token.mint == market.mint @ TesseraError::WrongTokenAccount,
    )]
    pub requester_token: Box<Account<'info, TokenAccount>>,
    /// The model that the task names; required if it names one.
    pub model: Option<Box<Account<'info, Model>>>,
    /// Any token account of the model's payout wallet; required if the task names a model.
    #[account(mut, dup)]
    pub model_token: Option<Box<Account<'info, TokenAccount>>>,
    /// Any token account of the cranker; without one its part of the bounty goes back to the requester.
    #[account(
        mut,
        dup,
        constraint = cranker_token.owner == cranker.key() @ TesseraError::WrongTokenAccount,
        constraint = cranker_token.mint == market.mint @ TesseraError::WrongTokenAccount,
    )]
    pub cranker_token: Option<Box<Account<'info, TokenAccount>>>,
    /// CHECK: the mint once more, writable; required only where a slashed lock is burned.
    #[account(mut, address = market.mint @ TesseraError::WrongMint)]
    pub burn_mint: Option<UncheckedAccount<'info>>,
    /// Moves the tokens.
    pub token_program: Program<'info, Token>,
}

impl TaskSettle<'_> {
    /// The model's leg has a receiver exactly if the task names a model.
    fn validate(&self) -> Result<()> {
        let Some(named) = self.task.terms.model else {
            return Ok(());
        };
        let (Some(model), Some(token)) = (&self.model, &self.model_token) else {
            return err!(TesseraError::ModelMissing);
        };
        require_keys_eq!(model.key(), named, TesseraError::WrongModel);
        require_keys_eq!(token.owner, model.payout, TesseraError::WrongTokenAccount);
        require_keys_eq!(token.mint, self.market.mint, TesseraError::WrongTokenAccount);
        // A payout wallet may be chosen to be this very task: paid to itself, the vault could not be closed.
        require_keys_neq!(token.key(), self.task_vault.key(), TesseraError::DuplicateAccount);
        Ok(())
    }
}

/// - Anyone, once the run can be decided: two verifiers refuted it, or the challenge window has passed.
/// - Upheld: reward split, lock freed, bounty and unused audit reward paid; the first agreeing auditor's reward waits for
///   its audit to be closed.
/// - Slashed: the requester gets the whole escrow less the cranker's part, and its share of the lock; the two verifiers
///   get theirs; the rest is burned or insured.
/// - Every audit passed is closed; later calls close the others. With the last one, run, vault and task close.
/// - Each payment goes to any token account of its owner, so that a closed or frozen one cannot block it.
///
/// **Interim rule**, for local networks and devnet until the referee replaces it: see [`tessera_rules::plan_settle`].
pub fn handler<'info>(ctx: Context<'info, TaskSettle<'info>>) -> Result<()> {
    let now = Moment::now()?;
    let accounts = ctx.accounts;
    accounts.validate()?;
    let mut audits = load_audits(ctx.remaining_accounts, &accounts.run.key(), &accounts.run.provider)?;
    let pair = refuting_pair(&accounts.run, &audits);
    let facts = SettleFacts {
        state: accounts.task.state.into(),
        challenge_until: accounts.run.challenge_until.into(),
        refuted: pair.is_some(),
    };
    let dust = accounts.task.dust(accounts.task_vault.amount)?;
    let (outcome, decided) = match plan_settle(&facts, now.into()).map_err(TesseraError::from)? {
        Settlement::Decide { state, outcome: Outcome::Upheld } => (Outcome::Upheld, Some(accounts.uphold(state)?)),
        Settlement::Decide { state, outcome: Outcome::Slashed } => {
            let pair = pair.ok_or(TesseraError::WinnersMissing)?;
            (Outcome::Slashed, Some(accounts.slash(state, pair, &mut audits)?))
        }
        Settlement::Close(outcome) => {
            require!(!audits.is_empty(), TesseraError::NothingToClose);
            (outcome, None)
        }
    };
    let closed = accounts.close_audits(outcome, &mut audits)?;
    accounts.finish(dust, &audits)?;
    if let Some(settled) = decided {
        emit!(settled);
    }
    for event in closed {
        emit!(event);
    }
    Ok(())
}
