//! A chain in memory for tests of agents: accounts are put there by hand, transactions are recorded, failures are ordered.
//!
//! It runs no program. A test that needs the program's behaviour runs it in the tests' harness; a test of an agent says
//! here what the chain shows, and what a transaction does, with [`FakeChain::on_send`].

pub mod fixture;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anchor_lang::prelude::Pubkey;
use async_trait::async_trait;
use solana_keypair::Keypair;
use solana_signature::Signature;
use solana_signer::Signer;
use tessera::state::{Audit, Market, Model, Moment, Provider, Run, Task};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use crate::chain::{Chain, Details, MintInfo, Outgoing, Receipt, Recorded, Simulated, TokenBalance};
use crate::error::ChainError;
use crate::feed::Feed;
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
    failures: VecDeque<ChainError>,
    send_failures: VecDeque<ChainError>,
    sent: Vec<Outgoing>,
    recorded: Vec<(Vec<Pubkey>, Recorded)>,
    feeds: Vec<Arc<watch::Sender<Arc<World>>>>,
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
            failures: VecDeque::new(),
            send_failures: VecDeque::new(),
            sent: Vec::new(),
            recorded: Vec::new(),
            feeds: Vec::new(),
        }
    }
}

#[derive(Clone)]
enum Stored {
    Watched(Account),
    Model(Model),
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

    fn all<T>(&self, pick: impl Fn(&Stored) -> Option<T>) -> Vec<Versioned<T>> {
        let found = self.accounts.iter().filter_map(|(key, (_, stored))| Some((*key, pick(stored)?)));
        found.map(|(key, data)| Versioned { key, slot: self.slot, data }).collect()
    }
}

macro_rules! pick {
    ($account:ident) => {
        |stored: &Stored| match stored {
            Stored::Watched(Account::$account(data)) => Some((**data).clone()),
            _ => None,
        }
    };
}

fn pick_model(stored: &Stored) -> Option<Model> {
    match stored {
        Stored::Model(model) => Some(model.clone()),
        Stored::Watched(_) => None,
    }
}

#[async_trait]
impl Chain for FakeChain {
    async fn moment(&self) -> Result<Moment, ChainError> {
        Ok(self.answer()?.moment)
    }

    async fn market(&self, key: Pubkey) -> Result<Option<Versioned<Market>>, ChainError> {
        self.answer()?.read(key, "market", pick!(Market))
    }

    async fn provider(&self, key: Pubkey) -> Result<Option<Versioned<Provider>>, ChainError> {
        self.answer()?.read(key, "provider", pick!(Provider))
    }

    async fn model(&self, key: Pubkey) -> Result<Option<Versioned<Model>>, ChainError> {
        self.answer()?.read(key, "model", pick_model)
    }

    async fn task(&self, key: Pubkey) -> Result<Option<Versioned<Task>>, ChainError> {
        self.answer()?.read(key, "task", pick!(Task))
    }

    async fn run(&self, key: Pubkey) -> Result<Option<Versioned<Run>>, ChainError> {
        self.answer()?.read(key, "run", pick!(Run))
    }

    async fn audit(&self, key: Pubkey) -> Result<Option<Versioned<Audit>>, ChainError> {
        self.answer()?.read(key, "audit", pick!(Audit))
    }

    async fn markets(&self) -> Result<Vec<Versioned<Market>>, ChainError> {
        Ok(self.answer()?.all(pick!(Market)))
    }

    async fn providers(&self, market: Pubkey) -> Result<Vec<Versioned<Provider>>, ChainError> {
        let mut all = self.answer()?.all(pick!(Provider));
        all.retain(|provider| provider.market == market);
        Ok(all)
    }

    async fn tasks(&self, market: Pubkey) -> Result<Vec<Versioned<Task>>, ChainError> {
        let mut all = self.answer()?.all(pick!(Task));
        all.retain(|task| task.terms.market == market);
        Ok(all)
    }

    async fn runs(&self, task: Pubkey) -> Result<Vec<Versioned<Run>>, ChainError> {
        let mut all = self.answer()?.all(pick!(Run));
        all.retain(|run| run.task == task);
        Ok(all)
    }

