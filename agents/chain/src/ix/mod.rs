//! The program's instructions, one function each, named as on chain, and the few of other programs that go with them.
//!
//! Accounts come from the program's own account structs, so that their order cannot differ. Addresses that follow from the
//! arguments are derived; where an account's content says which others belong, the account itself is the argument.

mod audit;
mod buffer;
mod dispute;
mod dispute_end;
mod epoch;
mod market;
mod payee;
mod provider;
mod settle;
mod size;
mod task;
#[cfg(test)]
mod tests;
mod token;

use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::{InstructionData, ToAccountMetas};

pub use self::audit::{audit_claim, audit_draw, audit_force, audit_open, audit_post};
pub use self::buffer::{BUFFER_PART, Payload, buffer_close, buffer_write, buffer_writes, payload_bytes};
pub use self::dispute::{
    dispute_descend, dispute_element, dispute_input, dispute_leaf, dispute_open, dispute_operation, dispute_part,
    dispute_parts, dispute_reveal, dispute_show, dispute_step, dispute_tensors, dispute_trace,
};
pub use self::dispute_end::{DisputeSettlement, dispute_close, dispute_settle, dispute_timeout};
pub use self::epoch::{
    FeeSweep, balance_claim, fee_sweep, fee_vault_open, pool_claim, pool_close, pool_fund, pool_open, share_open,
};
pub use self::market::{
    account_migrate, authority_accept, authority_offer, market_apply, market_init, market_migrate, market_pause,
    market_propose, market_withdraw,
};
pub use self::payee::Payee;
pub use self::provider::{
    model_register, provider_close, provider_register, provider_update, stake_deposit, stake_recount, stake_unbond,
    stake_withdraw, verifier_commit,
};
pub use self::settle::{Expiry, Settlement, task_expire, task_settle};
pub use self::size::{MAX_TRANSACTION, packed, transaction_size};
pub use self::task::{run_release, run_reveal, run_seal, run_submit, task_cancel, task_claim, task_create};
pub use self::token::{MINT_BYTES, TOKEN_PROGRAM, ata_create, lamports_transfer, mint_create, mint_to, token_transfer};

fn instruction(accounts: impl ToAccountMetas, data: impl InstructionData) -> Instruction {
    Instruction { program_id: tessera::ID, accounts: accounts.to_account_metas(None), data: data.data() }
}
