//! Instructions about tasks, runs and audits, up to their end.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::system_program;
use anchor_spl::token;
use tessera::instructions::{RunSubmitArgs, TaskCreateArgs};
use tessera::state::{Market, Task};
use tessera::{accounts, instruction as data};

use super::instruction;
use crate::address;
use crate::versioned::Versioned;

/// Creates the task of `requester` with this nonce, paid from `requester_token`, a token account of the requester, who
/// signs and pays. The fee vault of the task's shard must be open, see [`super::fee_vault_open`].
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
        fee_vault: address::fee_vault(&market.key, address::fee_shard(&task)),
        model,
        token_program: token::ID,
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
        token_program: token::ID,
    };
    instruction(accounts, data::TaskCancel {})
}

/// Claims a task, under the terms that `task` shows, for the provider of `authority`, who signs and pays.
#[must_use]
pub fn task_claim(authority: Pubkey, task: &Versioned<Task>) -> Instruction {
    let provider = address::provider(&task.terms.market, &authority);
    let accounts = accounts::TaskClaim {
        authority,
        provider,
        task: task.key,
        run: address::run(&task.key, &provider),
        system_program: system_program::ID,
    };
    instruction(accounts, data::TaskClaim { terms_hash: task.terms_hash })
}

/// Commits the outputs of the run that the provider of `authority`, who signs, has of a task: their root, and content id
/// and locator of their encoding.
#[must_use]
pub fn run_submit(
    authority: Pubkey,
    task: &Versioned<Task>,
    output_root: [u8; 32],
    output_id: [u8; 32],
    output_locator: String,
) -> Instruction {
    let provider = address::provider(&task.terms.market, &authority);
    let accounts = accounts::RunSubmit { authority, task: task.key, run: address::run(&task.key, &provider) };
    let args = RunSubmitArgs { terms_hash: task.terms_hash, output_root, output_id, output_locator };
    instruction(accounts, data::RunSubmit { args })
}

/// Posts the root that the verifier of `authority`, who signs and pays, found for a run of a task. `matching` is an earlier
/// audit of the run with the same differing root, if there is one: the two refute the run.
#[must_use]
pub fn audit_post(
    authority: Pubkey,
    task: &Versioned<Task>,
    run: Pubkey,
    root: [u8; 32],
    matching: Option<Pubkey>,
) -> Instruction {
    let verifier = address::provider(&task.terms.market, &authority);
    let accounts = accounts::AuditPost {
        authority,
        verifier,
        task: task.key,
        run,
        audit: address::audit(&run, &verifier),
        matching,
        system_program: system_program::ID,
    };
    instruction(accounts, data::AuditPost { root })
}
