//! A task's result: where it is, whether it is what the chain says, and what it means.

use std::fmt;

use serde::Serialize;
use tessera_chain::program::events::RunSubmitted;
use tessera_chain::{Chain, Pubkey, RunState, SlotState, Task, TaskState, Terms};
use tessera_compute::{ContentId, Manifest, Root, decode_tensors, output_root};
use tessera_jobs::{JobResult, JobSpec, decode};
use tessera_node::Scheme;
use tessera_node::{ContentStore, Stores};

use crate::error::CliError;
use crate::output::Lines;
use crate::session::Session;
use crate::story::{Ending, Story};

/// The largest manifest that is read: 4,096 operations of some 300 bytes, inputs by id, a label.
const MANIFEST_LIMIT: u64 = 16 << 20;
/// The largest stored outputs that are read.
const OUTPUTS_LIMIT: u64 = 4 << 30;

/// What the chain says about a task's outputs.
#[derive(Clone, Debug)]
pub struct Outputs {
    /// The task's terms.
    pub terms: Terms,
    /// The task's state: submitted, disputed or settled.
    pub state: TaskState,
    /// The Provider account that ran it.
    pub provider: Pubkey,
    /// The root that the chain holds.
    pub root: Root,
    id: ContentId,
    locator: String,
}

/// A result that was checked against the chain.
#[derive(Clone, Debug, Serialize)]
pub struct TaskResult {
    /// The task.
    pub task: String,
    /// Its state in lower case.
    pub state: &'static str,
    /// The Provider account that ran it.
    pub provider: String,
    /// Root of the outputs, as the chain holds it and the bytes give it.
    pub output_root: String,
    /// What the outputs mean.
    pub result: JobResult,
}

impl Outputs {
    /// Finds a task's outputs: in its accounts, or in its transactions once they are closed.
    ///
    /// # Errors
    /// [`CliError::NotYet`] while there is none, [`CliError::NoResult`] when there will be none.
    pub async fn find(chain: &dyn Chain, key: Pubkey) -> Result<Self, CliError> {
        if let Some(task) = chain.task(key).await? {
            return Self::of_open_task(chain, key, &task).await;
        }
        let story = Story::read(chain, key).await?;
        let upheld = story.upheld().and_then(|run| story.shown(&run.output_root));
        match (story.ending(), story.terms(), upheld) {
            (Some(Ending::Settled), Some(terms), Some(run)) => Ok(Self::shown(terms, TaskState::Settled, run)),
            (Some(Ending::Refuted), ..) => Err(no_result(key, None, "its runs were refuted or outvoted")),
            (Some(Ending::Tied), ..) => Err(no_result(key, None, "its runs differ, and nothing decided between them")),
            (Some(Ending::Cancelled), ..) => Err(no_result(key, None, "its requester cancelled it")),
            (Some(Ending::Expired), ..) => Err(no_result(key, None, "nobody delivered in time")),
            _ => Err(CliError::NotFound { what: "task", key }),
        }
    }

    async fn of_open_task(chain: &dyn Chain, key: Pubkey, task: &Task) -> Result<Self, CliError> {
        if matches!(task.state, TaskState::Expired | TaskState::Cancelled) {
            return Err(no_result(key, Some(task.state), "its escrow was returned"));
        }
        let not_yet = |what: String| CliError::NotYet {
            message: format!("task {key} has no result yet: {what}"),
            hint: format!("wait for it with `tessera task wait {key}`"),
        };
        let root = match candidate(task) {
            Candidate::Root(root) => root,
            Candidate::None => return Err(not_yet(format!("it is {}", state_name(task.state)))),
            Candidate::Split => {
                return Err(not_yet("its runs differ, and it is not decided which is right".to_owned()));
            }
        };
        let runs = chain.runs(key).await?;
        if let Some(run) = runs.into_iter().find(|run| run.output_root == root && run.state != RunState::Slashed) {
            return Ok(Self {
                state: task.state,
                terms: task.terms.clone(),
                provider: run.provider,
                root: Root(run.output_root),
                id: ContentId(run.output_id),
                locator: run.data.output_locator,
            });
        }
        // Its run is closed already, and others of the task are not.
        let story = Story::read(chain, key).await?;
        let run = story.shown(&root).ok_or_else(|| not_yet("the node does not know its run".to_owned()))?;
        Ok(Self::shown(&task.terms, task.state, run))
    }

