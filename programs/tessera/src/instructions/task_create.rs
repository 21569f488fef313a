use anchor_lang::prelude::*;
use anchor_spl::token::{Mint, Token, TokenAccount};

use crate::addresses::fee_shard;
use crate::creation::create;
use crate::errors::TesseraError;
use crate::events::TaskCreated;
use crate::seeds;
use crate::signers::TaskSigner;
use crate::state::{
    Deadline, LAYOUT_VERSION, MAX_LOCATOR, Market, Model, Moment, Policy, Task, TaskState, Terms, Windows,
};
use crate::tokens::{Mover, open_vault};

/// Most operations in a graph.
const MAX_OPERATIONS: u16 = 4_096;
/// Most outputs of a graph.
const MAX_OUTPUTS: u8 = 16;

/// What is asked for. The rest of the terms comes from the market.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct TaskCreateArgs {
    /// Root of the operations.
    pub graph_root: [u8; 32],
    /// Root of the inputs.
    pub inputs_root: [u8; 32],
    /// Content id (SHA-256) of the manifest.
    pub manifest_id: [u8; 32],
    /// Operations in the graph, 1 to 4,096.
    pub op_count: u16,
    /// Outputs of the graph, 1 to 16.
    pub output_count: u8,
    /// How the result is trusted.
    pub policy: Policy,
    /// Paid for an upheld run, base units.
    pub reward: u64,
    /// Paid to the first auditor that agrees with an upheld run, base units.
    pub audit_reward: u64,
    /// Paid in parts to those who send cranks, base units.
    pub crank_bounty: u64,
    /// How long each phase lasts.
    pub windows: Windows,
    /// Where the manifest is found, 1 to 96 bytes.
    pub manifest_locator: String,
}

/// Accounts of `task_create`.
#[derive(Accounts)]
#[instruction(nonce: u64)]
pub struct TaskCreate<'info> {
    /// Pays the escrow and the rent.
    #[account(mut)]
    pub requester: Signer<'info>,
    /// The market.
    #[account(has_one = mint @ TesseraError::WrongMint)]
    pub market: Box<Account<'info, Market>>,
    /// What the market pays in.
    pub mint: Box<Account<'info, Mint>>,
    /// The task.
    ///
    /// CHECK: created here at its derived address.
    #[account(mut, seeds = [seeds::TASK, requester.key().as_ref(), &nonce.to_le_bytes()], bump)]
    pub task: UncheckedAccount<'info>,
    /// CHECK: created here at its derived address.
    #[account(mut, seeds = [seeds::ESCROW, task.key().as_ref()], bump)]
    pub task_vault: UncheckedAccount<'info>,
    /// Any token account of the requester.
    #[account(
        mut,
        constraint = requester_token.owner == requester.key() @ TesseraError::WrongTokenAccount,
        constraint = requester_token.mint == market.mint @ TesseraError::WrongTokenAccount,
    )]
    pub requester_token: Box<Account<'info, TokenAccount>>,
    /// The fee vault of the task's shard, which must exist so that the task can be settled.
    #[account(
        seeds = [
            seeds::FEES,
            market.key().as_ref(),
            &seeds::FEE_EPOCH.to_le_bytes(),
            &[fee_shard(&task.key())],
        ],
        bump,
    )]
    pub fee_vault: Box<Account<'info, TokenAccount>>,
    /// The model whose creator takes part, if any.
    pub model: Option<Box<Account<'info, Model>>>,
    /// Makes the vault.
    pub token_program: Program<'info, Token>,
    /// Makes the accounts.
    pub system_program: Program<'info, System>,
}

impl TaskCreateArgs {
    fn validate(&self, params: &tessera_rules::MarketParams) -> Result<()> {
        let roots = [&self.graph_root, &self.inputs_root, &self.manifest_id];
        require!(roots.iter().all(|root| *root != &[0; 32]), TesseraError::RootZero);
        require!((1..=MAX_OPERATIONS).contains(&self.op_count), TesseraError::OperationCount);
        require!((1..=MAX_OUTPUTS).contains(&self.output_count), TesseraError::OutputCount);
        require!(!self.manifest_locator.is_empty(), TesseraError::LocatorMissing);
        require!(self.manifest_locator.len() <= MAX_LOCATOR, TesseraError::LocatorTooLong);
        tessera_rules::Windows::from(self.windows).validate(params).map_err(TesseraError::from)?;
        Ok(())
    }
}

