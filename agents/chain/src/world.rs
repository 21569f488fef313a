//! What an agent knows of one market, kept free of stale answers.

use std::collections::{BTreeMap, BTreeSet};

use anchor_lang::Discriminator;
use anchor_lang::prelude::Pubkey;
use tessera::state::{Audit, Market, Moment, Provider, Run, Task, Verdict};

use crate::error::ChainError;
use crate::versioned::{Versioned, decode};

/// How long a closed account is remembered, in slots: longer than an endpoint may lag and still be listened to.
const REMEMBERED_SLOTS: u64 = 1_500;

/// An account that belongs to a market.
#[derive(Clone, Debug)]
pub enum Account {
    /// The market itself.
    Market(Box<Market>),
    /// A provider or verifier.
    Provider(Box<Provider>),
    /// A task.
    Task(Box<Task>),
    /// A run.
    Run(Box<Run>),
    /// An audit.
    Audit(Box<Audit>),
}

/// The kinds of accounts that a world holds many of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccountKind {
    /// Providers and verifiers.
    Provider,
    /// Tasks.
    Task,
    /// Runs.
    Run,
    /// Audits.
    Audit,
}

impl AccountKind {
    /// All kinds, in the order in which accounts come into being.
    pub const ALL: [Self; 4] = [Self::Provider, Self::Task, Self::Run, Self::Audit];

    /// The first bytes of every account of this kind.
    #[must_use]
    pub fn discriminator(self) -> &'static [u8] {
        match self {
            Self::Provider => Provider::DISCRIMINATOR,
            Self::Task => Task::DISCRIMINATOR,
            Self::Run => Run::DISCRIMINATOR,
            Self::Audit => Audit::DISCRIMINATOR,
        }
    }
}

impl Account {
    /// Decodes any account of the program that a world holds; `None` for other kinds (models, kinds of later versions).
    ///
    /// # Errors
    /// [`ChainError::Decode`] if the discriminator is known and the rest does not fit.
    pub fn decode(key: Pubkey, bytes: &[u8]) -> Result<Option<Self>, ChainError> {
        if bytes.starts_with(Market::DISCRIMINATOR) {
            return decode(key, bytes).map(|account| Some(Self::Market(Box::new(account))));
        }
        let Some(kind) = AccountKind::ALL.into_iter().find(|kind| bytes.starts_with(kind.discriminator())) else {
            return Ok(None);
        };
        Ok(Some(match kind {
            AccountKind::Provider => Self::Provider(Box::new(decode(key, bytes)?)),
            AccountKind::Task => Self::Task(Box::new(decode(key, bytes)?)),
            AccountKind::Run => Self::Run(Box::new(decode(key, bytes)?)),
            AccountKind::Audit => Self::Audit(Box::new(decode(key, bytes)?)),
        }))
    }
}

