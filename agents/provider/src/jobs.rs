//! The jobs of a provider: what runs beside the loop, one transaction or one computation each.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tessera_chain::program::hashes::seal_hash;
use tessera_chain::{
    ChainError, Instruction, Outgoing, Pubkey, Receipt, RunRevealArgs, Task, Versioned, World, address, ix,
};
use tessera_compute::{Cancel, ContentId, Root, encode_tensors};
use tessera_node::dispute::{DisputeJob, JobError, Moved, Truths};
use tessera_node::{
    ContentStore, Demand, Errand, ErrandEnd, ExecuteError, FetchError, Locator, Lost, Prefer, Records, TaskInputs,
    Workbench,
};

use crate::error::WorkError;

/// What tells jobs apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Job {
    /// About a task.
    Task { task: Pubkey, terms: [u8; 32], kind: Kind },
    /// About a dispute.
    Dispute(DisputeJob),
    /// About something else.
    Errand(Errand),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Fetch,
    Claim,
    Release,
    Execute,
    Submit,
    Seal,
    Reveal,
}

impl Kind {
    /// As logs name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fetch => "fetch",
            Self::Claim => "claim",
            Self::Release => "release",
            Self::Execute => "execute",
            Self::Submit => "submit",
            Self::Seal => "seal",
            Self::Reveal => "reveal",
        }
    }
}

/// What jobs return.
pub(crate) enum Done {
    Fetched(Result<TaskInputs, FetchError>),
    Executed(Result<Stored, WorkError>),
    Sent(Result<Receipt, ChainError>),
    Ran(Result<ErrandEnd, ChainError>),
    Disputed(Result<Moved, JobError>),
}

/// Outputs that anyone can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    pub root: Root,
    pub id: ContentId,
}

/// What a seal was made of, as it outlives the process.
#[derive(Serialize, Deserialize)]
struct Record {
    terms: String,
    root: String,
    id: String,
}

/// What jobs need, shared by all of them.
#[derive(Clone)]
pub(crate) struct Bench {
    pub base: Workbench,
    pub store: ContentStore,
    pub public_store: Locator,
    /// What seals were made of, by run.
    pub seals: Records,
}

impl Bench {
    pub async fn fetch(self, task: Versioned<Task>) -> Done {
        let window = Duration::from_secs(task.terms.windows.execution_seconds.into());
        Done::Fetched(self.base.fetch(&task, window).await)
    }

    /// Computes and stores; the root must be committed to when `left` has passed. A store that does not answer is asked
    /// again until the run is given up: the outputs are not computed twice for its sake.
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
        self.send("task_claim", instruction, task.key, at).await
    }

    pub async fn release(self, task: Versioned<Task>, at: i64) -> Done {
        let instruction = ix::run_release(self.base.authority(), &task);
        self.send("run_release", instruction, task.key, at).await
    }

    pub async fn submit(self, task: Versioned<Task>, stored: Stored, at: i64) -> Done {
        let locator = self.public_store.to_string();
        let instruction = ix::run_submit(self.base.authority(), &task, stored.root.0, stored.id.0, locator);
        self.send("run_submit", instruction, task.key, at).await
    }

    /// Writes down what the seal is made of, then seals: who cannot open its seal loses its whole lock.
    pub async fn seal(self, task: Versioned<Task>, stored: Stored, at: i64) -> Done {
        let run = self.run_of(&task);
        let hex = |bytes| Root(bytes).to_string();
        let record = Record { terms: hex(task.terms_hash), root: stored.root.to_string(), id: stored.id.to_string() };
        if let Err(error) = self.seals.put(run, &record).await {
            return Done::Sent(Err(ChainError::Config { reason: error.to_string() }));
        }
        let instruction = ix::run_seal(self.base.authority(), &task, self.seal_of(&task, stored.root));
        self.send("run_seal", instruction, task.key, at).await
    }

    pub async fn reveal(self, task: Versioned<Task>, stored: Stored, at: i64) -> Done {
        let args = RunRevealArgs {
            output_root: stored.root.0,
            salt: self.salt(&task),
            output_id: stored.id.0,
            output_locator: self.public_store.to_string(),
        };
        let instruction = ix::run_reveal(self.base.authority(), &task, args);
        self.send("run_reveal", instruction, task.key, at).await
    }

    /// Moves in a dispute, or opens one.
    pub async fn dispute(self, truths: Truths, world: Arc<World>, job: DisputeJob) -> Done {
        Done::Disputed(tessera_node::dispute::run(self.base, truths, world, job).await)
    }

    /// Sends an errand.
    pub async fn errand(self, world: Arc<World>, errand: Errand) -> Done {
        Done::Ran(self.base.run_errand(&world, &errand).await)
    }

    /// The seal of this provider's run with this root. Its salt follows from the authority's key, so that a restart finds
    /// it again.
    pub fn seal_of(&self, task: &Versioned<Task>, root: Root) -> [u8; 32] {
        seal_hash(&task.key, &self.provider_of(task), &root.0, &self.salt(task))
    }

    /// What an earlier process sealed, if it wrote it down and the seal on chain is made of it.
    pub fn sealed(&self, task: &Versioned<Task>, seal: &[u8; 32]) -> Option<Stored> {
        let record: Record = self.seals.get(&self.run_of(task))?;
        let root: Root = record.root.parse().ok()?;
        let is_same = record.terms == Root(task.terms_hash).to_string() && self.seal_of(task, root) == *seal;
        is_same.then_some(Stored { root, id: record.id.parse().ok()? })
    }

    fn salt(&self, task: &Versioned<Task>) -> [u8; 32] {
        let provider = self.provider_of(task);
        self.base.secrets().of(&[b"tessera/salt", task.key.as_ref(), provider.as_ref()])
    }

    fn provider_of(&self, task: &Task) -> Pubkey {
        address::provider(&task.terms.market, &self.base.authority())
    }

    fn run_of(&self, task: &Versioned<Task>) -> Pubkey {
        address::run(&task.key, &self.provider_of(task))
    }

    async fn send(&self, label: &str, instruction: Instruction, task: Pubkey, at: i64) -> Done {
        Done::Sent(self.base.send(Outgoing::new(label, [instruction]), task, at).await)
    }
}
