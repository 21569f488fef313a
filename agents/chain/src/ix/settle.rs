//! The cranks: ending a task when its time has come.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::{AccountMeta, Instruction};
use anchor_spl::token;
use tessera::state::{Audit, Market, Run, RunState, Sink, Task};
use tessera::{accounts, instruction as data};

use super::instruction;
use crate::address;
use crate::due::first_pair;
use crate::versioned::Versioned;

/// What settling a run needs.
#[derive(Clone, Debug)]
pub struct Settlement<'a> {
    /// Who sends it, signs, and gets a part of the bounty.
    pub cranker: Pubkey,
    /// The market.
    pub market: &'a Versioned<Market>,
    /// The task.
    pub task: &'a Versioned<Task>,
    /// Its run.
    pub run: &'a Versioned<Run>,
    /// A token account of the requester.
    pub requester_token: Pubkey,
    /// A token account of the cranker; without one its part goes back to the requester.
    pub cranker_token: Option<Pubkey>,
    /// A token account of the payout wallet of the task's model; needed exactly if the task names one.
    pub model_token: Option<Pubkey>,
    /// The audits to close, as [`Settlement::order`] sorts them; [`Settlement::MOST_AUDITS`] fit a transaction.
    pub audits: &'a [&'a Versioned<Audit>],
}

impl Settlement<'_> {
    /// Audits that one transaction can close, with room to create the requester's token account; later ones close the
    /// others.
    pub const MOST_AUDITS: usize = 2;

    /// The audits of a run in the order in which they should be closed: the two that refute it, if there are two, which the
    /// decision needs, then the others as they were posted.
    #[must_use]
    pub fn order<'a>(run: &Run, audits: impl Iterator<Item = &'a Versioned<Audit>>) -> Vec<&'a Versioned<Audit>> {
        let mut audits: Vec<_> = audits.collect();
        audits.sort_by_key(|audit| audit.ordinal);
        let pair = refuting(run, &audits);
        audits.sort_by_key(|audit| !pair.is_some_and(|pair| pair.contains(&audit.verifier)));
        audits
    }
}

/// The verifiers that refute a run: those that the run has pinned, or the two earliest of `audits` that found the same root,
/// not the run's.
fn refuting(run: &Run, audits: &[&Versioned<Audit>]) -> Option<[Pubkey; 2]> {
    if let Some(winners) = run.winners {
        return Some([winners.first, winners.second]);
    }
    first_pair(audits.iter().copied()).map(|(first, second)| [first.verifier, second.verifier])
}

/// Decides a run if that is due, pays everyone, and closes the audits given.
#[must_use]
pub fn task_settle(settlement: &Settlement<'_>) -> Instruction {
    let Settlement { cranker, market, task, run, requester_token, cranker_token, model_token, audits } = settlement;
    // The mint is written only where something is burned: naming it always would make all settlements wait for each other.
    let slashes = run.state == RunState::Slashed || refuting(run, audits).is_some();
    let burns = slashes && task.terms.sink == Sink::Burn;
    let accounts = accounts::TaskSettle {
        cranker: *cranker,
        market: market.key,
        mint: market.mint,
        task: task.key,
        task_vault: address::task_vault(&task.key),
        run: run.key,
        provider: run.provider,
        stake_vault: address::stake_vault(&run.provider),
        run_authority: run.authority,
        fee_vault: address::fee_vault(&market.key, address::fee_shard(&task.key)),
        insurance_vault: address::insurance_vault(&market.key),
        requester: task.terms.requester,
        requester_token: *requester_token,
        model: task.terms.model,
        model_token: *model_token,
        cranker_token: *cranker_token,
        burn_mint: burns.then_some(market.mint),
        token_program: token::ID,
    };
    let mut settle = instruction(accounts, data::TaskSettle {});
    for audit in *audits {
        let group = [audit.key, audit.verifier, address::stake_vault(&audit.verifier), audit.authority];
        settle.accounts.extend(group.map(|key| AccountMeta::new(key, false)));
    }
    settle
}

/// What expiring a task needs.
#[derive(Clone, Debug)]
pub struct Expiry<'a> {
    /// Who sends it, signs, and gets a part of the bounty.
    pub cranker: Pubkey,
    /// The market.
    pub market: &'a Versioned<Market>,
    /// The task.
    pub task: &'a Versioned<Task>,
    /// A token account of the requester.
    pub requester_token: Pubkey,
    /// A token account of the cranker; without one its part stays the requester's.
    pub cranker_token: Option<Pubkey>,
    /// The run that was not submitted; needed while the task is claimed.
    pub run: Option<&'a Versioned<Run>>,
}

/// Ends a silence: a task that nobody claimed, or a run that was not submitted.
#[must_use]
pub fn task_expire(expiry: &Expiry<'_>) -> Instruction {
    let Expiry { cranker, market, task, requester_token, cranker_token, run } = expiry;
    let accounts = accounts::TaskExpire {
        cranker: *cranker,
        market: market.key,
        mint: market.mint,
        task: task.key,
        task_vault: address::task_vault(&task.key),
        insurance_vault: address::insurance_vault(&market.key),
        requester: task.terms.requester,
        requester_token: *requester_token,
        cranker_token: *cranker_token,
        run: run.map(|run| run.key),
        provider: run.map(|run| run.provider),
        stake_vault: run.map(|run| address::stake_vault(&run.provider)),
        run_authority: run.map(|run| run.authority),
        token_program: token::ID,
    };
    instruction(accounts, data::TaskExpire {})
}
