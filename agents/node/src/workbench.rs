//! What the jobs of every agent need: data in, transactions out.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tessera_chain::due::Due;
use tessera_chain::{Chain, ChainError, Keypair, Outgoing, Pubkey, Receipt, Signer, Task, Versioned, World, crank};
use tessera_compute::{ContentId, Root};

use crate::config::NodeTuning;
use crate::fetch::{TaskClaims, TaskInputs, fetch_task};
use crate::fetch_error::FetchError;
use crate::fleet::Fleet;
use crate::journal::{Journal, JournalError};
use crate::store::{ContentStore, Stores};

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

    /// Sends what is due for a task, in order. Returns the receipt of the transition itself.
    ///
    /// # Errors
    /// [`ChainError`] of the first transaction that did not land; those after it are not sent.
    pub async fn crank(&self, world: &World, task: &Versioned<Task>, due: &Due) -> Result<Receipt, ChainError> {
        let mut last = Err(ChainError::NotFound { what: "transition".to_owned(), key: task.key });
        for outgoing in crank(self.chain.as_ref(), world, task, due, self.authority()).await? {
            last = Ok(self.send(outgoing, task.key, world.moment.unix).await?);
        }
        last
    }
}
