//! Instructions about providers, their stake, and models.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::system_program;
use tessera::instructions::{ProviderRegisterArgs, ProviderUpdateArgs};
use tessera::state::{Market, Provider, TicketChain};
use tessera::{accounts, instruction as data};

use super::instruction;
use crate::address;
use crate::versioned::Versioned;

/// Registers `authority` in a market; it signs and pays.
#[must_use]
pub fn provider_register(authority: Pubkey, market: &Versioned<Market>, args: ProviderRegisterArgs) -> Instruction {
    let provider = address::provider(&market.key, &authority);
    let accounts = accounts::ProviderRegister {
        authority,
        market: market.key,
        mint: market.mint,
        provider,
        stake_vault: address::stake_vault(&provider),
        token_program: market.token_program,
        system_program: system_program::ID,
    };
    instruction(accounts, data::ProviderRegister { args })
}

/// Changes what the provider of `authority` says about itself; the authority signs.
#[must_use]
pub fn provider_update(authority: Pubkey, market: Pubkey, args: ProviderUpdateArgs) -> Instruction {
    let accounts = accounts::ProviderUpdate { authority, market, provider: address::provider(&market, &authority) };
    instruction(accounts, data::ProviderUpdate { args })
}

/// Leaves the market: closes a provider without stake, runs and audits, whose authority signs and gets its rent.
#[must_use]
pub fn provider_close(market: &Versioned<Market>, provider: &Versioned<Provider>) -> Instruction {
    let accounts = accounts::ProviderClose {
        authority: provider.authority,
        market: market.key,
        mint: market.mint,
        provider: provider.key,
        stake_vault: address::stake_vault(&provider.key),
        insurance_vault: address::insurance_vault(&market.key),
        token_program: market.token_program,
    };
    instruction(accounts, data::ProviderClose {})
}

/// Commits the verifier of `authority`, who signs, to a ticket chain; it draws for what is submitted from now on.
#[must_use]
pub fn verifier_commit(authority: Pubkey, market: Pubkey, chain: TicketChain) -> Instruction {
    let accounts = accounts::VerifierCommit { authority, provider: address::provider(&market, &authority) };
    instruction(accounts, data::VerifierCommit { chain })
}

/// Moves `amount` base units from `authority_token`, a token account of `authority`, into its stake; the authority signs.
#[must_use]
pub fn stake_deposit(
    authority: Pubkey,
    market: &Versioned<Market>,
    authority_token: Pubkey,
    amount: u64,
) -> Instruction {
    let provider = address::provider(&market.key, &authority);
    let accounts = accounts::StakeDeposit {
        authority,
        market: market.key,
        mint: market.mint,
        provider,
        stake_vault: address::stake_vault(&provider),
        authority_token,
        token_program: market.token_program,
    };
    instruction(accounts, data::StakeDeposit { amount })
}

/// Starts to take `amount` base units of free stake out; the authority signs.
#[must_use]
pub fn stake_unbond(authority: Pubkey, market: Pubkey, amount: u64) -> Instruction {
    let accounts = accounts::StakeUnbond { authority, market, provider: address::provider(&market, &authority) };
    instruction(accounts, data::StakeUnbond { amount })
}

/// Moves all stake that has unbonded to `authority_token`, a token account of `authority`; the authority signs.
#[must_use]
pub fn stake_withdraw(authority: Pubkey, market: &Versioned<Market>, authority_token: Pubkey) -> Instruction {
    let provider = address::provider(&market.key, &authority);
    let accounts = accounts::StakeWithdraw {
        authority,
        market: market.key,
        mint: market.mint,
        provider,
        stake_vault: address::stake_vault(&provider),
        authority_token,
        token_program: market.token_program,
    };
    instruction(accounts, data::StakeWithdraw {})
}

/// Lowers the ticket weight of `provider`, a Provider account, to its stake. Nobody in particular signs.
#[must_use]
pub fn stake_recount(market: Pubkey, provider: Pubkey) -> Instruction {
    instruction(accounts::StakeRecount { market, provider }, data::StakeRecount {})
}

/// Registers a model whose uses pay `payout`, a wallet; `creator` signs and pays.
#[must_use]
pub fn model_register(creator: Pubkey, model_root: [u8; 32], payout: Pubkey) -> Instruction {
    let accounts = accounts::ModelRegister {
        creator,
        model: address::model(&creator, &model_root),
        system_program: system_program::ID,
    };
    instruction(accounts, data::ModelRegister { model_root, payout })
}
