//! Running a task's graph beside the async workers.

use std::sync::Arc;

use tessera_compute::{Backend, Cancel, ExecError, Fault, Root, SelfCheck, Tensor, output_root};

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
    /// What was computed is not what the referee's code gives. Nothing of it may be committed to.
    #[error("{backend} failed the check of its own result: {fault}")]
    SelfCheck {
        /// Its name.
        backend: &'static str,
        /// What it found.
        fault: Fault,
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

/// Whether a result is checked before it is given out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checking {
    /// It is taken as it is.
    Off,
    /// By a [`SelfCheck`] that shows operations of so many bytes.
    Within(u64),
}

/// Bytes that a self-check may have beside a graph's own: a quarter more, and no more than `room`.
pub(crate) fn check_bytes(graph_bytes: u64, room: u64) -> u64 {
    (graph_bytes / 4).min(room)
}

/// Computes a task on a blocking thread. Dropping the future sets `cancel`, so that no thread goes on computing for nobody.
///
/// # Errors
/// [`ExecuteError`]; a panic of the backend is reported as [`ExecuteError::Lost`], never swallowed.
pub async fn execute(
    backend: Arc<dyn Backend>,
    task: Arc<TaskInputs>,
    checking: Checking,
    cancel: Cancel,
) -> Result<Computed, ExecuteError> {
    let mut guard = CancelOnDrop::new(cancel.clone());
    let computing = tokio::task::spawn_blocking(move || compute(backend.as_ref(), &task, checking, &cancel));
    let computed = computing.await.map_err(Lost::from)?;
    guard.disarm();
    computed
}

/// Computes a task on this thread.
pub(crate) fn compute<B: Backend + ?Sized>(
    backend: &B,
    task: &TaskInputs,
    checking: Checking,
    cancel: &Cancel,
) -> Result<Computed, ExecuteError> {
    let outputs = match checking {
        Checking::Off => backend.run(&task.graph, &task.inputs, cancel)?,
        Checking::Within(bytes) => {
            let check = SelfCheck::plan(&task.graph, bytes, fastrand::Rng::new());
            let shown = backend.run(check.graph(), &task.inputs, cancel)?;
            let finished = check.finish(&task.inputs, shown);
            finished.map_err(|fault| ExecuteError::SelfCheck { backend: backend.name(), fault })?
        }
    };
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
