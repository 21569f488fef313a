//! The program's instructions, one function each, named as on chain, and the few of other programs that go with them.
//!
//! Accounts come from the program's own account structs, so that their order cannot differ. Addresses that follow from the
//! arguments are derived; where an account's content says which others belong, the account itself is the argument.

mod market;
mod provider;
mod settle;
mod task;
#[cfg(test)]
mod tests;
mod token;

use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::{InstructionData, ToAccountMetas};

pub use self::market::{fee_sweep, fee_vault_open, market_init};
pub use self::provider::{
    model_register, provider_register, provider_update, stake_deposit, stake_unbond, stake_withdraw,
};
pub use self::settle::{Expiry, Settlement, task_expire, task_settle};
pub use self::task::{audit_post, run_submit, task_cancel, task_claim, task_create};
pub use self::token::{MINT_BYTES, ata_create, lamports_transfer, mint_create, mint_to, token_transfer};

fn instruction(accounts: impl ToAccountMetas, data: impl InstructionData) -> Instruction {
    Instruction { program_id: tessera::ID, accounts: accounts.to_account_metas(None), data: data.data() }
}
