//! Instructions about fee epochs: their books, fee vaults and shares, and balances that wait to be claimed.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::system_program;
use tessera::state::{Balance, EpochPool, Market, Share};
use tessera::{accounts, instruction as data};

use super::{Payee, instruction};
use crate::address;
use crate::versioned::Versioned;

/// Opens the books of an epoch, the current one or one to come; `payer` signs and pays.
#[must_use]
pub fn pool_open(payer: Pubkey, market: &Versioned<Market>, epoch: u64) -> Instruction {
    let accounts = accounts::PoolOpen {
        payer,
        market: market.key,
        mint: market.mint,
        pool: address::pool(&market.key, epoch),
        pool_vault: address::pool_vault(&market.key, epoch),
        token_program: market.token_program,
        system_program: system_program::ID,
    };
    instruction(accounts, data::PoolOpen { epoch })
}

/// Gives `amount` base units from `funder_token` to the providers of an epoch, whose books are open; `funder` signs.
#[must_use]
pub fn pool_fund(
    funder: Pubkey,
    market: &Versioned<Market>,
    epoch: u64,
    funder_token: Pubkey,
    amount: u64,
) -> Instruction {
    let accounts = accounts::PoolFund {
        funder,
        market: market.key,
        mint: market.mint,
        pool: address::pool(&market.key, epoch),
        pool_vault: address::pool_vault(&market.key, epoch),
        funder_token,
        token_program: market.token_program,
    };
    instruction(accounts, data::PoolFund { epoch, amount })
}

/// Opens the share of `provider`, a Provider account, in the current or the next epoch, whose books are open; `payer` signs
/// and pays.
#[must_use]
pub fn share_open(payer: Pubkey, market: Pubkey, provider: Pubkey, epoch: u64) -> Instruction {
    let accounts = accounts::ShareOpen {
        payer,
        market,
        pool: address::pool(&market, epoch),
        provider,
        share: address::share(&provider, epoch),
        system_program: system_program::ID,
    };
    instruction(accounts, data::ShareOpen { epoch })
}

/// Opens the fee vault of a shard (0 to 15) in the current or the next epoch, whose books are open; `payer` signs and pays.
#[must_use]
pub fn fee_vault_open(payer: Pubkey, market: &Versioned<Market>, epoch: u64, shard: u8) -> Instruction {
    let accounts = accounts::FeeVaultOpen {
        payer,
        market: market.key,
        mint: market.mint,
        pool: address::pool(&market.key, epoch),
        fee_vault: address::fee_vault(&market.key, epoch, shard),
        token_program: market.token_program,
        system_program: system_program::ID,
    };
    instruction(accounts, data::FeeVaultOpen { epoch, shard })
}

/// What sweeping a fee vault needs.
#[derive(Clone, Debug)]
pub struct FeeSweep<'a> {
    /// Who sends it and signs.
    pub cranker: Pubkey,
    /// The market.
    pub market: &'a Versioned<Market>,
    /// The books of an epoch that has ended.
    pub pool: &'a Versioned<EpochPool>,
    /// The shard, 0 to 15; its vault must be open.
    pub shard: u8,
    /// The market's treasury.
    pub treasury: Payee,
}

/// Moves the fees of an epoch's shard to the treasury and closes the vault.
#[must_use]
pub fn fee_sweep(sweep: &FeeSweep<'_>) -> Instruction {
    let FeeSweep { cranker, market, pool, shard, treasury } = sweep;
    let vault_payer = pool.fee_payers.get(usize::from(*shard)).copied().unwrap_or_default();
    let accounts = accounts::FeeSweep {
        cranker: *cranker,
        market: market.key,
        mint: market.mint,
        pool: pool.key,
        fee_vault: address::fee_vault(&market.key, pool.epoch, *shard),
        treasury_token: treasury.token,
        vault_payer,
        treasury_balance: treasury.balance_in(market),
        unclaimed_vault: treasury.balance.then(|| address::unclaimed_vault(&market.key)),
        token_program: market.token_program,
        system_program: system_program::ID,
    };
    instruction(accounts, data::FeeSweep { epoch: pool.epoch, shard: *shard })
}

/// Pays a share of an epoch whose fees were swept into the provider's free stake, and closes it; `cranker` signs.
/// `authority` is the provider's, where its stake vault cannot receive: then the tokens go to that wallet's balance.
#[must_use]
pub fn pool_claim(
    cranker: Pubkey,
    market: &Versioned<Market>,
    share: &Versioned<Share>,
    authority: Option<Pubkey>,
) -> Instruction {
    let accounts = accounts::PoolClaim {
        cranker,
        market: market.key,
        mint: market.mint,
        pool: address::pool(&market.key, share.epoch),
        pool_vault: address::pool_vault(&market.key, share.epoch),
        share: share.key,
        provider: share.provider,
        stake_vault: address::stake_vault(&share.provider),
        share_payer: share.payer,
        provider_balance: authority.map(|authority| address::balance(&market.key, &authority)),
        unclaimed_vault: authority.map(|_| address::unclaimed_vault(&market.key)),
        token_program: market.token_program,
        system_program: system_program::ID,
    };
    instruction(accounts, data::PoolClaim { epoch: share.epoch })
}

/// Closes the books of an epoch that ended four epochs ago, all of whose shares are claimed; `cranker` signs.
#[must_use]
pub fn pool_close(cranker: Pubkey, market: &Versioned<Market>, pool: &Versioned<EpochPool>) -> Instruction {
    let accounts = accounts::PoolClose {
        cranker,
        market: market.key,
        mint: market.mint,
        pool: pool.key,
        pool_vault: address::pool_vault(&market.key, pool.epoch),
        pool_payer: pool.payer,
        insurance_vault: address::insurance_vault(&market.key),
        token_program: market.token_program,
    };
    instruction(accounts, data::PoolClose { epoch: pool.epoch })
}

/// Moves what `balance` holds to `to`, any token account that can receive; the balance's owner signs.
#[must_use]
pub fn balance_claim(market: &Versioned<Market>, balance: &Versioned<Balance>, to: Pubkey) -> Instruction {
    let accounts = accounts::BalanceClaim {
        owner: balance.owner,
        market: market.key,
        mint: market.mint,
        balance: balance.key,
        unclaimed_vault: address::unclaimed_vault(&market.key),
        to,
        payer: balance.payer,
        token_program: market.token_program,
    };
    instruction(accounts, data::BalanceClaim {})
}
