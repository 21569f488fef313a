//! The jobs of a provider: what runs beside the loop, one transaction or one computation each.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tessera_chain::due::Due;
use tessera_chain::{Chain, ChainError, Keypair, Outgoing, Pubkey, Receipt, Signer, Task, Versioned, World, crank, ix};

use tessera_compute::{Backend, Cancel, ContentId, Root, encode_tensors};
use tessera_node::{
    ContentStore, ExecuteError, FetchError, Journal, Locator, Lost, NodeTuning, Stores, TaskClaims, TaskInputs,
    execute, fetch_task,
};

use crate::error::WorkError;

/// What tells jobs apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Job {
    pub task: Pubkey,
    pub terms: [u8; 32],
    pub kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Fetch,
    Claim,
    Execute,
    Submit,
    Crank(Due),
}

/// What jobs return.
pub(crate) enum Done {
    Fetched(Result<TaskInputs, FetchError>),
    Executed(Result<Stored, WorkError>),
    Sent(Result<Receipt, ChainError>),
}

/// Outputs that anyone can read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stored {
    pub root: Root,
    pub id: ContentId,
}

/// What jobs need, shared by all of them.
#[derive(Clone)]
pub(crate) struct Bench {
    pub chain: Arc<dyn Chain>,
    pub keypair: Arc<Keypair>,
    pub backend: Arc<dyn Backend>,
    pub journal: Journal,
    pub stores: Arc<Stores>,
    pub store: ContentStore,
    pub public_store: Locator,
    pub node: NodeTuning,
}

impl fmt::Debug for Bench {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bench").field("authority", &self.keypair.pubkey()).finish_non_exhaustive()
    }
}

impl Bench {
    pub async fn fetch(self, task: Versioned<Task>) -> Done {
        let terms = &task.terms;
        let claims = TaskClaims {
            manifest_id: ContentId(terms.manifest_id),
            graph_root: Root(terms.graph_root),
            inputs_root: Root(terms.inputs_root),
            op_count: terms.op_count,
            output_count: terms.output_count,
        };
        let window = Duration::from_secs(terms.windows.execution_seconds.into());
        let capacity = self.node.capacity(window);
        let fetched = match self.stores.at(&terms.manifest_locator) {
            Ok(store) => fetch_task(&store, &claims, &capacity).await,
            Err(error) => Err(error.into()),
        };
        Done::Fetched(fetched)
    }

    /// Computes and stores. A store that does not answer is asked again until the run is given up: the outputs are not
    /// computed twice for its sake.
    pub async fn execute(self, inputs: Arc<TaskInputs>, cancel: Cancel) -> Done {
        Done::Executed(self.execute_and_store(inputs, &cancel).await)
    }

    async fn execute_and_store(self, inputs: Arc<TaskInputs>, cancel: &Cancel) -> Result<Stored, WorkError> {
        let computed = execute(self.backend.clone(), inputs, cancel.clone()).await?;
        let root = computed.root;
        let encoding = tokio::task::spawn_blocking(move || encode_tensors(&computed.outputs));
        let bytes = encoding.await.map_err(|error| ExecuteError::from(Lost::from(error)))?;
        let bytes = bytes::Bytes::from(bytes);
        let mut failures = 0_u32;
        loop {
            match self.store.put(bytes.clone()).await {
                Ok(id) => return Ok(Stored { root, id }),
                Err(error) if !error.is_retryable() || cancel.is_cancelled() => return Err(error.into()),
                Err(error) => tracing::warn!(%error, stage = "store", "outputs not stored; trying again"),
            }
            failures = failures.saturating_add(1);
            tokio::time::sleep(self.node.backoff().delay(failures)).await;
        }
    }

    pub async fn claim(self, task: Versioned<Task>, at: i64) -> Done {
        let instruction = ix::task_claim(self.keypair.pubkey(), &task);
        let outgoing = Outgoing::new("task_claim", [instruction]);
        Done::Sent(self.send(outgoing, task.key, at).await)
    }

    pub async fn submit(self, task: Versioned<Task>, stored: Stored, at: i64) -> Done {
        let locator = self.public_store.to_string();
        let instruction = ix::run_submit(self.keypair.pubkey(), &task, stored.root.0, stored.id.0, locator);
        let outgoing = Outgoing::new("run_submit", [instruction]);
        Done::Sent(self.send(outgoing, task.key, at).await)
    }

    /// Sends what is due for a task.
    pub async fn crank(self, world: Arc<World>, task: Versioned<Task>, due: Due) -> Done {
        Done::Sent(self.crank_in_order(&world, &task, &due).await)
    }

    async fn crank_in_order(&self, world: &World, task: &Versioned<Task>, due: &Due) -> Result<Receipt, ChainError> {
        let cranker = self.keypair.pubkey();
        let mut last = Err(ChainError::NotFound { what: "transition".to_owned(), key: task.key });
        for outgoing in crank(self.chain.as_ref(), world, task, due, cranker).await? {
            last = Ok(self.send(outgoing, task.key, world.moment.unix).await?);
        }
        last
    }

    /// Journals the intent, then sends. A journal that cannot be written is [`ChainError::Config`], which is fatal.
    async fn send(&self, outgoing: Outgoing, subject: Pubkey, at: i64) -> Result<Receipt, ChainError> {
        let label = outgoing.label.clone();
        let signers = [self.keypair.as_ref()];
        let sending = self.chain.send(outgoing, &signers);
        self.journal
            .around(at, &label, subject.to_string(), sending, |receipt| receipt.signature.to_string())
            .await
            .unwrap_or_else(|error| Err(ChainError::Config { reason: error.to_string() }))
    }
}
