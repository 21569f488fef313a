//! The truths that one agent's disputes need: one for each disputed task, shared by its disputes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tessera_chain::{Pubkey, Task, Versioned};
use tessera_compute::Cancel;

use super::truth::Truth;
use crate::fetch_error::FetchError;
use crate::workbench::Workbench;

/// A disputed task must fit this machine; how long it takes is for its clocks.
const WINDOW: Duration = Duration::from_secs(24 * 3_600);

/// A task under its terms.
type Key = (Pubkey, [u8; 32]);

/// One task's truth. Who asks it waits for the one before.
#[derive(Clone)]
pub struct SharedTruth(Arc<Mutex<Truth>>);

impl SharedTruth {
    /// The truth, for computing on this thread.
    pub fn lock(&self) -> MutexGuard<'_, Truth> {
        // What a panic left behind is recomputed or complete: nothing is kept half.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Truths by task; clones share them.
#[derive(Clone, Default)]
pub struct Truths {
    kept: Arc<Mutex<BTreeMap<Key, SharedTruth>>>,
    cancel: Cancel,
}

impl std::fmt::Debug for Truths {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Truths").field("tasks", &self.kept().len()).finish()
    }
}

impl Truths {
    fn kept(&self) -> MutexGuard<'_, BTreeMap<Key, SharedTruth>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The truth of a task; its data are fetched and checked if it is not here.
    ///
    /// # Errors
    /// [`FetchError`].
    pub async fn of(&self, bench: &Workbench, task: &Versioned<Task>) -> Result<SharedTruth, FetchError> {
        let key = (task.key, task.terms_hash);
        if let Some(kept) = self.kept().get(&key) {
            return Ok(kept.clone());
        }
        let inputs = bench.fetch(task, WINDOW).await?;
        let truth = Truth::new(Arc::new(inputs), bench.fleet.cpu(), self.cancel.clone());
        let truth = truth.with_fault(bench.node.fault.clone());
        let made = SharedTruth(Arc::new(Mutex::new(truth)));
        Ok(self.kept().entry(key).or_insert(made).clone())
    }

    /// Forgets all but these tasks.
    pub fn keep(&self, tasks: &BTreeSet<Pubkey>) {
        self.kept().retain(|(task, _), _| tasks.contains(task));
    }

    /// Stops what is computed.
    pub fn cancel(&self) {
        self.cancel.cancel();
    }
}
