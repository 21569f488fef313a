//! The transactions that send what is due.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use tessera::state::{AuditState, Dispute, DisputePhase, DisputeVerdict, EpochPool, Market, Run, RunState, Sink, Task};
use tessera_rules::Outcome;

use crate::address;
use crate::chain::{Chain, Outgoing, TokenBalance};
use crate::due::{self, Crank, Due};
use crate::error::ChainError;
use crate::ix::{self, DisputeSettlement, Expiry, FeeSweep, MAX_TRANSACTION, Payee, Settlement, transaction_size};
use crate::versioned::Versioned;
use crate::world::World;

mod done;
#[cfg(test)]
mod tests;

pub use self::done::done_since;

/// The transactions that send what is due, in order, signed by `cranker` alone. What the transition needs and is not there
/// (a receiver's token account, the current epoch's books and fee vault) is made at the cranker's expense: in the same
/// transaction if it fits, else in one before it.
///
/// # Errors
/// [`ChainError::NotFound`] if the world lacks an account that the transition needs, and what reading token accounts says.
///
/// Cancel safety: reads only.
pub async fn crank(chain: &dyn Chain, world: &World, due: &Due, cranker: Pubkey) -> Result<Vec<Outgoing>, ChainError> {
    let market = world.market.as_ref().ok_or_else(|| missing("market", world.market_key()))?;
    let sender = Sender { chain, world, market, cranker };
    let mut before = Vec::new();
    let instruction = match due.crank {
        Crank::Expire { task, run } => sender.expire(task, run, &mut before).await?,
        Crank::Settle { task, run, .. } | Crank::CloseAudits { task, run } => {
            sender.settle(task, run, &mut before).await?
        }
        Crank::Draw { run, .. } => ix::audit_draw(run),
        Crank::TimeOutDispute { dispute, .. } => ix::dispute_timeout(dispute),
        Crank::SettleDispute { task, dispute, .. } => sender.settle_dispute(task, dispute, &mut before).await?,
        Crank::CloseDispute { dispute, .. } => {
            let dispute = sender.dispute(dispute)?;
            let challenger = sender.payee(dispute.challenger, &mut before).await?;
            ix::dispute_close(cranker, market, dispute, challenger)
        }
        Crank::ApplyParams => ix::market_apply(market.key),
        Crank::Recount { provider } => ix::stake_recount(market.key, provider),
        Crank::SweepFees { epoch, shard } => sender.sweep(epoch, shard, &mut before).await?,
        Crank::ClaimShare { share } => sender.claim(share).await?,
        Crank::ClosePool { epoch } => {
            let pool = world.pool(epoch).ok_or_else(|| missing("pool", address::pool(&market.key, epoch)))?;
            ix::pool_close(cranker, market, pool)
        }
    };
    Ok(packed(due.crank.label(), before, instruction, &cranker))
}

/// One transaction if everything fits into it, else two.
fn packed(label: &str, mut before: Vec<Instruction>, last: Instruction, payer: &Pubkey) -> Vec<Outgoing> {
    before.push(last);
    if transaction_size(&before, payer) <= MAX_TRANSACTION {
        return vec![Outgoing::new(label, before)];
    }
    let last = before.split_off(before.len() - 1);
    vec![Outgoing::new(format!("before {label}"), before), Outgoing::new(label, last)]
}

struct Sender<'a> {
    chain: &'a dyn Chain,
    world: &'a World,
    market: &'a Versioned<Market>,
    cranker: Pubkey,
}

