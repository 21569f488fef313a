//! Where accounts live: the program's derived addresses, without their bumps, and associated token accounts.

use anchor_lang::prelude::Pubkey;
use tessera::addresses as program;
pub use tessera::addresses::fee_shard;

/// The market of `creator` that pays in `mint`.
#[must_use]
pub fn market(mint: &Pubkey, creator: &Pubkey, id: u16) -> Pubkey {
    program::market_address(mint, creator, id).0
}

/// The provider (or verifier) account of `authority` in `market`.
#[must_use]
pub fn provider(market: &Pubkey, authority: &Pubkey) -> Pubkey {
    program::provider_address(market, authority).0
}

/// The token account with the stake of `provider`.
#[must_use]
pub fn stake_vault(provider: &Pubkey) -> Pubkey {
    program::stake_vault_address(provider).0
}

/// The model that `creator` registered under `model_root`.
#[must_use]
pub fn model(creator: &Pubkey, model_root: &[u8; 32]) -> Pubkey {
    program::model_address(creator, model_root).0
}

/// The task of `requester` with this nonce.
#[must_use]
pub fn task(requester: &Pubkey, nonce: u64) -> Pubkey {
    program::task_address(requester, nonce).0
}

/// The token account with the escrow of `task`.
#[must_use]
pub fn task_vault(task: &Pubkey) -> Pubkey {
    program::task_vault_address(task).0
}

/// The run of `task` by `provider`.
#[must_use]
pub fn run(task: &Pubkey, provider: &Pubkey) -> Pubkey {
    program::run_address(task, provider).0
}

/// The audit of `run` by the verifier whose Provider account is `verifier`.
#[must_use]
pub fn audit(run: &Pubkey, verifier: &Pubkey) -> Pubkey {
    program::audit_address(run, verifier).0
}

/// The market's fee vault of a shard.
#[must_use]
pub fn fee_vault(market: &Pubkey, shard: u8) -> Pubkey {
    program::fee_vault_address(market, shard).0
}

/// The market's insurance vault.
#[must_use]
pub fn insurance_vault(market: &Pubkey) -> Pubkey {
    program::insurance_vault_address(market).0
}

/// The associated token account of `owner` for `mint`: where wallets look first.
#[must_use]
pub fn associated_token(owner: &Pubkey, mint: &Pubkey) -> Pubkey {
    anchor_spl::associated_token::get_associated_token_address(owner, mint)
}
