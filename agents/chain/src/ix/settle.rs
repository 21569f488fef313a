//! The cranks that end runs and tasks.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::{AccountMeta, Instruction};
use anchor_lang::solana_program::system_program;
use tessera::state::{Audit, AuditState, Market, Run, RunState, Sink, Task};
use tessera::{accounts, instruction as data};
use tessera_rules::Outcome;

use super::{Payee, instruction};
use crate::address;
use crate::due::first_pair;
use crate::versioned::Versioned;

/// What settling a run needs.
#[derive(Clone, Debug)]
pub struct Settlement<'a> {
    /// Who sends it, signs, gets a part of the bounty, and pays the rent of balances.
    pub cranker: Pubkey,
    /// The market.
    pub market: &'a Versioned<Market>,
    /// The current fee epoch; if the run is upheld, its fee vault of the task's shard must be open.
    pub epoch: u64,
    /// The task.
    pub task: &'a Versioned<Task>,
    /// Its run.
    pub run: &'a Versioned<Run>,
    /// How it will end, or has ended; see [`crate::due::outcome`].
    pub outcome: Outcome,
    /// The requester.
    pub requester: Payee,
    /// The payout wallet of the task's model; needed exactly if the task names one.
    pub model: Option<Payee>,
    /// A token account of the cranker; without one its part goes back to the requester.
    pub cranker_token: Option<Pubkey>,
    /// Whether the provider's stake vault cannot receive: then the balance of its authority is passed.
    pub provider_balance: bool,
    /// Whether strangers have sent tokens to the task's vault, which are insured with the last run.
    pub dust: bool,
    /// Whether the fee vault, or the insurance vault where something is insured, cannot receive: then the balance of the
    /// market's treasury is passed.
    pub treasury_balance: bool,
    /// The audits to close, as [`Settlement::order`] sorts them; [`Settlement::MOST_AUDITS`] fit a transaction.
    pub audits: &'a [&'a Versioned<Audit>],
}

impl Settlement<'_> {
    /// Audits that one transaction can close; later ones close the others.
    pub const MOST_AUDITS: usize = 2;

    /// The audits of a run in the order in which they should be closed: first those that a slash of the run pays (the two that
    /// refute it, or else the first two that differed), which must be there when it is decided, then the others as they were
    /// answered.
    #[must_use]
    pub fn order<'a>(run: &Run, audits: impl Iterator<Item = &'a Versioned<Audit>>) -> Vec<&'a Versioned<Audit>> {
        let mut audits: Vec<_> = audits.collect();
        let first = match run.refuted_by() {
            Some(_) => run.differed.map(|answer| answer.verifier),
            None => refuting(run, &audits).unwrap_or(run.differed.map(|answer| answer.verifier)),
        };
        audits.sort_by_key(|audit| (!first.contains(&audit.verifier), audit.ordinal, audit.key));
        audits
    }

    /// Whether something may have to be sunk: the sink's part of a slashed lock, or of that of an audit, or what the provider
    /// is owed of one and its vault cannot receive.
    fn sinks(&self) -> bool {
        let silent = self.audits.iter().any(|audit| audit.state == AuditState::Claimed);
        self.outcome == Outcome::Slashed || silent || self.provider_balance
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
    let Settlement { cranker, market, epoch, task, run, requester, model, cranker_token, audits, .. } = settlement;
    let keeps = [requester.balance, model.is_some_and(|model| model.balance)];
    let keeps = keeps.contains(&true) || settlement.provider_balance || settlement.treasury_balance;
    let balance = |owner: &Pubkey| address::balance(&market.key, owner);
    let sinks_to = |sink| settlement.sinks() && task.terms.sink == sink;
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
        fee_vault: address::fee_vault(&market.key, *epoch, address::fee_shard(&task.key)),
        share: address::share(&run.provider, *epoch),
        // These two are written only where something is sunk: naming one always would make all settlements wait for each
        // other.
        insurance_vault: (settlement.dust || sinks_to(Sink::Insurance)).then(|| address::insurance_vault(&market.key)),
        requester: task.terms.requester,
        requester_token: requester.token,
        model: task.terms.model,
        model_token: model.map(|model| model.token),
        cranker_token: *cranker_token,
        burn_mint: sinks_to(Sink::Burn).then_some(market.mint),
        // Named only where it is paid: the dispute may be closed afterwards.
        challenger_vault: run
            .refuted_by()
            .filter(|_| run.state == RunState::Submitted)
            .map(|dispute| address::bond_vault(&dispute)),
        unclaimed_vault: keeps.then(|| address::unclaimed_vault(&market.key)),
        requester_balance: requester.balance_in(market),
        model_balance: model.and_then(|model| model.balance_in(market)),
        provider_balance: settlement.provider_balance.then(|| balance(&run.authority)),
        treasury_balance: settlement.treasury_balance.then(|| balance(&market.treasury)),
        token_program: market.token_program,
        system_program: system_program::ID,
    };
    let mut settle = instruction(accounts, data::TaskSettle {});
    for audit in *audits {
        let group = [audit.key, audit.verifier, address::stake_vault(&audit.verifier), audit.authority];
        settle.accounts.extend(group.map(|key| AccountMeta::new(key, false)));
    }
    settle
}

/// What expiring a task or a run needs.
#[derive(Clone, Debug)]
pub struct Expiry<'a> {
    /// Who sends it, signs, gets a part of the bounty, and pays the rent of balances.
    pub cranker: Pubkey,
    /// The market.
    pub market: &'a Versioned<Market>,
    /// The task.
    pub task: &'a Versioned<Task>,
    /// The silent run; none for a task that nobody claimed.
    pub run: Option<&'a Versioned<Run>>,
    /// The requester.
    pub requester: Payee,
    /// A token account of the cranker; without one its part stays the requester's.
    pub cranker_token: Option<Pubkey>,
    /// Whether strangers have sent tokens to the task's vault, which are insured where the task ends.
    pub dust: bool,
    /// Whether the insurance vault cannot receive what a silent run loses: then the balance of the market's treasury is
    /// passed.
    pub treasury_balance: bool,
}

/// Ends a silence: a task that nobody claimed, a run that was not submitted or sealed, or a seal that was not opened.
#[must_use]
pub fn task_expire(expiry: &Expiry<'_>) -> Instruction {
    let Expiry { cranker, market, task, run, requester, cranker_token, dust, treasury_balance } = expiry;
    let silent = run.is_some_and(|run| run.state == RunState::Sealed);
    let sinks_to = |sink| silent && task.terms.sink == sink;
    let accounts = accounts::TaskExpire {
        cranker: *cranker,
        market: market.key,
        mint: market.mint,
        task: task.key,
        task_vault: address::task_vault(&task.key),
        insurance_vault: (*dust || sinks_to(Sink::Insurance)).then(|| address::insurance_vault(&market.key)),
        requester: task.terms.requester,
        requester_token: requester.token,
        cranker_token: *cranker_token,
        run: run.map(|run| run.key),
        provider: run.map(|run| run.provider),
        stake_vault: run.map(|run| address::stake_vault(&run.provider)),
        run_authority: run.map(|run| run.authority),
        burn_mint: sinks_to(Sink::Burn).then_some(market.mint),
        unclaimed_vault: (requester.balance || *treasury_balance).then(|| address::unclaimed_vault(&market.key)),
        requester_balance: requester.balance_in(market),
        treasury_balance: treasury_balance.then(|| address::balance(&market.key, &market.treasury)),
        token_program: market.token_program,
        system_program: system_program::ID,
    };
    instruction(accounts, data::TaskExpire {})
}
