//! The jobs of a provider: what runs beside the loop, one transaction or one computation each.

use std::sync::Arc;
use std::time::Duration;

use tessera_chain::due::Due;
use tessera_chain::{ChainError, Outgoing, Pubkey, Receipt, Task, Versioned, World, ix};
use tessera_compute::{Cancel, ContentId, Root, encode_tensors};
use tessera_node::{ContentStore, Demand, ExecuteError, FetchError, Locator, Lost, Prefer, TaskInputs, Workbench};

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
    pub base: Workbench,
    pub store: ContentStore,
    pub public_store: Locator,
}

impl Bench {
    pub async fn fetch(self, task: Versioned<Task>) -> Done {
        let window = Duration::from_secs(task.terms.windows.execution_seconds.into());
        Done::Fetched(self.base.fetch(&task, window).await)
    }

    /// Computes and stores; the run must be submitted when `left` has passed. A store that does not answer is asked again until the run is given up: the outputs are not
    /// computed twice for its sake.
    pub async fn execute(self, inputs: Arc<TaskInputs>, left: Duration, cancel: Cancel) -> Done {
        Done::Executed(self.execute_and_store(inputs, left, &cancel).await)
    }

    async fn execute_and_store(
        self,
        inputs: Arc<TaskInputs>,
        left: Duration,
        cancel: &Cancel,
    ) -> Result<Stored, WorkError> {
        // The rest is for storing and submitting.
        let demand = Demand { left: left - left / 10, prefer: Prefer::Gpu };
        let computed = self.base.fleet.execute(inputs, demand, cancel.clone()).await?;
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
            tokio::time::sleep(self.base.node.backoff().delay(failures)).await;
        }
    }

    pub async fn claim(self, task: Versioned<Task>, at: i64) -> Done {
        let instruction = ix::task_claim(self.base.authority(), &task);
        let outgoing = Outgoing::new("task_claim", [instruction]);
        Done::Sent(self.base.send(outgoing, task.key, at).await)
    }

    pub async fn submit(self, task: Versioned<Task>, stored: Stored, at: i64) -> Done {
        let locator = self.public_store.to_string();
        let instruction = ix::run_submit(self.base.authority(), &task, stored.root.0, stored.id.0, locator);
        let outgoing = Outgoing::new("run_submit", [instruction]);
        Done::Sent(self.base.send(outgoing, task.key, at).await)
    }

    /// Sends what is due for a task.
    pub async fn crank(self, world: Arc<World>, task: Versioned<Task>, due: Due) -> Done {
        Done::Sent(self.base.crank(&world, &task, &due).await)
    }
}