    fn shown(terms: &Terms, state: TaskState, run: &RunSubmitted) -> Self {
        Self {
            terms: terms.clone(),
            state,
            provider: run.provider,
            root: Root(run.output_root),
            id: ContentId(run.output_id),
            locator: run.output_locator.clone(),
        }
    }

    /// Fetches manifest and outputs, checks both against the chain, and reads the outputs by the manifest's label.
    ///
    /// # Errors
    /// [`CliError::Store`] for what cannot be fetched or is not what its id says, [`CliError::Failed`] for outputs that do
    /// not have the root on chain, [`CliError::Job`] for outputs that are none of the job's.
    pub async fn fetch(&self, key: Pubkey, own: ContentStore) -> Result<TaskResult, CliError> {
        let stores = Stores::new(vec![own], vec![Scheme::File, Scheme::S3, Scheme::Http]);
        let manifest_id = ContentId(self.terms.manifest_id);
        let bytes = stores.at(&self.terms.manifest_locator)?.get(&manifest_id, MANIFEST_LIMIT).await?;
        let manifest = Manifest::decode(&bytes)
            .map_err(|e| CliError::failed(format!("the task's manifest is malformed: {e}"), "ask its requester"))?;
        let bytes = stores.at(&self.locator)?.get(&self.id, OUTPUTS_LIMIT).await?;
        let tensors = decode_tensors(&bytes, OUTPUTS_LIMIT)
            .map_err(|e| CliError::failed(format!("the stored outputs are malformed: {e}"), "ask its provider"))?;
        let found = output_root(&tensors);
        if found != self.root {
            return Err(CliError::failed(
                format!("the stored outputs have root {found}, the chain holds {}", self.root),
                "the provider stored something else than it committed to; submit the task again",
            ));
        }
        Ok(TaskResult {
            task: key.to_string(),
            state: state_name(self.state),
            provider: self.provider.to_string(),
            output_root: found.to_string(),
            result: decode(&JobSpec::from_label(&manifest.label)?, &tensors)?,
        })
    }
}

/// Finds, fetches and checks a task's result.
///
/// # Errors
/// As [`Outputs::find`] and [`Outputs::fetch`].
pub async fn result_of(session: &Session, task: Pubkey, own: ContentStore) -> Result<TaskResult, CliError> {
    Outputs::find(session.chain.as_ref(), task).await?.fetch(task, own).await
}

/// What a task that is not over shows as its result.
enum Candidate {
    /// A run that was paid, or all runs that were shown.
    Root([u8; 32]),
    /// Roots that differ.
    Split,
    /// Nothing is shown, or more is to come.
    None,
}

fn candidate(task: &Task) -> Candidate {
    let roots = |state| task.slots.iter().filter(move |slot| slot.state == state).map(|slot| slot.root);
    if let Some(root) = roots(SlotState::Upheld).next() {
        return Candidate::Root(root);
    }
    if !matches!(task.state, TaskState::Submitted | TaskState::Disputed) {
        return Candidate::None;
    }
    let mut shown = roots(SlotState::Submitted);
    match shown.next() {
        None => Candidate::None,
        Some(first) if shown.all(|root| root == first) => Candidate::Root(first),
        Some(_) => Candidate::Split,
    }
}

fn no_result(task: Pubkey, state: Option<TaskState>, why: &str) -> CliError {
    CliError::NoResult { task, state, why: why.to_owned() }
}

/// A state as a word.
#[must_use]
pub const fn state_name(state: TaskState) -> &'static str {
    match state {
        TaskState::Open => "open",
        TaskState::Claimed => "claimed",
        TaskState::Submitted => "submitted",
        TaskState::Disputed => "disputed",
        TaskState::Settled => "settled",
        TaskState::Cancelled => "cancelled",
        TaskState::Expired => "expired",
    }
}

impl fmt::Display for TaskResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            "settled" => "settled".to_owned(),
            other => format!("{other}: not paid yet, checks may still refute it"),
        };
        Lines::new()
            .line("task", &self.task)
            .line("state", state)
            .line("provider", &self.provider)
            .line("output root", &self.output_root)
            .line("result", &self.result)
            .fmt(f)
    }
}
