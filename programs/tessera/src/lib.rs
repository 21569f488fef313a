//! Tessera on chain: the accounts of a compute market, the constraints on them, token transfers and events. Decisions come
//! from `tessera-rules`.
//!
//! **Interim rule**, for local networks and devnet until the referee replaces it: a run is slashed when two verifiers post
//! the same root that differs from the provider's, see [`tessera_rules::plan_settle`].
#![deny(clippy::arithmetic_side_effects)]
// The framework's error type is large; boxing it is not ours to decide.
#![allow(clippy::result_large_err)]

use anchor_lang::prelude::*;

pub mod addresses;
mod creation;
mod dispute;
pub mod errors;
pub mod events;
pub mod hashes;
pub mod instructions;
mod mints;
#[cfg(not(feature = "no-entrypoint"))]
mod security;
pub mod seeds;
mod settlement;
mod signers;
pub mod slot_hashes;
pub mod state;
mod token_account;
mod tokens;

pub use errors::TesseraError;
pub use instructions::*;
use state::{MarketParams, TicketChain};

declare_id!("Evj5q8fns9eddR3jrQpEYC8UpCpfLxzHL6yHNwA9n2Dz");

#[program]
pub mod tessera {
    use super::*;

    /// Makes a market for a mint, with its insurance and unclaimed vaults.
    pub fn market_init(ctx: Context<MarketInit>, args: MarketInitArgs) -> Result<()> {
        instructions::market_init::handler(ctx, args)
    }

    /// Proposes parameters.
    pub fn market_propose(ctx: Context<MarketPropose>, params: MarketParams) -> Result<()> {
        instructions::market_propose::handler(ctx, params)
    }

    /// Applies proposed parameters after their wait.
    pub fn market_apply(ctx: Context<MarketApply>) -> Result<()> {
        instructions::market_apply::handler(ctx)
    }

    /// Drops proposed parameters.
    pub fn market_withdraw(ctx: Context<MarketWithdraw>) -> Result<()> {
        instructions::market_withdraw::handler(ctx)
    }

    /// Stops or resumes new tasks and claims.
    pub fn market_pause(ctx: Context<MarketPause>, paused: bool) -> Result<()> {
        instructions::market_pause::handler(ctx, paused)
    }

    /// Offers the authority's place.
    pub fn authority_offer(ctx: Context<AuthorityOffer>, to: Option<Pubkey>) -> Result<()> {
        instructions::authority_offer::handler(ctx, to)
    }

    /// Takes the authority's place.
    pub fn authority_accept(ctx: Context<AuthorityAccept>) -> Result<()> {
        instructions::authority_accept::handler(ctx)
    }

    /// Turns an account of layout version 1 into the present layout.
    pub fn account_migrate(ctx: Context<AccountMigrate>) -> Result<()> {
        instructions::account_migrate::handler(ctx)
    }

    /// Opens the books of a fee epoch, with the vault of its contributions.
    pub fn pool_open(ctx: Context<PoolOpen>, epoch: u64) -> Result<()> {
        instructions::pool_open::handler(ctx, epoch)
    }

    /// Gives tokens for the providers of an epoch.
    pub fn pool_fund(ctx: Context<PoolFund>, epoch: u64, amount: u64) -> Result<()> {
        instructions::pool_fund::handler(ctx, epoch, amount)
    }

    /// Pays a provider its part of an epoch's pool.
    pub fn pool_claim(ctx: Context<PoolClaim>, epoch: u64) -> Result<()> {
        instructions::pool_claim::handler(ctx, epoch)
    }

    /// Closes the books of an epoch.
    pub fn pool_close(ctx: Context<PoolClose>, epoch: u64) -> Result<()> {
        instructions::pool_close::handler(ctx, epoch)
    }

    /// Begins to count a provider's fees of an epoch.
    pub fn share_open(ctx: Context<ShareOpen>, epoch: u64) -> Result<()> {
        instructions::share_open::handler(ctx, epoch)
    }

    /// Opens one of an epoch's 16 fee vaults.
    pub fn fee_vault_open(ctx: Context<FeeVaultOpen>, epoch: u64, shard: u8) -> Result<()> {
        instructions::fee_vault_open::handler(ctx, epoch, shard)
    }

    /// Moves an ended epoch's fee vault to the treasury, and closes it.
    pub fn fee_sweep(ctx: Context<FeeSweep>, epoch: u64, shard: u8) -> Result<()> {
        instructions::fee_sweep::handler(ctx, epoch, shard)
    }