    async fn audits(&self, run: Pubkey) -> Result<Vec<Versioned<Audit>>, ChainError> {
        let mut all = self.answer()?.all(pick!(Audit));
        all.retain(|audit| audit.run == run);
        Ok(all)
    }

    async fn lamports(&self, key: Pubkey) -> Result<u64, ChainError> {
        Ok(self.answer()?.lamports.get(&key).copied().unwrap_or(0))
    }

    async fn account_exists(&self, key: Pubkey) -> Result<bool, ChainError> {
        let state = self.answer()?;
        Ok(state.accounts.contains_key(&key)
            || state.lamports.contains_key(&key)
            || state.tokens.contains_key(&key)
            || state.mints.contains_key(&key))
    }

    async fn token_balance(&self, key: Pubkey) -> Result<Option<TokenBalance>, ChainError> {
        Ok(self.answer()?.tokens.get(&key).copied())
    }

    async fn token_accounts(&self, owner: Pubkey, mint: Pubkey) -> Result<Vec<TokenBalance>, ChainError> {
        let state = self.answer()?;
        Ok(state.tokens.values().filter(|token| token.owner == owner && token.mint == mint).copied().collect())
    }

    async fn mint(&self, key: Pubkey) -> Result<Option<MintInfo>, ChainError> {
        Ok(self.answer()?.mints.get(&key).copied())
    }

    async fn rent_exempt(&self, bytes: usize) -> Result<u64, ChainError> {
        drop(self.answer()?);
        // 128 bytes of overhead, 3,480 lamports per byte-year, two years.
        Ok(u64::try_from(bytes).unwrap_or(u64::MAX).saturating_add(128).saturating_mul(6_960))
    }

    async fn simulate(&self, _outgoing: &Outgoing, _payer: Pubkey) -> Result<Simulated, ChainError> {
        drop(self.answer()?);
        Ok(Simulated { compute_units: 0, events: Vec::new(), logs: Vec::new() })
    }

    async fn send(&self, outgoing: Outgoing, signers: &[&Keypair]) -> Result<Receipt, ChainError> {
        let signers: Vec<Pubkey> = signers.iter().map(|signer| signer.pubkey()).collect();
        let (number, failure) = {
            let mut state = self.answer()?;
            state.slot += 1;
            state.sent.push(outgoing.clone());
            (state.sent.len(), state.send_failures.pop_front())
        };
        let on_send = self.on_send.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // Outside the locks: an effect changes this chain.
        let outcome = match (failure, on_send) {
            (Some(error), _) => Err(error),
            (None, Some(effect)) => effect(self, &outgoing, &signers),
            (None, None) => Ok(()),
        };
        let mut bytes = [0; 64];
        bytes[..8].copy_from_slice(&u64::try_from(number).unwrap_or(u64::MAX).to_le_bytes());
        let signature = Signature::from(bytes);
        let mut state = self.lock();
        let slot = state.slot;
        let accounts = outgoing.instructions.iter().flat_map(|instruction| &instruction.accounts);
        let touched = accounts.map(|account| account.pubkey).chain(signers).collect();
        let (time, details) = (Some(state.moment.unix), Some(Details::default()));
        let error = outcome.as_ref().err().cloned();
        state.recorded.push((touched, Recorded { signature, slot, time, error, details: details.clone() }));
        outcome.map(|()| Receipt { signature, slot, details })
    }

    async fn history(&self, address: Pubkey, limit: usize) -> Result<Vec<Recorded>, ChainError> {
        let state = self.answer()?;
        let touching = state.recorded.iter().rev().filter(|(touched, _)| touched.contains(&address));
        Ok(touching.take(limit).map(|(_, recorded)| recorded.clone()).collect())
    }

    async fn watch(&self, market: Pubkey, cancel: CancellationToken) -> Result<Feed, ChainError> {
        let mut state = self.answer()?;
        let mut world = World::new(market);
        world.apply(Update::Moment(state.moment));
        for (key, (slot, stored)) in &state.accounts {
            if let Stored::Watched(account) = stored {
                world.apply(Update::Account { key: *key, slot: *slot, account: account.clone() });
            }
        }
        let (publish, receiver) = watch::channel(Arc::new(world));
        let publish = Arc::new(publish);
        state.feeds.push(Arc::clone(&publish));
        Ok(Feed::of(receiver, Arc::new(Notify::new()), cancel))
    }
}