impl Sender<'_> {
    fn task(&self, key: Pubkey) -> Result<&Versioned<Task>, ChainError> {
        self.world.tasks.get(&key).ok_or_else(|| missing("task", key))
    }

    fn run(&self, key: Pubkey) -> Result<&Versioned<Run>, ChainError> {
        self.world.runs.get(&key).ok_or_else(|| missing("run", key))
    }

    async fn expire(
        &self,
        task: Pubkey,
        run: Option<Pubkey>,
        before: &mut Vec<Instruction>,
    ) -> Result<Instruction, ChainError> {
        let task = self.task(task)?;
        let run = run.map(|run| self.run(run)).transpose()?;
        let requester = self.payee(task.terms.requester, before).await?;
        let insures = task.terms.sink == Sink::Insurance && run.is_some_and(|run| run.state == RunState::Sealed);
        Ok(ix::task_expire(&Expiry {
            cranker: self.cranker,
            market: self.market,
            task,
            run,
            requester,
            cranker_token: self.usable(self.cranker).await?,
            dust: self.has_dust(task).await?,
            treasury_balance: insures && !self.receives(address::insurance_vault(&self.market.key)).await?,
        }))
    }

    async fn settle(
        &self,
        task: Pubkey,
        run: Pubkey,
        before: &mut Vec<Instruction>,
    ) -> Result<Instruction, ChainError> {
        let (task, run, now) = (self.task(task)?, self.run(run)?, self.world.moment);
        let outcome = due::outcome(task, run, due::refuting_pair(self.world, run).is_some(), now);
        let outcome = outcome.unwrap_or(Outcome::Upheld);
        let pays_run = outcome == Outcome::Upheld;
        let epoch = self.world.epoch().ok_or_else(|| missing("market", self.market.key))?;
        let shard = address::fee_shard(&task.key);
        if pays_run {
            self.open(epoch, shard, before).await?;
        }
        let requester = self.payee(task.terms.requester, before).await?;
        let model = match task.terms.model {
            Some(key) => {
                let owner = self.chain.model(key).await?.ok_or_else(|| missing("model", key))?.payout;
                let unpaid = Payee::to(owner, address::market_token(&owner, self.market));
                Some(if pays_run { self.payee(owner, before).await? } else { unpaid })
            }
            None => None,
        };
        let mut audits = Settlement::order(run, self.world.audits_of(run.key));
        audits.truncate(Settlement::MOST_AUDITS);
        // An upheld run pays fees; a slashed one, and auditors that agreed with it or stayed silent, feed the sink.
        let silent = audits.iter().any(|audit| audit.state == AuditState::Claimed);
        let insures = task.terms.sink == Sink::Insurance && (outcome == Outcome::Slashed || silent);
        let mut treasury_balance = false;
        if pays_run {
            treasury_balance |= !self.receives(address::fee_vault(&self.market.key, epoch, shard)).await?;
        }
        if insures {
            treasury_balance |= !self.receives(address::insurance_vault(&self.market.key)).await?;
        }
        let (cranker, market, cranker_token) = (self.cranker, self.market, self.usable(self.cranker).await?);
        let provider_balance = pays_run && !self.receives(address::stake_vault(&run.provider)).await?;
        let dust = self.has_dust(task).await?;
        loop {
            let settle = ix::task_settle(&Settlement {
                cranker,
                market,
                epoch,
                task,
                run,
                outcome,
                requester,
                model,
                cranker_token,
                provider_balance,
                dust,
                treasury_balance,
                audits: &audits,
            });
            // With several balances there is room for fewer audits. A slash pays its auditors at once; others can be closed
            // later.
            let fits = transaction_size(std::slice::from_ref(&settle), &cranker) <= MAX_TRANSACTION;
            if fits || outcome == Outcome::Slashed || audits.pop().is_none() {
                return Ok(settle);
            }
        }
    }

    fn dispute(&self, key: Pubkey) -> Result<&Versioned<Dispute>, ChainError> {
        self.world.disputes.get(&key).ok_or_else(|| missing("dispute", key))
    }

    async fn settle_dispute(
        &self,
        task: Pubkey,
        dispute: Pubkey,
        before: &mut Vec<Instruction>,
    ) -> Result<Instruction, ChainError> {
        let (task, dispute) = (self.task(task)?, self.dispute(dispute)?);
        let lost = dispute.phase == DisputePhase::Over(DisputeVerdict::ProviderWon);
        let insures = lost && task.terms.sink == Sink::Insurance;
        Ok(ix::dispute_settle(&DisputeSettlement {
            cranker: self.cranker,
            market: self.market,
            task,
            dispute,
            challenger: self.payee(dispute.challenger, before).await?,
            provider_balance: lost && !self.receives(address::stake_vault(&dispute.provider)).await?,
            treasury_balance: insures && !self.receives(address::insurance_vault(&self.market.key)).await?,
        }))
    }

    async fn sweep(&self, epoch: u64, shard: u8, before: &mut Vec<Instruction>) -> Result<Instruction, ChainError> {
        let (cranker, market) = (self.cranker, self.market);
        let pool = self.world.pool(epoch).ok_or_else(|| missing("pool", address::pool(&market.key, epoch)))?;
        let treasury = self.payee(market.treasury, before).await?;
        Ok(ix::fee_sweep(&FeeSweep { cranker, market, pool, shard, treasury }))
    }

    async fn claim(&self, share: Pubkey) -> Result<Instruction, ChainError> {
        let share = self.world.shares.get(&share).ok_or_else(|| missing("share", share))?;
        // A provider that has left is paid nothing.
        let authority = match self.world.providers.get(&share.provider) {
            Some(provider) if !self.receives(address::stake_vault(&provider.key)).await? => Some(provider.authority),
            _ => None,
        };
        Ok(ix::pool_claim(self.cranker, self.market, share, authority))
    }

    /// Opens the books of an epoch and its fee vault of a shard where they are missing: as the world shows, and where that
    /// may be late, as the chain says.
    async fn open(&self, epoch: u64, shard: u8, before: &mut Vec<Instruction>) -> Result<(), ChainError> {
        let opened = |pool: &Versioned<EpochPool>| pool.opened >> shard & 1 == 1;
        if self.world.pool(epoch).is_some_and(opened) {
            return Ok(());
        }
        let pool = self.chain.pool(address::pool(&self.market.key, epoch)).await?;
        if pool.is_none() {
            before.push(ix::pool_open(self.cranker, self.market, epoch));
        }
        if !pool.is_some_and(|pool| opened(&pool)) {
            before.push(ix::fee_vault_open(self.cranker, self.market, epoch, shard));
        }
        Ok(())
    }

    /// Where `owner` is paid: a token account of it that can receive; its associated one, made by `before`, if that is not
    /// there; its balance if that is there and cannot receive.
    async fn payee(&self, owner: Pubkey, before: &mut Vec<Instruction>) -> Result<Payee, ChainError> {
        if let Some(token) = self.usable(owner).await? {
            return Ok(Payee::to(owner, token));
        }
        let associated = address::market_token(&owner, self.market);
        if self.chain.token_balance(associated).await?.is_some() {
            return Ok(Payee::kept(owner, self.market));
        }
        let create = ix::ata_create(self.cranker, owner, self.market.mint, self.market.token_program);
        if !before.contains(&create) {
            before.push(create);
        }
        Ok(Payee::to(owner, associated))
    }

    /// A token account of `owner` that can receive, the associated one if it can.
    async fn usable(&self, owner: Pubkey) -> Result<Option<Pubkey>, ChainError> {
        let associated = address::market_token(&owner, self.market);
        let accounts = self.chain.token_accounts(owner, self.market.mint).await?;
        let usable = accounts.into_iter().filter(TokenBalance::can_receive);
        Ok(usable.map(|account| account.key).min_by_key(|key| (*key != associated, *key)))
    }

    /// Whether a task's vault holds more than the task owes. Tokens that arrive after this was read make the transition fail,
    /// and the next attempt sees them.
    async fn has_dust(&self, task: &Versioned<Task>) -> Result<bool, ChainError> {
        let vault = self.chain.token_balance(address::task_vault(&task.key)).await?;
        Ok(vault.is_some_and(|vault| vault.amount > task.escrow))
    }

    /// Whether a vault can receive. One that is not there yet will.
    async fn receives(&self, vault: Pubkey) -> Result<bool, ChainError> {
        Ok(self.chain.token_balance(vault).await?.is_none_or(|vault| vault.can_receive()))
    }
}

fn missing(what: &str, key: Pubkey) -> ChainError {
    ChainError::NotFound { what: what.to_owned(), key }
}
