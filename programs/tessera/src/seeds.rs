//! The first seed of every address that the program derives.

/// Market: mint, creator, id (u16 LE).
pub const MARKET: &[u8] = b"market";
/// Provider: market, authority.
pub const PROVIDER: &[u8] = b"provider";
/// Stake vault: provider.
pub const STAKE: &[u8] = b"stake";
/// Model: creator, model root.
pub const MODEL: &[u8] = b"model";
/// Task: requester, nonce (u64 LE).
pub const TASK: &[u8] = b"task";
/// Task vault: task.
pub const ESCROW: &[u8] = b"escrow";
/// Run: task, provider.
pub const RUN: &[u8] = b"run";
/// Audit: run, the verifier's Provider.
pub const AUDIT: &[u8] = b"audit";
/// Dispute: run, challenger.
pub const DISPUTE: &[u8] = b"dispute";
/// Bond vault: dispute.
pub const BOND: &[u8] = b"bond";
/// Buffer: dispute, writer.
pub const BUFFER: &[u8] = b"buffer";
/// Fee vault: market, epoch (u64 LE), shard.
pub const FEES: &[u8] = b"fees";
/// Insurance vault: market.
pub const INSURANCE: &[u8] = b"insurance";
/// Unclaimed vault: market.
pub const UNCLAIMED: &[u8] = b"unclaimed";
/// Balance: market, owner.
pub const BALANCE: &[u8] = b"balance";
/// Epoch pool: market, epoch (u64 LE).
pub const POOL: &[u8] = b"pool";
/// Pool vault: market, epoch (u64 LE).
pub const POOL_VAULT: &[u8] = b"poolvault";
/// Share of a provider in an epoch: provider, epoch (u64 LE).
pub const SHARE: &[u8] = b"share";

/// Fee vaults of a market, so that no two tasks need to write the same one.
pub const FEE_SHARDS: u8 = tessera_rules::FEE_SHARDS;
