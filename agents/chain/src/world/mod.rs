//! What an agent knows of one market, kept free of stale answers.

mod account;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use anchor_lang::prelude::Pubkey;
use tessera::state::{Audit, AuditState, Balance, Dispute, EpochPool, Market, Moment, Provider, Run, Share, Task};

pub use self::account::{Account, AccountKind, Update};
use crate::address;
use crate::versioned::Versioned;

/// How long a closed account is remembered, in slots: longer than an endpoint may lag and still be listened to.
const REMEMBERED_SLOTS: u64 = 1_500;

/// One market's accounts. The newest answer by slot wins; of two from one slot, the later to arrive (a node that
/// answers within a slot, as local ones do, sends the newest last).
#[derive(Clone, Debug)]
pub struct World {
    key: Pubkey,
    /// The chain's clock when it was last read.
    pub moment: Moment,
    /// The market, once it has been read.
    pub market: Option<Versioned<Market>>,
    /// The market's providers and verifiers.
    pub providers: BTreeMap<Pubkey, Versioned<Provider>>,
    /// The market's tasks.
    pub tasks: BTreeMap<Pubkey, Versioned<Task>>,
    /// The market's runs, see [`World::runs_of`].
    pub runs: BTreeMap<Pubkey, Versioned<Run>>,
    /// The market's audits, see [`World::audits_of`].
    pub audits: BTreeMap<Pubkey, Versioned<Audit>>,
    /// The market's disputes, see [`World::disputes_of`].
    pub disputes: BTreeMap<Pubkey, Versioned<Dispute>>,
    /// The market's books of fee epochs, see [`World::pool`].
    pub pools: BTreeMap<Pubkey, Versioned<EpochPool>>,
    /// Shares of providers in the market's epochs, see [`World::share`].
    pub shares: BTreeMap<Pubkey, Versioned<Share>>,
    /// What can be claimed from the market, see [`World::balance_of`].
    pub balances: BTreeMap<Pubkey, Versioned<Balance>>,
    gone: BTreeMap<Pubkey, u64>,
    listed: BTreeMap<AccountKind, u64>,
    slot: u64,
}

impl World {
    /// A world that knows nothing yet of the market at `key`.
    #[must_use]
    pub fn new(key: Pubkey) -> Self {
        Self {
            key,
            moment: Moment { unix: 0, slot: 0 },
            market: None,
            providers: BTreeMap::new(),
            tasks: BTreeMap::new(),
            runs: BTreeMap::new(),
            audits: BTreeMap::new(),
            disputes: BTreeMap::new(),
            pools: BTreeMap::new(),
            shares: BTreeMap::new(),
            balances: BTreeMap::new(),
            gone: BTreeMap::new(),
            listed: BTreeMap::new(),
            slot: 0,
        }
    }

    /// The market's address.
    #[must_use]
    pub fn market_key(&self) -> Pubkey {
        self.key
    }

    /// The highest slot of any answer so far.
    #[must_use]
    pub fn slot(&self) -> u64 {
        self.slot
    }

    /// The slot of the latest listing of a kind; 0 before the first. What came into being up to that slot and is not here is
    /// gone. News of single accounts tell no such thing: those of two accounts may come in either order.
    #[must_use]
    pub fn listed_at(&self, kind: AccountKind) -> u64 {
        self.listed.get(&kind).copied().unwrap_or(0)
    }

    /// The runs of a task.
    pub fn runs_of(&self, task: Pubkey) -> impl Iterator<Item = &Versioned<Run>> {
        self.runs.values().filter(move |run| run.task == task)
    }

    /// The audits of a run.
    pub fn audits_of(&self, run: Pubkey) -> impl Iterator<Item = &Versioned<Audit>> {
        self.audits.values().filter(move |audit| audit.run == run)
    }

    /// The disputes over a run.
    pub fn disputes_of(&self, run: Pubkey) -> impl Iterator<Item = &Versioned<Dispute>> {
        self.disputes.values().filter(move |dispute| dispute.run == run)
    }

    /// The dispute over a run that `challenger` opened.
    #[must_use]
    pub fn dispute_of(&self, run: Pubkey, challenger: Pubkey) -> Option<&Versioned<Dispute>> {
        self.disputes.get(&address::dispute(&run, &challenger))
    }

    /// The run of a task by a provider.
    #[must_use]
    pub fn run_of(&self, task: Pubkey, provider: Pubkey) -> Option<&Versioned<Run>> {
        self.runs.get(&address::run(&task, &provider))
    }

    /// The audit of a run by a verifier, by its Provider account.
    #[must_use]
    pub fn audit_of(&self, run: Pubkey, verifier: Pubkey) -> Option<&Versioned<Audit>> {
        self.audits.get(&address::audit(&run, &verifier))
    }

    /// The fee epoch of the chain's clock; `None` before the market has been read.
    #[must_use]
    pub fn epoch(&self) -> Option<u64> {
        self.market.as_ref().map(|market| market.epoch(self.moment))
    }

    /// The market's books of an epoch.
    #[must_use]
    pub fn pool(&self, epoch: u64) -> Option<&Versioned<EpochPool>> {
        self.pools.get(&address::pool(&self.key, epoch))
    }

    /// The share of a provider in an epoch.
    #[must_use]
    pub fn share(&self, provider: Pubkey, epoch: u64) -> Option<&Versioned<Share>> {
        self.shares.get(&address::share(&provider, epoch))
    }

