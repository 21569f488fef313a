//! What the jobs of every agent need: data in, transactions out.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tessera_chain::{
    Chain, ChainError, Keypair, Market, Outgoing, Pubkey, Receipt, Signer, SlotHash, Task, Versioned, World, address,
    crank, done_since, ix,
};
use tessera_compute::{ContentId, Root};

use crate::config::NodeTuning;
use crate::errands::{Errand, ErrandEnd};
use crate::fetch::{TaskClaims, TaskInputs, fetch_task};
use crate::fetch_error::FetchError;
use crate::fleet::Fleet;
use crate::journal::{Journal, JournalError};
use crate::secrets::Secrets;
use crate::store::{ContentStore, Stores};
use crate::tickets::Tickets;

/// Shared by all jobs of one agent; clones share everything.
#[derive(Clone)]
pub struct Workbench {
    /// What computes.
    pub fleet: Fleet,
    /// What agents have in common.
    pub node: NodeTuning,
    chain: Arc<dyn Chain>,
    keypair: Arc<Keypair>,
    stores: Arc<Stores>,
    journal: Journal,
}

impl fmt::Debug for Workbench {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workbench").field("authority", &self.authority()).finish_non_exhaustive()
    }
}

impl Workbench {
    /// Opens the journal at `journal` and logs what an earlier process left open in it. `own` are the operator's stores.
    ///
    /// # Errors
    /// [`JournalError`]: not usable, or in use.
    pub fn open(
        chain: Arc<dyn Chain>,
        keypair: Keypair,
        fleet: Fleet,
        journal: &Path,
        own: Vec<ContentStore>,
        node: NodeTuning,
    ) -> Result<Self, JournalError> {
        let (journal, open) = Journal::open(journal)?;
        for entry in open {
            tracing::info!(
                subject = entry.subject,
                action = entry.action,
                "an earlier process did not see the end of this; the chain decides"
            );
        }
        let stores = Arc::new(Stores::new(own, node.fetch_from.clone()));
        let fleet = fleet.with_tuning(&node);
        Ok(Self { fleet, node, chain, keypair: Arc::new(keypair), stores, journal })
    }

    /// Who signs.
    pub fn authority(&self) -> Pubkey {
        self.keypair.pubkey()
    }

    /// Fetches a task's data and checks them against its terms, and against what this machine can do within `window`.
    ///
    /// # Errors
    /// [`FetchError`]; its [`remedy`](FetchError::remedy) tells whether to come back.
    pub async fn fetch(&self, task: &Task, window: Duration) -> Result<TaskInputs, FetchError> {
        let terms = &task.terms;
        let claims = TaskClaims {
            manifest_id: ContentId(terms.manifest_id),
            graph_root: Root(terms.graph_root),
            inputs_root: Root(terms.inputs_root),
            op_count: terms.op_count,
            output_count: terms.output_count,
        };
        let store = self.stores.at(&terms.manifest_locator)?;
        fetch_task(&store, &claims, |graph| self.fleet.check(graph, window)).await
    }

    /// Journals the intent at the cluster's time `at`, then sends.
    ///
    /// # Errors
    /// [`ChainError`]; a journal that cannot be written is [`ChainError::Config`], which is fatal.
    pub async fn send(&self, outgoing: Outgoing, subject: Pubkey, at: i64) -> Result<Receipt, ChainError> {
        let label = outgoing.label.clone();
        let signers = [self.keypair.as_ref()];
        let sending = self.chain.send(outgoing, &signers);
        self.journal
            .around(at, &label, subject.to_string(), sending, |receipt| receipt.signature.to_string())
            .await
            .unwrap_or_else(|error| Err(ChainError::Config { reason: error.to_string() }))
    }

    /// Sends an errand, with what it needs before it, in order; not if somebody else has sent it meanwhile. Returns the receipt
    /// of the errand itself.
    ///
    /// # Errors
    /// [`ChainError`] of the first transaction that did not land; those after it are not sent.
    pub async fn run_errand(&self, world: &World, errand: &Errand) -> Result<ErrandEnd, ChainError> {
        let (subject, outgoing) = match errand {
            Errand::Due(due) => {
                if let Some(slot) = done_since(self.chain.as_ref(), world, due.crank).await? {
                    return Ok(ErrandEnd::Found(slot));
                }
                let subject = due.crank.run().or(due.crank.task()).unwrap_or(world.market_key());
                (subject, crank(self.chain.as_ref(), world, due, self.authority()).await?)
            }
            Errand::OpenShare { epoch } => self.share(world, *epoch).await?,
            Errand::ClaimBalance { balance } => self.balance(world, *balance).await?,
            Errand::Commit { verifier, hour } => self.commitment(world, *verifier, *hour).await?,
        };
        let mut last = Err(ChainError::NotFound { what: "transition".to_owned(), key: subject });
        for outgoing in outgoing {
            last = Ok(ErrandEnd::Landed(self.send(outgoing, subject, world.moment.unix).await?));
        }
        last
    }

