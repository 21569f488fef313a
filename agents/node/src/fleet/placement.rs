//! Where a run goes, and where it goes on.

use std::sync::Arc;
use std::time::Duration;

use tessera_chain::{Deadline, Moment};
use tessera_compute::cuda::{CudaDevice, device_bytes};
use tessera_compute::{Cancel, ExecError, Graph};
use tokio::time::{Instant, timeout};

use super::attempt::{Failure, attempt};
use super::device::{Lease, Place};
use super::speed::host_bytes;
use super::{Fleet, Overflow};
use crate::execute::{Checking, Computed, ExecuteError, check_bytes, execute};
use crate::fetch::TaskInputs;
use crate::fetch_error::Unfit;

/// How often a run that waits for a GPU looks whether it was cancelled.
const LOOK: Duration = Duration::from_millis(50);

/// What a run needs beside its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand {
    /// Time until its outputs must be there.
    pub left: Duration,
    /// Where it should rather be.
    pub prefer: Prefer,
}

/// Time until a deadline, by the unix seconds that it has at least.
pub fn time_left(deadline: Deadline, now: Moment) -> Duration {
    Duration::from_secs(u64::try_from(deadline.unix.saturating_sub(now.unix)).unwrap_or(0))
}

/// Where a run should rather be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefer {
    /// On a GPU, if there is one.
    Gpu,
    /// On the CPU, if it is in time there: a result that a GPU gave is to be confirmed by something else.
    Cpu,
}

impl Fleet {
    /// Whether this machine takes a task that must be done within `window`, and how long it would take; to be asked before
    /// anything is staked on it. Half of the window may be planned, the other half is for the chain and for what the
    /// estimate misses.
    ///
    /// # Errors
    /// [`Unfit`]: too large, too slow, or no GPU is healthy now.
    pub fn check(&self, graph: &Graph, window: Duration) -> Result<Duration, Unfit> {
        let time = window / 2;
        if self.devices.is_empty() {
            return self.check_cpu(graph, time);
        }
        let healthy = self.healthy_gpus();
        let refusal =
            match healthy.iter().map(|gpu| self.check_gpu(graph, gpu, time)).min_by_key(|checked| checked.is_err()) {
                Some(Ok(estimate)) => return Ok(estimate),
                Some(Err(refusal)) => refusal,
                None => Unfit::NoHealthyGpu,
            };
        let may_use_cpu = healthy.is_empty() || self.tuning.gpu.overflow == Overflow::Cpu;
        let on_cpu = if may_use_cpu { self.check_cpu(graph, time).ok() } else { None };
        on_cpu.ok_or(refusal)
    }

    fn check_cpu(&self, graph: &Graph, time: Duration) -> Result<Duration, Unfit> {
        self.tuning.capacity(time).check(graph)
    }

    fn check_gpu(&self, graph: &Graph, gpu: &CudaDevice, time: Duration) -> Result<Duration, Unfit> {
        let (needs, has) = (device_bytes(graph), gpu.for_graphs());
        if needs > has {
            return Err(Unfit::GpuMemory { gpu: gpu.ordinal, needs, has });
        }
        let (needs, has) = (host_bytes(graph), self.tuning.memory_bytes());
        if needs > has {
            return Err(Unfit::Memory { needs, has });
        }
        let needs = self.tuning.gpu_speed().on_gpu(graph);
        if needs > time {
            return Err(Unfit::Time { needs, has: time });
        }
        Ok(needs)
    }