    /// What `owner` can claim.
    #[must_use]
    pub fn balance_of(&self, owner: Pubkey) -> Option<&Versioned<Balance>> {
        self.balances.get(&address::balance(&self.key, &owner))
    }

    /// An earlier audit with which one of `root` by `authority` would refute the run: it differs, with the same root, and
    /// is another verifier's.
    #[must_use]
    pub fn matching_audit(&self, run: Pubkey, root: [u8; 32], authority: Pubkey) -> Option<&Versioned<Audit>> {
        self.audits_of(run).find(|audit| audit.state == AuditState::Differs { root } && audit.authority != authority)
    }

    /// Whether something newer than `slot` is known about `key`, be it content or absence.
    #[must_use]
    pub fn knows_newer(&self, key: Pubkey, slot: u64) -> bool {
        self.gone.get(&key).or_else(|| self.slot_of(&key)).is_some_and(|known| *known > slot)
    }

    /// Takes news in. False if nothing came of it: it was stale, or about another market.
    pub fn apply(&mut self, update: Update) -> bool {
        match update {
            Update::Account { key, slot, account } => self.put(key, slot, account),
            Update::Gone { key, slot } => self.remove(key, slot),
            Update::Listing { kind, slot, accounts } => self.list(kind, slot, accounts),
            Update::Moment(moment) => {
                let newer = moment.slot >= self.moment.slot && moment != self.moment;
                if newer {
                    self.moment = moment;
                }
                newer
            }
        }
    }

    fn put(&mut self, key: Pubkey, slot: u64, account: Account) -> bool {
        let foreign = account.market().unwrap_or(key) != self.key;
        if foreign || self.knows_newer(key, slot) {
            return false;
        }
        self.gone.remove(&key);
        self.slot = self.slot.max(slot);
        match account {
            Account::Market(data) => self.market = Some(Versioned { key, slot, data: *data }),
            Account::Provider(data) => drop(self.providers.insert(key, Versioned { key, slot, data: *data })),
            Account::Task(data) => drop(self.tasks.insert(key, Versioned { key, slot, data: *data })),
            Account::Run(data) => drop(self.runs.insert(key, Versioned { key, slot, data: *data })),
            Account::Audit(data) => drop(self.audits.insert(key, Versioned { key, slot, data: *data })),
            Account::Dispute(data) => drop(self.disputes.insert(key, Versioned { key, slot, data: *data })),
            Account::Pool(data) => drop(self.pools.insert(key, Versioned { key, slot, data: *data })),
            Account::Share(data) => drop(self.shares.insert(key, Versioned { key, slot, data: *data })),
            Account::Balance(data) => drop(self.balances.insert(key, Versioned { key, slot, data: *data })),
        }
        true
    }

    fn remove(&mut self, key: Pubkey, slot: u64) -> bool {
        if self.knows_newer(key, slot) {
            return false;
        }
        self.gone.insert(key, slot);
        self.slot = self.slot.max(slot);
        self.providers.remove(&key).is_some()
            | self.tasks.remove(&key).is_some()
            | self.runs.remove(&key).is_some()
            | self.audits.remove(&key).is_some()
            | self.disputes.remove(&key).is_some()
            | self.pools.remove(&key).is_some()
            | self.shares.remove(&key).is_some()
            | self.balances.remove(&key).is_some()
            | (self.key == key && self.market.take().is_some())
    }

    fn list(&mut self, kind: AccountKind, slot: u64, accounts: Vec<(Pubkey, Account)>) -> bool {
        // Only what is known from an earlier slot can be missed: something of this very slot may be younger than the list.
        let mut missing: BTreeSet<Pubkey> = match kind {
            AccountKind::Provider => older(&self.providers, slot),
            AccountKind::Task => older(&self.tasks, slot),
            AccountKind::Run => older(&self.runs, slot),
            AccountKind::Audit => older(&self.audits, slot),
            AccountKind::Dispute => older(&self.disputes, slot),
            AccountKind::Pool => older(&self.pools, slot),
            AccountKind::Share => older(&self.shares, slot),
            AccountKind::Balance => older(&self.balances, slot),
        };
        let mut news = false;
        for (key, account) in accounts {
            if account.kind() == Some(kind) {
                missing.remove(&key);
                news |= self.put(key, slot, account);
            }
        }
        for key in missing {
            news |= self.remove(key, slot);
        }
        self.slot = self.slot.max(slot);
        let listed = self.listed.entry(kind).or_default();
        *listed = slot.max(*listed);
        self.gone.retain(|_, gone| gone.saturating_add(REMEMBERED_SLOTS) > slot);
        news
    }

    fn slot_of(&self, key: &Pubkey) -> Option<&u64> {
        let market = self.market.as_ref().filter(|market| market.key == *key).map(|market| &market.slot);
        market
            .or_else(|| self.providers.get(key).map(|account| &account.slot))
            .or_else(|| self.tasks.get(key).map(|account| &account.slot))
            .or_else(|| self.runs.get(key).map(|account| &account.slot))
            .or_else(|| self.audits.get(key).map(|account| &account.slot))
            .or_else(|| self.disputes.get(key).map(|account| &account.slot))
            .or_else(|| self.pools.get(key).map(|account| &account.slot))
            .or_else(|| self.shares.get(key).map(|account| &account.slot))
            .or_else(|| self.balances.get(key).map(|account| &account.slot))
    }
}

fn older<T>(accounts: &BTreeMap<Pubkey, Versioned<T>>, slot: u64) -> BTreeSet<Pubkey> {
    accounts.values().filter(|account| account.slot < slot).map(|account| account.key).collect()
}