    /// Pays out what a payment could not deliver.
    pub fn balance_claim(ctx: Context<BalanceClaim>) -> Result<()> {
        instructions::balance_claim::handler(ctx)
    }

    /// Registers the signer as a provider or verifier, with its stake vault.
    pub fn provider_register(ctx: Context<ProviderRegister>, args: ProviderRegisterArgs) -> Result<()> {
        instructions::provider_register::handler(ctx, args)
    }

    /// Changes what a provider says about itself.
    pub fn provider_update(ctx: Context<ProviderUpdate>, args: ProviderUpdateArgs) -> Result<()> {
        instructions::provider_update::handler(ctx, args)
    }

    /// Leaves a market for good.
    pub fn provider_close(ctx: Context<ProviderClose>) -> Result<()> {
        instructions::provider_close::handler(ctx)
    }

    /// Commits a verifier to a chain of audit tickets.
    pub fn verifier_commit(ctx: Context<VerifierCommit>, chain: TicketChain) -> Result<()> {
        instructions::verifier_commit::handler(ctx, chain)
    }

    /// Adds stake.
    pub fn stake_deposit(ctx: Context<StakeDeposit>, amount: u64) -> Result<()> {
        instructions::stake_deposit::handler(ctx, amount)
    }

    /// Lowers a verifier's ticket weight to its stake.
    pub fn stake_recount(ctx: Context<StakeRecount>) -> Result<()> {
        instructions::stake_recount::handler(ctx)
    }

    /// Starts to take free stake out.
    pub fn stake_unbond(ctx: Context<StakeUnbond>, amount: u64) -> Result<()> {
        instructions::stake_unbond::handler(ctx, amount)
    }

    /// Takes out all stake that has unbonded.
    pub fn stake_withdraw(ctx: Context<StakeWithdraw>) -> Result<()> {
        instructions::stake_withdraw::handler(ctx)
    }

    /// Registers a model and who earns with it.
    pub fn model_register(ctx: Context<ModelRegister>, model_root: [u8; 32], payout: Pubkey) -> Result<()> {
        instructions::model_register::handler(ctx, model_root, payout)
    }

    /// Creates a task and escrows its reward.
    pub fn task_create(ctx: Context<TaskCreate>, nonce: u64, args: TaskCreateArgs) -> Result<()> {
        instructions::task_create::handler(ctx, nonce, args)
    }

    /// Takes an open task back.
    pub fn task_cancel(ctx: Context<TaskCancel>) -> Result<()> {
        instructions::task_cancel::handler(ctx)
    }

    /// Claims an open task and locks stake for its run.
    pub fn task_claim(ctx: Context<TaskClaim>, terms_hash: [u8; 32]) -> Result<()> {
        instructions::task_claim::handler(ctx, terms_hash)
    }

    /// Gives a claim back in its grace period.
    pub fn run_release(ctx: Context<RunRelease>) -> Result<()> {
        instructions::run_release::handler(ctx)
    }

    /// Commits to a root without showing it.
    pub fn run_seal(ctx: Context<RunSeal>, terms_hash: [u8; 32], seal: [u8; 32]) -> Result<()> {
        instructions::run_seal::handler(ctx, terms_hash, seal)
    }

    /// Shows the root that was sealed.
    pub fn run_reveal(ctx: Context<RunReveal>, args: RunRevealArgs) -> Result<()> {
        instructions::run_reveal::handler(ctx, args)
    }

    /// Commits the output root of a task's only run.
    pub fn run_submit(ctx: Context<RunSubmit>, args: RunSubmitArgs) -> Result<()> {
        instructions::run_submit::handler(ctx, args)
    }

    /// Records the slot hash that draws a run's audits.
    pub fn audit_draw(ctx: Context<AuditDraw>) -> Result<()> {
        instructions::audit_draw::handler(ctx)
    }

    /// Takes an audit on with a winning ticket, or in a dispute.
    pub fn audit_claim(ctx: Context<AuditClaim>, element: Option<[u8; 32]>) -> Result<()> {
        instructions::audit_claim::handler(ctx, element)
    }

    /// Answers an audit.
    pub fn audit_post(ctx: Context<AuditPost>, answer: Answer) -> Result<()> {
        instructions::audit_post::handler(ctx, answer)
    }

    /// Opens the picked leaf in one of an agreeing audit's two trees.
    pub fn audit_open(ctx: Context<AuditOpen>, args: AuditOpenArgs) -> Result<()> {
        instructions::audit_open::handler(ctx, args)
    }