impl TaskCreate<'_> {
    #[inline(never)]
    fn terms(&self, nonce: u64, args: TaskCreateArgs, now: Moment) -> Result<Terms> {
        let params: tessera_rules::MarketParams = self.market.params.into();
        args.validate(&params)?;
        let locks = tessera_rules::locks_for(args.reward.into(), args.crank_bounty.into(), &params)
            .map_err(TesseraError::from)?;
        Ok(Terms {
            market: self.market.key(),
            requester: self.requester.key(),
            nonce,
            graph_root: args.graph_root,
            inputs_root: args.inputs_root,
            manifest_id: args.manifest_id,
            op_count: args.op_count,
            output_count: args.output_count,
            policy: args.policy,
            reward: args.reward,
            audit_reward: args.audit_reward,
            crank_bounty: args.crank_bounty,
            windows: args.windows,
            splits: self.market.params.splits,
            slash: self.market.params.slash,
            sink: self.market.params.sink,
            run_lock: locks.run.get(),
            audit_lock: locks.audit.get(),
            no_show_slash: locks.no_show.get(),
            created_slot: now.slot,
            created_at: now.unix,
            model: self.model.as_ref().map(|model| model.key()),
            manifest_locator: args.manifest_locator,
        })
    }

    /// Writes the open task to its account.
    #[inline(never)]
    fn open(&self, terms: Terms, bumps: &TaskCreateBumps, now: Moment) -> Result<Box<Task>> {
        let task = Box::new(Task {
            version: LAYOUT_VERSION,
            bump: bumps.task,
            vault_bump: bumps.task_vault,
            fee_vault_bump: bumps.fee_vault,
            state: TaskState::Open,
            escrow: terms.escrow().ok_or(TesseraError::Overflow)?,
            open_until: open_until(&terms, now)?,
            runs_open: 0,
            terms_hash: terms.hash()?,
            reserved: [0; 64],
            terms,
            excluded: Vec::new(),
        });
        task.invariant()?;
        create(self.task.as_ref(), self.requester.as_ref(), &TaskSigner::new(&task).seeds(), &*task)?;
        Ok(task)
    }
}

/// - Anyone creates tasks; the nonce tells their addresses apart.
/// - Reward, audit reward and crank bounty go into the task's own vault.
/// - Splits, locks and windows are pinned; the market's later parameters do not matter.
/// - Refused: zero roots, counts out of range, windows out of order or too long, a reward below the minimum, a bounty
///   that would make a no-show pay, sums that do not fit, a missing fee vault.
pub fn handler(ctx: Context<TaskCreate>, nonce: u64, args: TaskCreateArgs) -> Result<()> {
    let now = Moment::now()?;
    let accounts = ctx.accounts;
    let terms = accounts.terms(nonce, args, now)?;
    let task = accounts.open(terms, &ctx.bumps, now)?;
    let address = accounts.task.key();
    open_vault(
        accounts.task_vault.as_ref(),
        accounts.task.as_ref(),
        accounts.mint.as_ref().as_ref(),
        accounts.requester.as_ref(),
        &[seeds::ESCROW, address.as_ref(), &[task.vault_bump]],
    )?;
    Mover::new(&accounts.mint).take(
        accounts.requester_token.as_ref().as_ref(),
        accounts.task_vault.as_ref(),
        accounts.requester.as_ref(),
        task.escrow,
    )?;
    emit!(TaskCreated {
        task: address,
        requester: task.terms.requester,
        terms_hash: task.terms_hash,
        open_until: task.open_until,
        terms: task.terms,
    });
    Ok(())
}

fn open_until(terms: &Terms, now: Moment) -> Result<Deadline> {
    let now: tessera_rules::Moment = now.into();
    let until = now.after(terms.windows.open_seconds).map_err(TesseraError::from)?;
    Ok(until.into())
}
