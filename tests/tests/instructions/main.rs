//! Every instruction of the program, in LiteSVM: what it does, what it refuses, and what it costs.
//!
//! A module is named after its instruction; a test after the rule that it holds. Refusals are compared by error code.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod account_migrate;
mod audit_claim;
mod audit_draw;
mod audit_force;
mod audit_open;
mod audit_post;
mod authority;
mod balance_claim;
mod buffers;
mod costs;
mod dispute_game;
mod dispute_open;
mod dispute_settle;
mod dispute_step;
mod dispute_tensors;
mod dispute_trace;
mod fee_sweep;
mod fee_vault_open;
mod market_init;
mod market_params;
mod market_pause;
mod model_register;
mod pool_claim;
mod pool_close;
mod pool_fund;
mod pool_open;
mod provider_close;
mod provider_register;
mod provider_update;
mod revival;
mod run_release;
mod run_reveal;
mod run_seal;
mod run_submit;
mod share_open;
mod sizes;
mod stake_deposit;
mod stake_recount;
mod stake_unbond;
mod stake_withdraw;
mod substitution;
mod task_cancel;
mod task_claim;
mod task_create;
mod task_expire;
mod task_settle;
mod token_2022;
mod verifier_commit;

/// What the system program says when an account exists already.
const ALREADY_IN_USE: u32 = 0;
/// What the token program says when an account has too few tokens.
const TOO_FEW_TOKENS: u32 = 1;
/// What the token program says when the signer does not own a token account.
const NOT_ITS_OWNER: u32 = 4;
/// What the token program says when two token accounts have different mints.
const OTHER_MINT: u32 = 3;
/// Account data behind the discriminator.
const DISCRIMINATOR: usize = 8;
/// Size of a token account.
const TOKEN_ACCOUNT: usize = 165;

/// A change of arguments, and the error that it must meet.
type Case<T> = (fn(&mut T), tessera::errors::TesseraError);
