//! A chain in memory for tests of agents: accounts are put there by hand, transactions are recorded, failures are ordered.
//!
//! It runs no program. A test that needs the program's behaviour runs it in the tests' harness; a test of an agent says
//! here what the chain shows, and what a transaction does: with [`FakeChain::on_send`], or as the rules have it with
//! [`FakeChain::play`].

mod chain;
pub mod fixture;
mod program;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anchor_lang::prelude::Pubkey;
use tessera::state::{
    Audit, Balance, Buffer, Dispute, EpochPool, Market, Model, Moment, Provider, Run, Share, Task, v1,
};
use tokio::sync::watch;

use crate::chain::{MintInfo, Outdated, Outgoing, Recorded, TokenBalance};
use crate::error::ChainError;
use crate::event::Event;
use crate::versioned::Versioned;
use crate::world::{Account, Update, World};

/// What happens when something is sent; may change the chain it is given.
type OnSend = dyn Fn(&FakeChain, &Outgoing, &[Pubkey]) -> Result<(), ChainError> + Send + Sync;

/// See the module.
#[derive(Default)]
pub struct FakeChain {
    state: Mutex<State>,
    on_send: Mutex<Option<Arc<OnSend>>>,
}

struct State {
    slot: u64,
    moment: Moment,
    accounts: BTreeMap<Pubkey, (u64, Stored)>,
    lamports: BTreeMap<Pubkey, u64>,
    tokens: BTreeMap<Pubkey, TokenBalance>,
    mints: BTreeMap<Pubkey, MintInfo>,
    outdated: Vec<Outdated>,
    outdated_markets: Vec<Versioned<v1::Market>>,
    /// By slot.
    slot_hashes: BTreeMap<u64, [u8; 32]>,
    failures: VecDeque<ChainError>,
    send_failures: VecDeque<ChainError>,
    sent: Vec<Outgoing>,
    recorded: Vec<(Vec<Pubkey>, Recorded)>,
    feeds: Vec<Arc<watch::Sender<Arc<World>>>>,
    emitted: Vec<Event>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            slot: 0,
            moment: Moment { unix: 0, slot: 0 },
            accounts: BTreeMap::new(),
            lamports: BTreeMap::new(),
            tokens: BTreeMap::new(),
            mints: BTreeMap::new(),
            outdated: Vec::new(),
            outdated_markets: Vec::new(),
            slot_hashes: BTreeMap::new(),
            failures: VecDeque::new(),
            send_failures: VecDeque::new(),
            sent: Vec::new(),
            recorded: Vec::new(),
            feeds: Vec::new(),
            emitted: Vec::new(),
        }
    }
}

#[derive(Clone)]
enum Stored {
    Watched(Account),
    Model(Model),
    Buffer(Buffer),
}

impl FakeChain {
    /// An empty chain at time zero.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the chain's clock.
    pub fn set_moment(&self, moment: Moment) {
        let mut state = self.lock();
        state.slot = state.slot.max(moment.slot);
        state.moment = moment;
        state.publish(Update::Moment(moment));
    }

    /// Puts a market at `key`, in a new slot.
    pub fn put_market(&self, key: Pubkey, market: Market) {
        self.put(key, Account::Market(Box::new(market)));
    }

    /// Puts a provider at `key`, in a new slot.
    pub fn put_provider(&self, key: Pubkey, provider: Provider) {
        self.put(key, Account::Provider(Box::new(provider)));
    }

    /// Puts a task at `key`, in a new slot.
    pub fn put_task(&self, key: Pubkey, task: Task) {
        self.put(key, Account::Task(Box::new(task)));
    }

    /// Puts a run at `key`, in a new slot.
    pub fn put_run(&self, key: Pubkey, run: Run) {
        self.put(key, Account::Run(Box::new(run)));
    }

    /// Puts an audit at `key`, in a new slot.
    pub fn put_audit(&self, key: Pubkey, audit: Audit) {
        self.put(key, Account::Audit(Box::new(audit)));
    }

    /// Puts a dispute at `key`, in a new slot.
    pub fn put_dispute(&self, key: Pubkey, dispute: Dispute) {
        self.put(key, Account::Dispute(Box::new(dispute)));
    }

    /// Puts a buffer at `key`, in a new slot.
    pub fn put_buffer(&self, key: Pubkey, buffer: Buffer) {
        let mut state = self.lock();
        state.slot += 1;
        let slot = state.slot;
        state.accounts.insert(key, (slot, Stored::Buffer(buffer)));
    }

    /// Puts the books of an epoch at `key`, in a new slot.
    pub fn put_pool(&self, key: Pubkey, pool: EpochPool) {
        self.put(key, Account::Pool(Box::new(pool)));
    }

    /// Puts a share at `key`, in a new slot.
    pub fn put_share(&self, key: Pubkey, share: Share) {
        self.put(key, Account::Share(Box::new(share)));
    }

    /// Puts a balance at `key`, in a new slot.
    pub fn put_balance(&self, key: Pubkey, balance: Balance) {
        self.put(key, Account::Balance(Box::new(balance)));
    }

    /// Sets all that the cluster recorded of past slots: slots and their hashes, in any order. At first it recorded nothing.
    pub fn set_slot_hashes(&self, hashes: &[(u64, [u8; 32])]) {
        self.lock().slot_hashes = hashes.iter().copied().collect();
    }

