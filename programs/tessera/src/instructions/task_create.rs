use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use tessera_rules::{Assignment, validate_shortlist};

use crate::creation::create;
use crate::errors::TesseraError;
use crate::events::TaskCreated;
use crate::seeds;
use crate::signers::TaskSigner;
use crate::state::{
    Deadline, Decision, LAYOUT_VERSION, MAX_LOCATOR, Market, Model, Moment, Policy, Requirements, Slot, Task,
    TaskState, Terms, Windows,
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
    /// Paid for each upheld run, base units.
    pub reward: u64,
    /// Shared by the audits of each upheld run that earn, base units.
    pub audit_reward: u64,
    /// Paid in parts to those who send cranks, base units.
    pub crank_bounty: u64,
    /// How long each phase lasts.
    pub windows: Windows,
    /// What a provider must have.
    pub requirements: Requirements,
    /// Only the shortlist may claim, for the whole open window.
    pub named_only: bool,
    /// Equal roots settle at once. Only with `named_only` and several runs.
    pub waive_window: bool,
    /// Where the manifest is found, 1 to 96 bytes.
    pub manifest_locator: String,
    /// Provider accounts that may claim first, or alone; 4 at most, each once.
    pub shortlist: Vec<Pubkey>,
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
    /// CHECK: what the market pays in.
    pub mint: UncheckedAccount<'info>,
    /// The task.
    ///
    /// CHECK: created here at its derived address.
    #[account(mut, seeds = [seeds::TASK, requester.key().as_ref(), &nonce.to_le_bytes()], bump)]
    pub task: UncheckedAccount<'info>,
    /// CHECK: created here at its derived address.
    #[account(mut, seeds = [seeds::ESCROW, task.key().as_ref()], bump)]
    pub task_vault: UncheckedAccount<'info>,
    /// CHECK: any token account that the requester may spend; the token program checks it.
    #[account(mut)]
    pub requester_token: UncheckedAccount<'info>,
    /// The model whose creator takes part, if any.
    pub model: Option<Box<Account<'info, Model>>>,
    /// Makes the vault.
    #[account(address = market.token_program @ TesseraError::WrongTokenProgram)]
    pub token_program: Interface<'info, TokenInterface>,
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
        self.validate_choices(params).map_err(TesseraError::from)?;
        Ok(())
    }

    /// What the rules say about policy, providers and windows.
    fn validate_choices(
        &self,
        params: &tessera_rules::MarketParams,
    ) -> core::result::Result<(), tessera_rules::Refusal> {
        let policy = tessera_rules::Policy::from(self.policy);
        let listed = self.shortlist.len();
        policy.validate()?;
        validate_shortlist(&self.shortlist)?;
        Assignment { listed, named_only: self.named_only, waive_window: self.waive_window }.validate(policy)?;
        tessera_rules::Requirements::from(self.requirements).validate()?;
        tessera_rules::Windows::from(self.windows).validate(params, policy, listed)
    }
}

impl TaskCreate<'_> {
    #[inline(never)]
    fn terms(&self, nonce: u64, args: TaskCreateArgs, now: Moment) -> Result<Terms> {
        let params: tessera_rules::MarketParams = self.market.params.into();
        args.validate(&params)?;
        let locks =
            tessera_rules::locks_for(args.reward.into(), args.audit_reward.into(), args.crank_bounty.into(), &params)
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
            audit_rate_bps: self.market.params.audit_rate_bps,
            newcomer_weight: self.market.params.newcomer_weight,
            silence_bps: self.market.params.silence_bps,
            draw_delay_slots: self.market.params.draw_delay_slots,
            agreed_challenge_seconds: self.market.params.agreed_challenge_seconds,
            requirements: args.requirements,
            named_only: args.named_only,
            waive_window: args.waive_window,
            created_slot: now.slot,
            created_at: now.unix,
            model: self.model.as_ref().map(|model| model.key()),
            manifest_locator: args.manifest_locator,
            shortlist: args.shortlist,
        })
    }

    /// Writes the open task to its account.
    #[inline(never)]
    fn open(&self, terms: Terms, bumps: &TaskCreateBumps, now: Moment) -> Result<Box<Task>> {
        let task = Box::new(Task {
            version: LAYOUT_VERSION,
            bump: bumps.task,
            vault_bump: bumps.task_vault,
            runs: terms.policy.runs(),
            state: TaskState::Open,
            escrow: terms.escrow()?,
            open_until: open_until(&terms, now)?,
            runs_open: 0,
            terms_hash: terms.hash()?,
            owed: 0,
            reveal_from: Moment::BEGINNING,
            audit_until: Deadline::UNSET,
            challenge_until: Deadline::UNSET,
            slots: [Slot::FREE; 3],
            vault: self.task_vault.key(),
            open_disputes: 0,
            reserved: [0; 30],
            terms,
            decision: Decision::Undecided,
            excluded: Vec::new(),
        });
        task.invariant()?;
        create(self.task.as_ref(), self.requester.as_ref(), &TaskSigner::new(&task).seeds(), &*task)?;
        Ok(task)
    }
}

/// - Anyone creates tasks while the market is not paused; the nonce tells their addresses apart.
/// - Rewards and audit rewards of all runs and the crank bounty go into the task's own vault.
/// - Splits, locks, audit rate and windows are pinned; the market's later parameters do not matter.
/// - Refused: zero roots, counts out of range, 1 or 4 redundant runs, windows out of order or too long, a shortlist with
///   doubles or too few names, a waived window without named providers, requirements that nobody can meet, a reward below
///   the minimum, a bounty that would make a no-show pay, sums that do not fit, an address in use.
pub fn handler(ctx: Context<TaskCreate>, nonce: u64, args: TaskCreateArgs) -> Result<()> {
    let now = Moment::now()?;
    let accounts = ctx.accounts;
    require!(!accounts.market.paused, TesseraError::MarketPaused);
    let terms = accounts.terms(nonce, args, now)?;
    let task = accounts.open(terms, &ctx.bumps, now)?;
    let address = accounts.task.key();
    open_vault(
        accounts.task_vault.as_ref(),
        accounts.task.as_ref(),
        accounts.mint.as_ref(),
        accounts.requester.as_ref(),
        &[seeds::ESCROW, address.as_ref(), &[task.vault_bump]],
    )?;
    Mover::new(accounts.mint.as_ref())?.take(
        accounts.requester_token.as_ref(),
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