    /// Pays for an audit of a run.
    pub fn audit_force(ctx: Context<AuditForce>, amount: u64) -> Result<()> {
        instructions::audit_force::handler(ctx, amount)
    }

    /// Decides a run, pays everyone, and closes the audits passed.
    pub fn task_settle<'info>(ctx: Context<'info, TaskSettle<'info>>) -> Result<()> {
        instructions::task_settle::handler(ctx)
    }

    /// Ends a silence: an unclaimed task or a run that was not submitted.
    pub fn task_expire(ctx: Context<TaskExpire>) -> Result<()> {
        instructions::task_expire::handler(ctx)
    }

    /// Writes a part of a move's payload.
    pub fn buffer_write(ctx: Context<BufferWrite>, args: BufferWriteArgs) -> Result<()> {
        instructions::buffer_write::handler(ctx, args)
    }

    /// Closes a buffer.
    pub fn buffer_close(ctx: Context<BufferClose>) -> Result<()> {
        instructions::buffer_close::handler(ctx)
    }

    /// Says that a run is wrong.
    pub fn dispute_open(ctx: Context<DisputeOpen>, args: Option<DisputeOpenArgs>) -> Result<()> {
        instructions::dispute_open::handler(ctx, args)
    }

    /// Shows the trace's root.
    pub fn dispute_trace(ctx: Context<DisputeTrace>, args: Option<DisputeTraceArgs>) -> Result<()> {
        instructions::dispute_trace::handler(ctx, args)
    }

    /// Picks an operation.
    pub fn dispute_operation(ctx: Context<DisputeMove>, args: Option<DisputeOperationArgs>) -> Result<()> {
        instructions::dispute_operation::handler(ctx, args)
    }

    /// Asks for hashes of a tree.
    pub fn dispute_descend(ctx: Context<DisputePick>, child: Option<u8>) -> Result<()> {
        instructions::dispute_descend::handler(ctx, child)
    }

    /// Shows hashes of a tree.
    pub fn dispute_reveal(ctx: Context<DisputeMove>, args: Option<DisputeRevealArgs>) -> Result<()> {
        instructions::dispute_reveal::handler(ctx, args)
    }

    /// Opens tensors of the picked operation.
    pub fn dispute_tensors(ctx: Context<DisputeMove>, args: Option<DisputeTensorsArgs>) -> Result<()> {
        instructions::dispute_tensors::handler(ctx, args)
    }

    /// Shows that an input of the task is not what the graph says.
    pub fn dispute_input(ctx: Context<DisputeMove>, args: Option<DisputeInputArgs>) -> Result<()> {
        instructions::dispute_input::handler(ctx, args)
    }

    /// Picks a leaf of the operation's output.
    pub fn dispute_leaf(ctx: Context<DisputePick>, leaf: u64) -> Result<()> {
        instructions::dispute_leaf::handler(ctx, leaf)
    }

    /// Shows the picked leaf.
    pub fn dispute_show(ctx: Context<DisputeMove>, args: Option<DisputeShowArgs>) -> Result<()> {
        instructions::dispute_show::handler(ctx, args)
    }

    /// Picks an element of the leaf.
    pub fn dispute_element(ctx: Context<DisputePick>, element: u64) -> Result<()> {
        instructions::dispute_element::handler(ctx, element)
    }

    /// Says what the claim is made of.
    pub fn dispute_parts(ctx: Context<DisputeMove>, args: Option<DisputePartsArgs>) -> Result<()> {
        instructions::dispute_parts::handler(ctx, args)
    }

    /// Picks a part of the claim.
    pub fn dispute_part(ctx: Context<DisputePick>, part: u16) -> Result<()> {
        instructions::dispute_part::handler(ctx, part)
    }

    /// Shows what the step reads; the program replays it.
    pub fn dispute_step(ctx: Context<DisputeMove>, args: Option<DisputeStepArgs>) -> Result<()> {
        instructions::dispute_step::handler(ctx, args)
    }

    /// Ends a silence in a dispute.
    pub fn dispute_timeout(ctx: Context<DisputeTimeout>) -> Result<()> {
        instructions::dispute_timeout::handler(ctx)
    }

    /// Carries out a dispute's end.
    pub fn dispute_settle(ctx: Context<DisputeSettle>) -> Result<()> {
        instructions::dispute_settle::handler(ctx)
    }

    /// Pays the winner of a dispute and closes it.
    pub fn dispute_close(ctx: Context<DisputeClose>) -> Result<()> {
        instructions::dispute_close::handler(ctx)
    }
}