    /// Sets the accounts that still have layout version 1.
    pub fn set_outdated(&self, outdated: &[Outdated]) {
        self.lock().outdated = outdated.to_vec();
    }

    /// Sets the markets that still have layout version 1.
    pub fn set_outdated_markets(&self, markets: &[Versioned<v1::Market>]) {
        self.lock().outdated_markets = markets.to_vec();
    }

    /// Puts a model at `key`, in a new slot.
    pub fn put_model(&self, key: Pubkey, model: Model) {
        let mut state = self.lock();
        state.slot += 1;
        let slot = state.slot;
        state.accounts.insert(key, (slot, Stored::Model(model)));
    }

    /// Closes the account at `key`, in a new slot.
    pub fn remove(&self, key: Pubkey) {
        let mut state = self.lock();
        state.slot += 1;
        let slot = state.slot;
        state.accounts.remove(&key);
        state.publish(Update::Gone { key, slot });
    }

    /// Sets the lamports of a wallet.
    pub fn set_lamports(&self, key: Pubkey, lamports: u64) {
        self.lock().lamports.insert(key, lamports);
    }

    /// Puts a token account at its key.
    pub fn put_token(&self, balance: TokenBalance) {
        self.lock().tokens.insert(balance.key, balance);
    }

    /// Puts a mint at its key.
    pub fn put_mint(&self, mint: MintInfo) {
        self.lock().mints.insert(mint.key, mint);
    }

    /// The next call of any method fails so; several queue up.
    pub fn fail_next(&self, error: ChainError) {
        self.lock().failures.push_back(error);
    }

    /// The next transaction sent fails so, and is recorded as sent all the same; several queue up.
    pub fn fail_next_send(&self, error: ChainError) {
        self.lock().send_failures.push_back(error);
    }

    /// What a transaction does from now on: `effect` gets this chain, the transaction and its signers, the payer first.
    pub fn on_send(
        &self,
        effect: impl Fn(&Self, &Outgoing, &[Pubkey]) -> Result<(), ChainError> + Send + Sync + 'static,
    ) {
        *self.on_send.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(effect));
    }

    /// Adds an event to the transaction that is being sent, or else to the next one.
    pub fn emit(&self, event: Event) {
        self.lock().emitted.push(event);
    }

    /// What was sent so far, failed or not.
    #[must_use]
    pub fn sent(&self) -> Vec<Outgoing> {
        self.lock().sent.clone()
    }

    /// The labels of what was sent so far.
    #[must_use]
    pub fn sent_labels(&self) -> Vec<String> {
        self.lock().sent.iter().map(|outgoing| outgoing.label.clone()).collect()
    }

    fn put(&self, key: Pubkey, account: Account) {
        let mut state = self.lock();
        state.slot += 1;
        let slot = state.slot;
        state.accounts.insert(key, (slot, Stored::Watched(account.clone())));
        state.publish(Update::Account { key, slot, account });
    }

    /// Puts all accounts back as they were; feeds see it as news.
    fn restore(&self, accounts: BTreeMap<Pubkey, (u64, Stored)>) {
        let mut state = self.lock();
        state.slot += 1;
        let slot = state.slot;
        let gone: Vec<_> = state.accounts.keys().filter(|key| !accounts.contains_key(key)).copied().collect();
        for key in gone {
            state.publish(Update::Gone { key, slot });
        }
        for (key, (_, stored)) in &accounts {
            if let Stored::Watched(account) = stored {
                state.publish(Update::Account { key: *key, slot, account: account.clone() });
            }
        }
        state.accounts = accounts;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A test that panicked while it held the lock has failed already.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state, unless a failure has been ordered.
    fn answer(&self) -> Result<MutexGuard<'_, State>, ChainError> {
        let mut state = self.lock();
        match state.failures.pop_front() {
            Some(error) => Err(error),
            None => Ok(state),
        }
    }
}

impl State {
    fn publish(&mut self, update: Update) {
        self.feeds.retain(|feed| feed.receiver_count() > 0);
        for feed in &self.feeds {
            feed.send_if_modified(|world| Arc::make_mut(world).apply(update.clone()));
        }
    }

    fn read<T>(
        &self,
        key: Pubkey,
        what: &str,
        pick: impl Fn(&Stored) -> Option<T>,
    ) -> Result<Option<Versioned<T>>, ChainError> {
        let Some((_, stored)) = self.accounts.get(&key) else { return Ok(None) };
        let reason = "it holds another account".to_owned();
        let data = pick(stored).ok_or(ChainError::Decode { what: what.to_owned(), key, reason })?;
        Ok(Some(Versioned { key, slot: self.slot, data }))
    }

    /// The account data of the SlotHashes sysvar.
    fn slot_hashes(&self) -> Vec<u8> {
        let mut data = u64::try_from(self.slot_hashes.len()).unwrap_or(u64::MAX).to_le_bytes().to_vec();
        for (slot, hash) in self.slot_hashes.iter().rev() {
            data.extend(slot.to_le_bytes());
            data.extend(hash);
        }
        data
    }

    fn all<T>(&self, pick: impl Fn(&Stored) -> Option<T>) -> Vec<Versioned<T>> {
        let found = self.accounts.iter().filter_map(|(key, (_, stored))| Some((*key, pick(stored)?)));
        found.map(|(key, data)| Versioned { key, slot: self.slot, data }).collect()
    }
}
