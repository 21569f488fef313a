//! The jobs of a verifier: what runs beside the loop, one transaction or one computation each.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tessera_chain::due::Due;
use tessera_chain::{Chain, ChainError, Keypair, Outgoing, Pubkey, Receipt, Signer, Task, Versioned, World, crank, ix};
use tessera_compute::{Backend, Cancel, ContentId, Root};
use tessera_node::{FetchError, Journal, NodeTuning, Stores, TaskClaims, TaskInputs, execute, fetch_task};

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
    Execute,
    Post { run: Pubkey, root: [u8; 32] },
    Crank(Due),
}

/// What jobs return.
pub(crate) enum Done {
    Fetched(Result<TaskInputs, FetchError>),
    Executed(Result<Root, WorkError>),
    Sent(Result<Receipt, ChainError>),
}

/// What jobs need, shared by all of them.
#[derive(Clone)]
pub(crate) struct Bench {
    pub chain: Arc<dyn Chain>,
    pub keypair: Arc<Keypair>,
    pub backend: Arc<dyn Backend>,
    pub journal: Journal,
    pub stores: Arc<Stores>,
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
        let window = Duration::from_secs(terms.windows.audit_seconds.into());
        let capacity = self.node.capacity(window);
        let fetched = match self.stores.at(&terms.manifest_locator) {
            Ok(store) => fetch_task(&store, &claims, &capacity).await,
            Err(error) => Err(error.into()),
        };
        Done::Fetched(fetched)
    }

    /// Computes the outputs' root. One that differs from the run's is computed a second time before anything is staked on
    /// it: a passing fault of this machine must not cost its operator a lock.
    pub async fn execute(self, inputs: Arc<TaskInputs>, claimed: Root, cancel: Cancel) -> Done {
        Done::Executed(self.execute_surely(inputs, claimed, cancel).await)
    }

    async fn execute_surely(self, inputs: Arc<TaskInputs>, claimed: Root, cancel: Cancel) -> Result<Root, WorkError> {
        let first = execute(self.backend.clone(), inputs.clone(), cancel.clone()).await?.root;
        if first == claimed {
            return Ok(first);
        }
        let second = execute(self.backend.clone(), inputs, cancel).await?.root;
        if first == second { Ok(first) } else { Err(WorkError::Unstable { first, second }) }
    }

    /// Posts an audit. `matching`: an earlier audit that found the same.
    pub async fn post(
        self,
        task: Versioned<Task>,
        run: Pubkey,
        root: [u8; 32],
        matching: Option<Pubkey>,
        at: i64,
    ) -> Done {
        let instruction = ix::audit_post(self.keypair.pubkey(), &task, run, root, matching);
        let outgoing = Outgoing::new("audit_post", [instruction]);
        Done::Sent(self.send(outgoing, run, at).await)
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
