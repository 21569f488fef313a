//! Where the program's accounts live. Each function returns an address and its bump.

use anchor_lang::prelude::Pubkey;

use crate::{ID, seeds};

/// The market of `creator` that pays in `mint`.
pub fn market_address(mint: &Pubkey, creator: &Pubkey, id: u16) -> (Pubkey, u8) {
    find(&[seeds::MARKET, mint.as_ref(), creator.as_ref(), &id.to_le_bytes()])
}

/// The provider (or verifier) account of `authority` in `market`.
pub fn provider_address(market: &Pubkey, authority: &Pubkey) -> (Pubkey, u8) {
    find(&[seeds::PROVIDER, market.as_ref(), authority.as_ref()])
}

/// The token account with the stake of `provider`.
pub fn stake_vault_address(provider: &Pubkey) -> (Pubkey, u8) {
    find(&[seeds::STAKE, provider.as_ref()])
}

/// The model that `creator` registered under `model_root`.
pub fn model_address(creator: &Pubkey, model_root: &[u8; 32]) -> (Pubkey, u8) {
    find(&[seeds::MODEL, creator.as_ref(), model_root])
}

/// The task of `requester` with this nonce.
pub fn task_address(requester: &Pubkey, nonce: u64) -> (Pubkey, u8) {
    find(&[seeds::TASK, requester.as_ref(), &nonce.to_le_bytes()])
}

/// The token account with the escrow of `task`.
pub fn task_vault_address(task: &Pubkey) -> (Pubkey, u8) {
    find(&[seeds::ESCROW, task.as_ref()])
}

/// The run of `task` by `provider`.
pub fn run_address(task: &Pubkey, provider: &Pubkey) -> (Pubkey, u8) {
    find(&[seeds::RUN, task.as_ref(), provider.as_ref()])
}

/// The audit of `run` by the verifier whose Provider account is `verifier`.
pub fn audit_address(run: &Pubkey, verifier: &Pubkey) -> (Pubkey, u8) {
    find(&[seeds::AUDIT, run.as_ref(), verifier.as_ref()])
}

/// The dispute over `run` that `challenger` opened.
pub fn dispute_address(run: &Pubkey, challenger: &Pubkey) -> (Pubkey, u8) {
    find(&[seeds::DISPUTE, run.as_ref(), challenger.as_ref()])
}

/// The token account with the bond of `dispute`.
pub fn bond_vault_address(dispute: &Pubkey) -> (Pubkey, u8) {
    find(&[seeds::BOND, dispute.as_ref()])
}

/// The buffer in which `writer` puts payloads of its moves in `dispute`.
pub fn buffer_address(dispute: &Pubkey, writer: &Pubkey) -> (Pubkey, u8) {
    find(&[seeds::BUFFER, dispute.as_ref(), writer.as_ref()])
}

/// The market's fee vault of an epoch and a shard, see [`fee_shard`].
pub fn fee_vault_address(market: &Pubkey, epoch: u64, shard: u8) -> (Pubkey, u8) {
    find(&[seeds::FEES, market.as_ref(), &epoch.to_le_bytes(), &[shard]])
}

/// The market's vault for what payments could not deliver.
pub fn unclaimed_vault_address(market: &Pubkey) -> (Pubkey, u8) {
    find(&[seeds::UNCLAIMED, market.as_ref()])
}

/// What `owner` can claim from the market's unclaimed vault.
pub fn balance_address(market: &Pubkey, owner: &Pubkey) -> (Pubkey, u8) {
    find(&[seeds::BALANCE, market.as_ref(), owner.as_ref()])
}

/// The market's books of an epoch.
pub fn pool_address(market: &Pubkey, epoch: u64) -> (Pubkey, u8) {
    find(&[seeds::POOL, market.as_ref(), &epoch.to_le_bytes()])
}

/// The token account with what was given for an epoch.
pub fn pool_vault_address(market: &Pubkey, epoch: u64) -> (Pubkey, u8) {
    find(&[seeds::POOL_VAULT, market.as_ref(), &epoch.to_le_bytes()])
}

/// The share of `provider` in an epoch.
pub fn share_address(provider: &Pubkey, epoch: u64) -> (Pubkey, u8) {
    find(&[seeds::SHARE, provider.as_ref(), &epoch.to_le_bytes()])
}

/// The market's insurance vault.
pub fn insurance_vault_address(market: &Pubkey) -> (Pubkey, u8) {
    find(&[seeds::INSURANCE, market.as_ref()])
}

/// The fee shard of a task: the first byte of its address, modulo 16.
pub fn fee_shard(task: &Pubkey) -> u8 {
    task.to_bytes()[0] & (seeds::FEE_SHARDS - 1)
}

fn find(seeds: &[&[u8]]) -> (Pubkey, u8) {
    Pubkey::find_program_address(seeds, &ID)
}
