//! Instructions about markets.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::system_program;
use anchor_spl::token;
use tessera::instructions::MarketInitArgs;
use tessera::state::Market;
use tessera::{accounts, instruction as data};

use super::instruction;
use crate::address;
use crate::versioned::Versioned;

/// Makes a market of `mint`; `creator` signs and pays.
#[must_use]
pub fn market_init(creator: Pubkey, mint: Pubkey, args: MarketInitArgs) -> Instruction {
    let market = address::market(&mint, &creator, args.id);
    let accounts = accounts::MarketInit {
        creator,
        mint,
        market,
        insurance_vault: address::insurance_vault(&market),
        token_program: token::ID,
        system_program: system_program::ID,
    };
    instruction(accounts, data::MarketInit { args })
}

/// Opens the fee vault of a shard (0 to 15); `payer` signs and pays.
#[must_use]
pub fn fee_vault_open(payer: Pubkey, market: &Versioned<Market>, shard: u8) -> Instruction {
    let accounts = accounts::FeeVaultOpen {
        payer,
        market: market.key,
        mint: market.mint,
        fee_vault: address::fee_vault(&market.key, shard),
        token_program: token::ID,
        system_program: system_program::ID,
    };
    instruction(accounts, data::FeeVaultOpen { shard })
}

/// Moves a fee vault's tokens to `treasury_token`, a token account of the market's treasury. Nobody in particular signs.
#[must_use]
pub fn fee_sweep(market: &Versioned<Market>, shard: u8, treasury_token: Pubkey) -> Instruction {
    let accounts = accounts::FeeSweep {
        market: market.key,
        mint: market.mint,
        fee_vault: address::fee_vault(&market.key, shard),
        treasury_token,
        token_program: token::ID,
    };
    instruction(accounts, data::FeeSweep { shard })
}
