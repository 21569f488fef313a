//! One run on a GPU, on a thread of its own that can be left behind.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use tessera_compute::{Cancel, ExecError};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::device::{Devices, Lease};
use crate::execute::{CancelOnDrop, Checking, Computed, ExecuteError, compute};
use crate::fetch::TaskInputs;
use crate::tasks::panicked;

/// How often a wait looks whether the run was cancelled.
const LOOK: Duration = Duration::from_millis(20);
/// How long a cancelled run may take to notice.
const GRACE: Duration = Duration::from_secs(1);

/// How an attempt ended without outputs.
pub(super) enum Failure {
    /// The run was cancelled.
    Cancelled,
    /// The GPU, its driver or its memory failed, for this reason. The task may run elsewhere.
    Gpu(String),
    /// The GPU computed something wrong. The task may run elsewhere.
    Wrong(String),
    /// The task fails everywhere.
    Task(ExecuteError),
}

/// Computes a task on a GPU. After `limit` the GPU is given up: its thread is left behind and keeps the lease until it
/// ends. The thread belongs to nobody, so that one that never ends holds up neither the agent's end nor the runtime's.
pub(super) async fn attempt(
    devices: &Devices,
    lease: Lease,
    task: Arc<TaskInputs>,
    checking: Checking,
    limit: Duration,
    cancel: &Cancel,
) -> Result<Computed, Failure> {
    let (index, id) = (lease.index, lease.id);
    let inner = Cancel::new();
    let stop = inner.clone();
    let _guard = CancelOnDrop::new(inner.clone());
    let (done, mut ended) = oneshot::channel();
    let thread = std::thread::Builder::new().name(format!("gpu-{index}-run")).spawn(move || {
        let gpu = lease.gpu();
        let outcome = catch_unwind(AssertUnwindSafe(|| compute(gpu.as_ref(), &task, checking, &stop)));
        drop((gpu, lease));
        // Nobody may be waiting any more.
        drop(done.send(outcome));
    });
    thread.map_err(|error| Failure::Gpu(format!("no thread could be started: {error}")))?;

    let mut until = Instant::now() + limit;
    let mut is_cancelled = false;
    loop {
        if cancel.is_cancelled() && !is_cancelled {
            is_cancelled = true;
            inner.cancel();
            until = Instant::now() + GRACE;
        }
        if let Ok(outcome) = tokio::time::timeout(LOOK.min(until.duration_since(Instant::now())), &mut ended).await {
            return match outcome {
                _ if is_cancelled => Err(Failure::Cancelled),
                Ok(Ok(Ok(computed))) => Ok(computed),
                Ok(Ok(Err(ExecuteError::Backend(ExecError::Device(error))))) => Err(Failure::Gpu(error.to_string())),
                Ok(Ok(Err(error @ ExecuteError::SelfCheck { .. }))) => Err(Failure::Wrong(error.to_string())),
                Ok(Ok(Err(error))) => Err(Failure::Task(error)),
                Ok(Err(panic)) => Err(Failure::Gpu(panicked(panic.as_ref()).to_string())),
                Err(_) => Err(Failure::Gpu("its thread was lost".to_owned())),
            };
        }
        if Instant::now() >= until {
            devices.give_up(index, id);
            let what = if is_cancelled { "cancelled run has not stopped" } else { "run has not ended" };
            let seconds = if is_cancelled { GRACE } else { limit }.as_secs_f64();
            return Err(Failure::Gpu(format!(
                "its {what} after {seconds:.1} s: the GPU hangs; check it with nvidia-smi"
            )));
        }
    }
}
