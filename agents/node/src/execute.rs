//! Running a task's graph beside the async workers.

use std::sync::Arc;

use tessera_compute::{Backend, Cancel, ExecError, Root, Tensor, output_root};

use crate::fetch::TaskInputs;
use crate::fetch_error::Unfit;
use crate::tasks::Lost;

/// The result of a task.
#[derive(Clone, Debug)]
pub struct Computed {
    /// The output tensors, in the graph's order.
    pub outputs: Vec<Tensor>,
    /// Their root, as it is committed on chain.
    pub root: Root,
}

/// A task was not computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExecuteError {
    /// The backend stopped or refused.
    #[error(transparent)]
    Backend(#[from] ExecError),
    /// The backend gave another number of tensors than the graph has outputs.
    #[error("backend {backend} returned {actual} outputs for a graph with {expected}; please report this")]
    OutputCount {
        /// Its name.
        backend: &'static str,
        /// Outputs of the graph.
        expected: u8,
        /// Tensors returned.
        actual: usize,
    },
    /// No GPU computed it, and the CPU cannot.
    #[error("no GPU computed it ({reason}), and the CPU cannot: {unfit}")]
    NoPlace {
        /// What became of the GPUs.
        reason: String,
        /// Why the CPU cannot.
        unfit: Unfit,
    },
    /// The computing thread panicked or was dropped.
    #[error("the computing thread {0}")]
    Lost(#[from] Lost),
}

/// Computes a task on a blocking thread. Dropping the future sets `cancel`, so that no thread goes on computing for nobody.
///
/// # Errors
/// [`ExecuteError`]; a panic of the backend is reported as [`ExecuteError::Lost`], never swallowed.
pub async fn execute(
    backend: Arc<dyn Backend>,
    task: Arc<TaskInputs>,
    cancel: Cancel,
) -> Result<Computed, ExecuteError> {
    let mut guard = CancelOnDrop::new(cancel.clone());
    let computing = tokio::task::spawn_blocking(move || compute(backend.as_ref(), &task, &cancel));
    let computed = computing.await.map_err(Lost::from)?;
    guard.disarm();
    computed
}

/// Computes a task on this thread.
pub(crate) fn compute<B: Backend + ?Sized>(
    backend: &B,
    task: &TaskInputs,
    cancel: &Cancel,
) -> Result<Computed, ExecuteError> {
    let outputs = backend.run(&task.graph, &task.inputs, cancel)?;
    let expected = task.graph.output_count();
    if outputs.len() != usize::from(expected) {
        let (backend, actual) = (backend.name(), outputs.len());
        return Err(ExecuteError::OutputCount { backend, expected, actual });
    }
    let root = output_root(&outputs);
    Ok(Computed { outputs, root })
}

/// Cancels a run when it is dropped.
pub(crate) struct CancelOnDrop(Option<Cancel>);

impl CancelOnDrop {
    pub fn new(cancel: Cancel) -> Self {
        Self(Some(cancel))
    }

    fn disarm(&mut self) {
        self.0 = None;
    }
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        if let Some(cancel) = &self.0 {
            cancel.cancel();
        }
    }
}