/// News about a market.
#[derive(Clone, Debug)]
pub enum Update {
    /// An account has this content at this slot.
    Account {
        /// Its address.
        key: Pubkey,
        /// The slot of the answer.
        slot: u64,
        /// Its content.
        account: Account,
    },
    /// There is no such account at this slot.
    Gone {
        /// Its address.
        key: Pubkey,
        /// The slot of the answer.
        slot: u64,
    },
    /// All accounts of a kind at this slot; what is known from before and not listed is gone.
    Listing {
        /// The kind.
        kind: AccountKind,
        /// The slot of the answer.
        slot: u64,
        /// The accounts; those of another kind are ignored.
        accounts: Vec<(Pubkey, Account)>,
    },
    /// The chain's clock.
    Moment(Moment),
}

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
    /// Runs. They name no market: reach them from a task through [`World::runs_of`].
    pub runs: BTreeMap<Pubkey, Versioned<Run>>,
    /// Audits: reach them from a run through [`World::audits_of`].
    pub audits: BTreeMap<Pubkey, Versioned<Audit>>,
    gone: BTreeMap<Pubkey, u64>,
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
            gone: BTreeMap::new(),
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

    /// The runs of a task.
    pub fn runs_of(&self, task: Pubkey) -> impl Iterator<Item = &Versioned<Run>> {
        self.runs.values().filter(move |run| run.task == task)
    }

    /// The audits of a run.
    pub fn audits_of(&self, run: Pubkey) -> impl Iterator<Item = &Versioned<Audit>> {
        self.audits.values().filter(move |audit| audit.run == run)
    }

    /// An earlier audit with which one of `root` by `authority` would refute the run: it differs, with the same root, and
    /// is another verifier's.
    #[must_use]
    pub fn matching_audit(&self, run: Pubkey, root: [u8; 32], authority: Pubkey) -> Option<&Versioned<Audit>> {
        self.audits_of(run)
            .find(|audit| audit.verdict == Verdict::Differs && audit.root == root && audit.authority != authority)
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
        if self.is_foreign(key, &account) || self.knows_newer(key, slot) {
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
            | (self.key == key && self.market.take().is_some())
    }

    fn list(&mut self, kind: AccountKind, slot: u64, accounts: Vec<(Pubkey, Account)>) -> bool {
        // Only what is known from an earlier slot can be missed: something of this very slot may be younger than the list.
        let mut missing: BTreeSet<Pubkey> = match kind {
            AccountKind::Provider => older(&self.providers, slot),
            AccountKind::Task => older(&self.tasks, slot),
            AccountKind::Run => older(&self.runs, slot),
            AccountKind::Audit => older(&self.audits, slot),
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
        self.gone.retain(|_, gone| gone.saturating_add(REMEMBERED_SLOTS) > slot);
        news
    }

    fn is_foreign(&self, key: Pubkey, account: &Account) -> bool {
        match account {
            Account::Market(_) => key != self.key,
            Account::Provider(provider) => provider.market != self.key,
            Account::Task(task) => task.terms.market != self.key,
            Account::Run(_) | Account::Audit(_) => false,
        }
    }

    fn slot_of(&self, key: &Pubkey) -> Option<&u64> {
        let market = self.market.as_ref().filter(|market| market.key == *key).map(|market| &market.slot);
        market
            .or_else(|| self.providers.get(key).map(|account| &account.slot))
            .or_else(|| self.tasks.get(key).map(|account| &account.slot))
            .or_else(|| self.runs.get(key).map(|account| &account.slot))
            .or_else(|| self.audits.get(key).map(|account| &account.slot))
    }
}

impl Account {
    fn kind(&self) -> Option<AccountKind> {
        match self {
            Self::Market(_) => None,
            Self::Provider(_) => Some(AccountKind::Provider),
            Self::Task(_) => Some(AccountKind::Task),
            Self::Run(_) => Some(AccountKind::Run),
            Self::Audit(_) => Some(AccountKind::Audit),
        }
    }
}

fn older<T>(accounts: &BTreeMap<Pubkey, Versioned<T>>, slot: u64) -> BTreeSet<Pubkey> {
    accounts.values().filter(|account| account.slot < slot).map(|account| account.key).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::fake::fixture::{self, key};

    const MARKET: u8 = 1;
    const TASK: u8 = 2;

    fn world() -> World {
        World::new(key(MARKET))
    }

    fn account(nonce: u64) -> Account {
        Account::Task(Box::new(fixture::task(key(MARKET), key(9), nonce)))
    }

    fn task(slot: u64, nonce: u64) -> Update {
        Update::Account { key: key(TASK), slot, account: account(nonce) }
    }

    fn nonce(world: &World) -> Option<u64> {
        world.tasks.get(&key(TASK)).map(|task| task.terms.nonce)
    }

    #[test]
    fn the_higher_slot_wins_in_whatever_order_answers_come() {
        let mut world = world();
        assert!(world.apply(task(10, 1)));
        assert!(!world.apply(task(9, 2)), "stale");
        assert_eq!(nonce(&world), Some(1));
        assert!(world.apply(task(11, 3)));
        assert_eq!((nonce(&world), world.slot()), (Some(3), 11));
    }

    #[test]
    fn of_one_slot_the_later_to_arrive_wins() {
        let mut world = world();
        world.apply(task(10, 1));
        assert!(world.apply(task(10, 2)));
        assert_eq!(nonce(&world), Some(2));
    }

    #[test]
    fn a_closed_account_does_not_come_back_by_a_late_answer() {
        let mut world = world();
        world.apply(task(10, 1));
        assert!(world.apply(Update::Gone { key: key(TASK), slot: 12 }));
        assert!(!world.apply(task(11, 1)));
        assert!(world.knows_newer(key(TASK), 11));
        assert_eq!(nonce(&world), None);
        assert!(world.apply(task(13, 2)), "the address is used again");
        assert_eq!(nonce(&world), Some(2));
        assert!(!world.apply(Update::Gone { key: key(TASK), slot: 12 }), "stale");
    }

    #[test]
    fn a_listing_finds_what_is_gone_but_only_what_is_older_than_it() {
        let listing = |slot, accounts| Update::Listing { kind: AccountKind::Task, slot, accounts };
        let mut world = world();
        world.apply(task(10, 1));
        assert!(!world.apply(listing(9, vec![])), "stale");
        assert!(!world.apply(listing(10, vec![])), "it may have come within this slot");
        assert_eq!(nonce(&world), Some(1));
        assert!(world.apply(listing(11, vec![(key(TASK), account(2))])));
        assert_eq!(nonce(&world), Some(2));
        assert!(world.apply(listing(12, vec![])));
        assert_eq!(nonce(&world), None);
        assert!(!world.apply(task(11, 3)), "closed since");
    }

    #[test]
    fn a_listing_of_one_kind_leaves_the_others() {
        let mut world = world();
        world.apply(task(10, 1));
        world.apply(Update::Listing { kind: AccountKind::Run, slot: 20, accounts: vec![(key(3), account(5))] });
        assert_eq!((nonce(&world), world.tasks.len()), (Some(1), 1));
    }

    #[test]
    fn what_is_closed_for_long_is_forgotten() {
        let mut world = world();
        world.apply(Update::Gone { key: key(TASK), slot: 10 });
        world.apply(Update::Listing { kind: AccountKind::Task, slot: 10 + REMEMBERED_SLOTS, accounts: vec![] });
        assert!(!world.knows_newer(key(TASK), 9));
    }

    #[test]
    fn other_markets_accounts_are_not_taken_in() {
        let mut world = world();
        let foreign = Account::Task(Box::new(fixture::task(key(7), key(9), 1)));
        assert!(!world.apply(Update::Account { key: key(TASK), slot: 1, account: foreign }));
        let other = Account::Market(Box::new(fixture::market(key(9), key(8))));
        assert!(!world.apply(Update::Account { key: key(7), slot: 1, account: other.clone() }));
        assert!(world.apply(Update::Account { key: key(MARKET), slot: 1, account: other }));
        assert!(world.market.is_some() && world.tasks.is_empty());
    }

    #[test]
    fn the_clock_never_runs_backwards() {
        let mut world = world();
        assert!(world.apply(Update::Moment(fixture::moment(10))));
        assert!(!world.apply(Update::Moment(fixture::moment(9))));
        assert!(!world.apply(Update::Moment(fixture::moment(10))), "no news");
        assert_eq!(world.moment, fixture::moment(10));
    }

    #[test]
    fn a_matching_audit_is_anothers_with_the_same_differing_root() {
        let mut world = world();
        let (run, mine, other) = (key(3), key(4), key(5));
        let put = |world: &mut World, at: u8, authority, root, verdict| {
            let audit = fixture::audit(run, key(MARKET), authority, root, verdict);
            world.apply(Update::Account { key: key(at), slot: 1, account: Account::Audit(Box::new(audit)) });
        };
        put(&mut world, 20, other, [1; 32], Verdict::Agrees);
        put(&mut world, 21, mine, [2; 32], Verdict::Differs);
        put(&mut world, 22, other, [3; 32], Verdict::Differs);
        assert!(world.matching_audit(run, [1; 32], mine).is_none(), "it agrees with the run");
        assert!(world.matching_audit(run, [2; 32], mine).is_none(), "it is my own");
        assert_eq!(world.matching_audit(run, [3; 32], mine).unwrap().key, key(22));
    }
}