    /// Opens this provider's share, and the epoch's books where they are missing.
    async fn share(&self, world: &World, epoch: u64) -> Result<(Pubkey, Vec<Outgoing>), ChainError> {
        let (market, payer) = (market(world)?, self.authority());
        let provider = address::provider(&market.key, &payer);
        let mut instructions = Vec::new();
        let pool = address::pool(&market.key, epoch);
        if world.pool(epoch).is_none() && self.chain.pool(pool).await?.is_none() {
            instructions.push(ix::pool_open(payer, market, epoch));
        }
        instructions.push(ix::share_open(payer, market.key, provider, epoch));
        Ok((address::share(&provider, epoch), vec![Outgoing::new("share_open", instructions)]))
    }

    /// Claims a balance into a token account of its owner that can receive, made here if there is none.
    async fn balance(&self, world: &World, key: Pubkey) -> Result<(Pubkey, Vec<Outgoing>), ChainError> {
        let (market, owner) = (market(world)?, self.authority());
        let missing = |what: &str, key| ChainError::NotFound { what: what.to_owned(), key };
        let balance = world.balances.get(&key).ok_or_else(|| missing("balance", key))?;
        let accounts = self.chain.token_accounts(owner, market.mint).await?;
        let own = address::market_token(&owner, market);
        let usable = accounts.iter().filter(|account| account.can_receive()).map(|account| account.key);
        let mut instructions = Vec::new();
        let to = match usable.min_by_key(|key| (*key != own, *key)) {
            Some(to) => to,
            None if self.chain.token_balance(own).await?.is_some() => {
                return Err(missing("token account of this wallet that can receive", own));
            }
            None => {
                instructions.push(ix::ata_create(owner, owner, market.mint, market.token_program));
                own
            }
        };
        instructions.push(ix::balance_claim(market, balance, to));
        Ok((key, vec![Outgoing::new("balance_claim", instructions)]))
    }

    async fn commitment(
        &self,
        world: &World,
        verifier: Pubkey,
        hour: i64,
    ) -> Result<(Pubkey, Vec<Outgoing>), ChainError> {
        let secrets = self.secrets();
        // A year of hashes would hold up the async workers.
        let derived = tokio::task::spawn_blocking(move || Tickets::derive(&secrets, &verifier, hour).commitment());
        let chain = derived.await.map_err(|lost| ChainError::Config { reason: format!("no ticket chain: {lost}") })?;
        let instruction = ix::verifier_commit(self.authority(), world.market_key(), chain);
        Ok((verifier, vec![Outgoing::new("verifier_commit", [instruction])]))
    }

    /// What a token account has; nothing if it is not there.
    ///
    /// # Errors
    /// [`ChainError`]: it was not read.
    pub async fn token_balance(&self, account: Pubkey) -> Result<u64, ChainError> {
        Ok(self.chain.token_balance(account).await?.map_or(0, |account| account.amount))
    }

    /// Whether there is an account at `key`.
    ///
    /// # Errors
    /// [`ChainError`]: it was not read.
    pub async fn has_account(&self, key: Pubkey) -> Result<bool, ChainError> {
        self.chain.account_exists(key).await
    }

    /// What can be derived from the authority's key.
    pub fn secrets(&self) -> Secrets {
        Secrets::new(self.keypair.clone())
    }

    /// The slot hash that `slot` is drawn with.
    ///
    /// # Errors
    /// [`ChainError`]: it was not read.
    pub async fn slot_hash(&self, slot: u64) -> Result<SlotHash, ChainError> {
        self.chain.slot_hash(slot).await
    }
}

fn market(world: &World) -> Result<&Versioned<Market>, ChainError> {
    let missing = || ChainError::NotFound { what: "market".to_owned(), key: world.market_key() };
    world.market.as_ref().ok_or_else(missing)
}
