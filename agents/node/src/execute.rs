//! Running a task's graph beside the async workers.

use std::sync::Arc;

use tessera_compute::{Backend, Cancel, ExecError, Root, Tensor, output_root};

use crate::fetch::TaskInputs;
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
    let mut guard = CancelOnDrop(Some(cancel.clone()));
    let computing = tokio::task::spawn_blocking(move || {
        let outputs = backend.run(&task.graph, &task.inputs, &cancel)?;
        let expected = task.graph.output_count();
        if outputs.len() != usize::from(expected) {
            let (backend, actual) = (backend.name(), outputs.len());
            return Err(ExecuteError::OutputCount { backend, expected, actual });
        }
        let root = output_root(&outputs);
        Ok(Computed { outputs, root })
    });
    let computed = computing.await.map_err(Lost::from)?;
    guard.0 = None;
    computed
}

struct CancelOnDrop(Option<Cancel>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        if let Some(cancel) = &self.0 {
            cancel.cancel();
        }
    }
}
