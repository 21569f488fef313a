//! Every instruction of the program, in LiteSVM: what it does, what it refuses, and what it costs.
//!
//! A module is named after its instruction; a test after the rule that it holds. Refusals are compared by error code.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod audit_post;
mod costs;
mod fee_sweep;
mod fee_vault_open;
mod market_init;
mod model_register;
mod provider_register;
mod provider_update;
mod run_submit;
mod stake_deposit;
mod stake_unbond;
mod stake_withdraw;
mod substitution;
mod task_cancel;
mod task_claim;
mod task_create;
mod task_expire;
mod task_settle;
mod walk;

/// What the system program says when an account exists already.
const ALREADY_IN_USE: u32 = 0;
/// What the token program says when an account has too few tokens.
const TOO_FEW_TOKENS: u32 = 1;
/// Account data behind the discriminator.
const DISCRIMINATOR: usize = 8;
/// Size of a token account.
const TOKEN_ACCOUNT: usize = 165;

/// A change of arguments, and the error that it must meet.
type Case<T> = (fn(&mut T), tessera::errors::TesseraError);
