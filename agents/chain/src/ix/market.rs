//! Instructions about markets, their authority, and accounts of an earlier layout.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::system_program;
use anchor_spl::token;
use tessera::instructions::MarketInitArgs;
use tessera::state::MarketParams;
use tessera::{accounts, instruction as data};

use super::instruction;
use crate::address;

/// Makes a market of `mint`, which `token_program` (Token or Token-2022) owns; `creator` signs and pays.
#[must_use]
pub fn market_init(creator: Pubkey, mint: Pubkey, token_program: Pubkey, args: MarketInitArgs) -> Instruction {
    let market = address::market(&mint, &creator, args.id);
    let accounts = accounts::MarketInit {
        creator,
        mint,
        market,
        insurance_vault: address::insurance_vault(&market),
        unclaimed_vault: address::unclaimed_vault(&market),
        token_program,
        system_program: system_program::ID,
    };
    instruction(accounts, data::MarketInit { args })
}

/// Proposes parameters, in the place of those proposed before; the market's `authority` signs.
#[must_use]
pub fn market_propose(authority: Pubkey, market: Pubkey, params: MarketParams) -> Instruction {
    instruction(accounts::MarketPropose { authority, market }, data::MarketPropose { params })
}

/// Puts the proposed parameters into force, once they have waited. Nobody in particular signs.
#[must_use]
pub fn market_apply(market: Pubkey) -> Instruction {
    instruction(accounts::MarketApply { market }, data::MarketApply {})
}

/// Drops the proposed parameters; the market's `authority` signs.
#[must_use]
pub fn market_withdraw(authority: Pubkey, market: Pubkey) -> Instruction {
    instruction(accounts::MarketWithdraw { authority, market }, data::MarketWithdraw {})
}

/// Stops new tasks and claims, or lets them be made again; the market's `authority` signs.
#[must_use]
pub fn market_pause(authority: Pubkey, market: Pubkey, paused: bool) -> Instruction {
    instruction(accounts::MarketPause { authority, market }, data::MarketPause { paused })
}

/// Offers the authority's place to `to`, or takes the offer back; the market's `authority` signs.
#[must_use]
pub fn authority_offer(authority: Pubkey, market: Pubkey, to: Option<Pubkey>) -> Instruction {
    instruction(accounts::AuthorityOffer { authority, market }, data::AuthorityOffer { to })
}

/// Takes the place that was offered to `authority`, who signs.
#[must_use]
pub fn authority_accept(authority: Pubkey, market: Pubkey) -> Instruction {
    instruction(accounts::AuthorityAccept { authority, market }, data::AuthorityAccept {})
}

/// Brings a market of layout version 1, which pays in `mint` of the Token program, to the present layout; `payer` signs and
/// pays what it grows by.
#[must_use]
pub fn market_migrate(payer: Pubkey, market: Pubkey, mint: Pubkey) -> Instruction {
    let accounts = accounts::AccountMigrate {
        payer,
        account: market,
        mint: Some(mint),
        unclaimed_vault: Some(address::unclaimed_vault(&market)),
        token_program: Some(token::ID),
        system_program: system_program::ID,
    };
    instruction(accounts, data::AccountMigrate {})
}

/// Brings a provider or model of layout version 1 to the present layout; `payer` signs and pays what it grows by.
#[must_use]
pub fn account_migrate(payer: Pubkey, account: Pubkey) -> Instruction {
    let accounts = accounts::AccountMigrate {
        payer,
        account,
        mint: None,
        unclaimed_vault: None,
        token_program: None,
        system_program: system_program::ID,
    };
    instruction(accounts, data::AccountMigrate {})
}
