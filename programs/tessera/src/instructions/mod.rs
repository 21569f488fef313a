//! One file per instruction: arguments, accounts, validation, act.
#![allow(ambiguous_glob_reexports, reason = "every instruction has a `handler`, always called through its module")]

pub mod audit_post;
pub mod fee_sweep;
pub mod fee_vault_open;
pub mod market_init;
pub mod model_register;
pub mod provider_register;
pub mod provider_update;
pub mod run_submit;
pub mod stake_deposit;
pub mod stake_unbond;
pub mod stake_withdraw;
pub mod task_cancel;
pub mod task_claim;
pub mod task_create;
pub mod task_expire;
pub mod task_settle;

// The program macro finds each instruction's generated account modules through these.
pub use audit_post::*;
pub use fee_sweep::*;
pub use fee_vault_open::*;
pub use market_init::*;
pub use model_register::*;
pub use provider_register::*;
pub use provider_update::*;
pub use run_submit::*;
pub use stake_deposit::*;
pub use stake_unbond::*;
pub use stake_withdraw::*;
pub use task_cancel::*;
pub use task_claim::*;
pub use task_create::*;
pub use task_expire::*;
pub use task_settle::*;
