//! The cranks that end disputes.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::system_program;
use tessera::state::{Dispute, DisputePhase, DisputeVerdict, Market, Sink, Task};
use tessera::{accounts, instruction as data};

use super::{Payee, instruction};
use crate::address;
use crate::versioned::Versioned;

/// Ends a dispute whose side that owes a move was silent. Nobody in particular signs.
#[must_use]
pub fn dispute_timeout(dispute: Pubkey) -> Instruction {
    instruction(accounts::DisputeTimeout { dispute }, data::DisputeTimeout {})
}

/// What settling a dispute needs.
#[derive(Clone, Debug)]
pub struct DisputeSettlement<'a> {
    /// Who sends it, signs, and pays the rent of balances.
    pub cranker: Pubkey,
    /// The market.
    pub market: &'a Versioned<Market>,
    /// The task.
    pub task: &'a Versioned<Task>,
    /// The dispute.
    pub dispute: &'a Versioned<Dispute>,
    /// The challenger.
    pub challenger: Payee,
    /// Whether the provider's stake vault cannot receive: then the balance of its authority is passed.
    pub provider_balance: bool,
    /// Whether the insurance vault cannot receive what is insured: then the balance of the market's treasury is passed.
    pub treasury_balance: bool,
}

/// Carries a dispute's end out: a verdict, or that the run was refuted by others.
#[must_use]
pub fn dispute_settle(settlement: &DisputeSettlement<'_>) -> Instruction {
    let DisputeSettlement { cranker, market, task, dispute, challenger, provider_balance, treasury_balance } =
        settlement;
    let sinks = dispute.phase == DisputePhase::Over(DisputeVerdict::ProviderWon);
    let sinks_to = |sink| sinks && task.terms.sink == sink;
    let keeps = challenger.balance || *provider_balance || *treasury_balance;
    let balance = |owner: &Pubkey| address::balance(&market.key, owner);
    let accounts = accounts::DisputeSettle {
        cranker: *cranker,
        market: market.key,
        mint: market.mint,
        task: task.key,
        run: dispute.run,
        provider: dispute.provider,
        stake_vault: address::stake_vault(&dispute.provider),
        dispute: dispute.key,
        bond_vault: address::bond_vault(&dispute.key),
        challenger: dispute.challenger,
        challenger_token: challenger.token,
        insurance_vault: sinks_to(Sink::Insurance).then(|| address::insurance_vault(&market.key)),
        burn_mint: sinks_to(Sink::Burn).then_some(market.mint),
        unclaimed_vault: keeps.then(|| address::unclaimed_vault(&market.key)),
        challenger_balance: challenger.balance_in(market),
        provider_balance: provider_balance.then(|| balance(&dispute.provider_authority)),
        treasury_balance: treasury_balance.then(|| balance(&market.treasury)),
        token_program: market.token_program,
        system_program: system_program::ID,
    };
    instruction(accounts, data::DisputeSettle {})
}

/// Pays the winner of a dispute, once its run was slashed, and closes it. `cranker` signs and pays a balance's rent.
#[must_use]
pub fn dispute_close(
    cranker: Pubkey,
    market: &Versioned<Market>,
    dispute: &Versioned<Dispute>,
    challenger: Payee,
) -> Instruction {
    let accounts = accounts::DisputeClose {
        cranker,
        market: market.key,
        mint: market.mint,
        run: dispute.run,
        dispute: dispute.key,
        bond_vault: address::bond_vault(&dispute.key),
        challenger: dispute.challenger,
        challenger_token: challenger.token,
        unclaimed_vault: challenger.balance.then(|| address::unclaimed_vault(&market.key)),
        challenger_balance: challenger.balance_in(market),
        token_program: market.token_program,
        system_program: system_program::ID,
    };
    instruction(accounts, data::DisputeClose {})
}