    /// Computes a task: on the GPU that has most room, or on the CPU. When a GPU fails it goes on elsewhere, as long as
    /// `demand.left` allows it. Dropping the future, like `cancel`, ends the computation.
    ///
    /// # Errors
    /// [`ExecuteError`].
    pub async fn execute(
        &self,
        task: Arc<TaskInputs>,
        demand: Demand,
        cancel: Cancel,
    ) -> Result<Computed, ExecuteError> {
        let until = Instant::now() + demand.left;
        let left = || until.duration_since(Instant::now());
        let checking = self.checking(self.host_check_bytes(&task.graph));
        let on_cpu = |task| execute(Arc::clone(&self.cpu), task, checking, cancel.clone());
        if self.devices.is_empty() || (demand.prefer == Prefer::Cpu && self.check_cpu(&task.graph, left()).is_ok()) {
            return on_cpu(task).await;
        }
        let mut reason = "none is healthy and large enough".to_owned();
        let mut tried = Vec::new();
        while let Some(lease) = self.wait_for_gpu(&task.graph, until, &tried, &cancel).await? {
            let index = lease.index;
            let gpu = lease.gpu().device().clone();
            tried.push(index);
            let limit = self.give_up_after(&task.graph, left());
            let checking = self.checking(self.gpu_check_bytes(&task.graph));
            let attempted = attempt(&self.devices, lease, Arc::clone(&task), checking, limit, &cancel).await;
            let (error, is_wrong) = match attempted {
                Ok(computed) => {
                    self.devices.succeeded(index);
                    return Ok(computed);
                }
                Err(Failure::Cancelled) => return Err(ExecError::Cancelled.into()),
                Err(Failure::Task(error)) => return Err(error),
                Err(Failure::Gpu(error)) => (error, false),
                Err(Failure::Wrong(error)) => (error, true),
            };
            let pause = self.devices.failed(index, is_wrong, &self.tuning.gpu, self.now());
            tracing::error!(gpu = gpu.ordinal, name = gpu.name, %error, ?pause, is_wrong, "GPU faulty: it gets no run for a while");
            if cancel.is_cancelled() {
                return Err(ExecError::Cancelled.into());
            }
            reason = error;
        }
        match self.check_cpu(&task.graph, left()) {
            Ok(estimate) => {
                tracing::warn!(reason, ?estimate, left = ?left(), "no GPU for this run: it goes on on the CPU");
                on_cpu(task).await
            }
            Err(unfit) => {
                tracing::error!(reason, %unfit, "no GPU for this run, and the CPU cannot take it");
                Err(ExecuteError::NoPlace { reason, unfit })
            }
        }
    }

    fn checking(&self, bytes: u64) -> Checking {
        if self.tuning.self_check { Checking::Within(bytes) } else { Checking::Off }
    }

    /// Bytes of the host's memory for the check of a result.
    fn host_check_bytes(&self, graph: &Graph) -> u64 {
        let needs = host_bytes(graph);
        check_bytes(needs, self.tuning.memory_bytes().saturating_sub(needs))
    }

    /// Bytes for the check of a result on any GPU that holds the graph; the host gets all of it.
    fn gpu_check_bytes(&self, graph: &Graph) -> u64 {
        let needs = device_bytes(graph);
        let rooms = self.devices.infos().filter_map(|gpu| gpu.for_graphs().checked_sub(needs));
        check_bytes(needs, rooms.min().unwrap_or(0)).min(self.host_check_bytes(graph))
    }

    /// A place on a GPU; none if no GPU has it, or if it is time for the CPU.
    async fn wait_for_gpu(
        &self,
        graph: &Graph,
        until: Instant,
        tried: &[usize],
        cancel: &Cancel,
    ) -> Result<Option<Lease>, ExecError> {
        let bytes = device_bytes(graph).saturating_add(self.gpu_check_bytes(graph));
        loop {
            let room = self.devices.left.notified();
            tokio::pin!(room);
            room.as_mut().enable();
            let free = self.devices.free(tried, &self.tuning.gpu, self.now()).await;
            match self.devices.place(bytes, &free, &self.tuning.gpu) {
                Place::On(lease) => return Ok(Some(lease)),
                Place::Nowhere => return Ok(None),
                Place::Full => {}
            }
            let left = until.duration_since(Instant::now());
            let is_last_moment = self.cpu_reserve(graph).is_some_and(|reserve| left <= reserve);
            let may_overflow = self.tuning.gpu.overflow == Overflow::Cpu && self.check_cpu(graph, left).is_ok();
            if is_last_moment || may_overflow {
                return Ok(None);
            }
            if cancel.is_cancelled() {
                return Err(ExecError::Cancelled);
            }
            // Whichever comes first, it looks again.
            drop(timeout(LOOK, room).await);
        }
    }

    /// When a run on a GPU is given up: by its estimate, but, if that is possible, early enough for the CPU.
    fn give_up_after(&self, graph: &Graph, left: Duration) -> Duration {
        let estimate = self.tuning.gpu_speed().on_gpu(graph);
        let limit = self.tuning.gpu.watchdog(estimate);
        let for_cpu = self.cpu_reserve(graph).map(|reserve| left.saturating_sub(reserve));
        for_cpu.filter(|&early| early >= estimate).map_or(limit, |early| limit.min(early))
    }

    /// The time at which a run must be left to the CPU, before its end: the CPU's estimate and a margin for the change. None
    /// if the CPU's memory does not hold the graph.
    fn cpu_reserve(&self, graph: &Graph) -> Option<Duration> {
        let estimate = self.check_cpu(graph, Duration::MAX).ok()?;
        Some(estimate.saturating_add(estimate / 8).saturating_add(2 * LOOK))
    }
}
