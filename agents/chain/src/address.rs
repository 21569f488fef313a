//! Where accounts live: the program's derived addresses, without their bumps, and associated token accounts.

use anchor_lang::prelude::Pubkey;
use anchor_spl::associated_token::get_associated_token_address_with_program_id;
use tessera::addresses as program;
pub use tessera::addresses::fee_shard;
use tessera::state::Market;

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

/// The dispute over `run` that `challenger` opened.
#[must_use]
pub fn dispute(run: &Pubkey, challenger: &Pubkey) -> Pubkey {
    program::dispute_address(run, challenger).0
}

/// The token account with the bond of `dispute`.
#[must_use]
pub fn bond_vault(dispute: &Pubkey) -> Pubkey {
    program::bond_vault_address(dispute).0
}

/// The buffer in which `writer` puts payloads of its moves in `dispute`.
#[must_use]
pub fn buffer(dispute: &Pubkey, writer: &Pubkey) -> Pubkey {
    program::buffer_address(dispute, writer).0
}

/// The market's fee vault of an epoch and a shard, see [`fee_shard`].
#[must_use]
pub fn fee_vault(market: &Pubkey, epoch: u64, shard: u8) -> Pubkey {
    program::fee_vault_address(market, epoch, shard).0
}

/// The token account with what payments of a market could not deliver.
#[must_use]
pub fn unclaimed_vault(market: &Pubkey) -> Pubkey {
    program::unclaimed_vault_address(market).0
}

/// What `owner` can claim from the market's unclaimed vault.
#[must_use]
pub fn balance(market: &Pubkey, owner: &Pubkey) -> Pubkey {
    program::balance_address(market, owner).0
}

/// The market's books of an epoch.
#[must_use]
pub fn pool(market: &Pubkey, epoch: u64) -> Pubkey {
    program::pool_address(market, epoch).0
}

/// The token account with what was given for an epoch.
#[must_use]
pub fn pool_vault(market: &Pubkey, epoch: u64) -> Pubkey {
    program::pool_vault_address(market, epoch).0
}

/// The share of `provider` in an epoch.
#[must_use]
pub fn share(provider: &Pubkey, epoch: u64) -> Pubkey {
    program::share_address(provider, epoch).0
}

/// The market's insurance vault.
#[must_use]
pub fn insurance_vault(market: &Pubkey) -> Pubkey {
    program::insurance_vault_address(market).0
}

/// The associated token account of `owner` for `mint`, which `token_program` (Token or Token-2022) owns: where wallets look
/// first.
#[must_use]
pub fn associated_token(owner: &Pubkey, mint: &Pubkey, token_program: &Pubkey) -> Pubkey {
    get_associated_token_address_with_program_id(owner, mint, token_program)
}

/// The associated token account of `owner` for what a market pays in.
#[must_use]
pub fn market_token(owner: &Pubkey, market: &Market) -> Pubkey {
    associated_token(owner, &market.mint, &market.token_program)
}
