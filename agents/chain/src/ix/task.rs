//! Instructions about tasks and runs, up to the windows.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::system_program;
use tessera::instructions::{RunRevealArgs, RunSubmitArgs, TaskCreateArgs};
use tessera::state::{Market, Task};
use tessera::{accounts, instruction as data};

use super::instruction;
use crate::address;
use crate::versioned::Versioned;

/// Creates the task of `requester` with this nonce, paid from `requester_token`, a token account of the requester, who
/// signs and pays.
#[must_use]
pub fn task_create(
    requester: Pubkey,
    market: &Versioned<Market>,
    requester_token: Pubkey,
    model: Option<Pubkey>,
    nonce: u64,
    args: TaskCreateArgs,
) -> Instruction {
    let task = address::task(&requester, nonce);
    let accounts = accounts::TaskCreate {
        requester,
        market: market.key,
        mint: market.mint,
        task,
        task_vault: address::task_vault(&task),
        requester_token,
        model,
        token_program: market.token_program,
        system_program: system_program::ID,
    };
    instruction(accounts, data::TaskCreate { nonce, args })
}

/// Takes an open task back; its requester signs and is refunded at `requester_token`, a token account of its own.
#[must_use]
pub fn task_cancel(task: &Versioned<Task>, market: &Versioned<Market>, requester_token: Pubkey) -> Instruction {
    let accounts = accounts::TaskCancel {
        requester: task.terms.requester,
        market: market.key,
        mint: market.mint,
        task: task.key,
        task_vault: address::task_vault(&task.key),
        insurance_vault: address::insurance_vault(&market.key),
        requester_token,
        token_program: market.token_program,
    };
    instruction(accounts, data::TaskCancel {})
}

/// Claims a run of a task, under the terms that `task` shows, for the provider of `authority`, who signs and pays.
#[must_use]
pub fn task_claim(authority: Pubkey, task: &Versioned<Task>) -> Instruction {
    let (provider, run) = own(&authority, task);
    let accounts = accounts::TaskClaim {
        authority,
        market: task.terms.market,
        provider,
        task: task.key,
        run,
        system_program: system_program::ID,
    };
    instruction(accounts, data::TaskClaim { terms_hash: task.terms_hash })
}

/// Gives the run back that the provider of `authority`, who signs, has claimed, within its grace period.
#[must_use]
pub fn run_release(authority: Pubkey, task: &Versioned<Task>) -> Instruction {
    let (provider, run) = own(&authority, task);
    instruction(accounts::RunRelease { authority, provider, task: task.key, run }, data::RunRelease {})
}

/// Commits the run that the provider of `authority`, who signs, has of a redundant task to a root that is not shown yet, by
/// [`tessera::hashes::seal_hash`].
#[must_use]
pub fn run_seal(authority: Pubkey, task: &Versioned<Task>, seal: [u8; 32]) -> Instruction {
    let (_, run) = own(&authority, task);
    let accounts = accounts::RunSeal { authority, task: task.key, run };
    instruction(accounts, data::RunSeal { terms_hash: task.terms_hash, seal })
}

/// Shows what the run of the provider of `authority`, who signs, was sealed with.
#[must_use]
pub fn run_reveal(authority: Pubkey, task: &Versioned<Task>, args: RunRevealArgs) -> Instruction {
    let (provider, run) = own(&authority, task);
    let accounts = accounts::RunReveal { authority, market: task.terms.market, provider, task: task.key, run };
    instruction(accounts, data::RunReveal { args })
}

/// Commits the outputs of the run that the provider of `authority`, who signs, has of an optimistic task: their root, and
/// content id and locator of their encoding.
#[must_use]
pub fn run_submit(
    authority: Pubkey,
    task: &Versioned<Task>,
    output_root: [u8; 32],
    output_id: [u8; 32],
    output_locator: String,
) -> Instruction {
    let (provider, run) = own(&authority, task);
    let accounts = accounts::RunSubmit { authority, market: task.terms.market, provider, task: task.key, run };
    let args = RunSubmitArgs { terms_hash: task.terms_hash, output_root, output_id, output_locator };
    instruction(accounts, data::RunSubmit { args })
}

/// The provider of `authority` in the task's market, and its run.
fn own(authority: &Pubkey, task: &Versioned<Task>) -> (Pubkey, Pubkey) {
    let provider = address::provider(&task.terms.market, authority);
    (provider, address::run(&task.key, &provider))
}
