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
pub mod errors;
pub mod events;
pub mod hashes;
pub mod instructions;
mod mints;
pub mod seeds;
mod settlement;
mod signers;
pub mod slot_hashes;
pub mod state;
mod token_account;
mod tokens;

pub use errors::TesseraError;
pub use instructions::*;

declare_id!("Evj5q8fns9eddR3jrQpEYC8UpCpfLxzHL6yHNwA9n2Dz");

#[program]
pub mod tessera {
    use super::*;

    /// Makes a market for a mint, with its insurance vault.
    pub fn market_init(ctx: Context<MarketInit>, args: MarketInitArgs) -> Result<()> {
        instructions::market_init::handler(ctx, args)
    }

    /// Opens one of a market's 16 fee vaults.
    pub fn fee_vault_open(ctx: Context<FeeVaultOpen>, shard: u8) -> Result<()> {
        instructions::fee_vault_open::handler(ctx, shard)
    }

    /// Moves a fee vault's tokens to the treasury.
    pub fn fee_sweep(ctx: Context<FeeSweep>, shard: u8) -> Result<()> {
        instructions::fee_sweep::handler(ctx, shard)
    }

    /// Registers the signer as a provider or verifier, with its stake vault.
    pub fn provider_register(ctx: Context<ProviderRegister>, args: ProviderRegisterArgs) -> Result<()> {
        instructions::provider_register::handler(ctx, args)
    }

    /// Changes what a provider says about itself.
    pub fn provider_update(ctx: Context<ProviderUpdate>, args: ProviderUpdateArgs) -> Result<()> {
        instructions::provider_update::handler(ctx, args)
    }

    /// Adds stake.
    pub fn stake_deposit(ctx: Context<StakeDeposit>, amount: u64) -> Result<()> {
        instructions::stake_deposit::handler(ctx, amount)
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

    /// Commits the output root of a run.
    pub fn run_submit(ctx: Context<RunSubmit>, args: RunSubmitArgs) -> Result<()> {
        instructions::run_submit::handler(ctx, args)
    }

    /// Posts the root that a verifier found.
    pub fn audit_post(ctx: Context<AuditPost>, root: [u8; 32]) -> Result<()> {
        instructions::audit_post::handler(ctx, root)
    }

    /// Decides a run, pays everyone, and closes the audits passed.
    pub fn task_settle<'info>(ctx: Context<'info, TaskSettle<'info>>) -> Result<()> {
        instructions::task_settle::handler(ctx)
    }

    /// Ends a silence: an unclaimed task or a run that was not submitted.
    pub fn task_expire(ctx: Context<TaskExpire>) -> Result<()> {
        instructions::task_expire::handler(ctx)
    }
}
