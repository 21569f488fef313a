//! The GPUs of a fleet: who is on which, and which of them failed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tessera_compute::Backend;
use tessera_compute::cuda::{CudaBackend, CudaDevice, CudaError};
use tokio::sync::{Notify, oneshot};
use tokio::time::timeout;

use super::tuning::GpuTuning;

/// A GPU that runs graphs.
pub trait Accelerator: Backend {
    /// What it is.
    fn device(&self) -> &CudaDevice;

    /// Bytes that a graph can have now.
    ///
    /// # Errors
    /// It does not answer.
    fn free_bytes(&self) -> Result<u64, CudaError>;

    /// Whether it can still be used in this process.
    fn usable(&self) -> bool;
}

impl Accelerator for CudaBackend {
    fn device(&self) -> &CudaDevice {
        Self::device(self)
    }

    fn free_bytes(&self) -> Result<u64, CudaError> {
        Self::free_bytes(self)
    }

    fn usable(&self) -> bool {
        Self::usable(self)
    }
}

/// How long a driver may take to say how much memory is free.
const ANSWER: Duration = Duration::from_secs(1);

/// Asks a GPU for its free memory, on a thread that can be left behind: a driver may hang in any call.
async fn ask(gpu: Arc<dyn Accelerator>) -> Result<u64, String> {
    let (done, answer) = oneshot::channel();
    let thread = std::thread::Builder::new().name("gpu-memory".into()).spawn(move || {
        // Nobody may be waiting any more.
        drop(done.send(gpu.free_bytes()));
    });
    thread.map_err(|error| format!("no thread could be started: {error}"))?;
    match timeout(ANSWER, answer).await {
        Ok(Ok(free)) => free.map_err(|error| error.to_string()),
        Ok(Err(_)) => Err("its driver panicked".to_owned()),
        Err(_) => Err(format!("its driver has not answered for {ANSWER:?}; check it with nvidia-smi")),
    }
}

/// A place for a run.
pub(super) enum Place {
    /// On this GPU.
    On(Lease),
    /// A GPU has it once other runs have ended.
    Full,
    /// No GPU has it.
    Nowhere,
}

/// The GPUs, shared by all clones of a fleet.
pub(super) struct Devices {
    slots: Vec<Slot>,
    /// Told when a run has left a GPU.
    pub left: Notify,
}

struct Slot {
    gpu: Arc<dyn Accelerator>,
    use_: Mutex<Use>,
}

/// What a GPU is at.
#[derive(Default)]
struct Use {
    next: u64,
    leases: BTreeMap<u64, Held>,
    failures: u32,
    not_before: Duration,
    counters: Counters,
}

/// What a GPU has done since this process began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Runs that ended well.
    pub runs: u64,
    /// Runs that it, its driver or its memory failed.
    pub failed: u64,
    /// Of those, results that were wrong.
    pub wrong: u64,
}

struct Held {
    bytes: u64,
    /// Nobody waits for this run any more, and it has not ended.
    given_up: bool,
}

impl Devices {
    pub fn new(gpus: Vec<Arc<dyn Accelerator>>) -> Self {
        let slots = gpus.into_iter().map(|gpu| Slot { gpu, use_: Mutex::default() }).collect();
        Self { slots, left: Notify::new() }
    }

    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// What they are.
    pub fn infos(&self) -> impl Iterator<Item = &CudaDevice> {
        self.slots.iter().map(|slot| slot.gpu.device())
    }

    /// Those that get runs now.
    pub fn healthy(&self, now: Duration) -> impl Iterator<Item = &CudaDevice> {
        self.slots.iter().filter(move |slot| slot.is_healthy(now)).map(|slot| slot.gpu.device())
    }

    /// Bytes that a graph can have on each GPU now, as its driver says; none for those in `tried`, those that are not
    /// healthy, and those whose driver does not answer. The last have failed.
    pub async fn free(&self, tried: &[usize], tuning: &GpuTuning, now: Duration) -> Vec<Option<u64>> {
        let mut free = Vec::with_capacity(self.slots.len());
        for (index, slot) in self.slots.iter().enumerate() {
            if tried.contains(&index) || !slot.is_healthy(now) {
                free.push(None);
                continue;
            }
            let answer = ask(Arc::clone(&slot.gpu)).await;
            if let Err(error) = &answer {
                let pause = self.failed(index, false, tuning, now);
                let gpu = slot.gpu.device();
                tracing::error!(gpu = gpu.ordinal, name = gpu.name, %error, ?pause, "GPU faulty: it gets no run for a while");
            }
            free.push(answer.ok());
        }
        free
    }

    /// A place for a run of so many bytes: the GPU with the fewest runs, of these the one with most memory left. `free` says
    /// which may be asked, and what other processes leave on them.
    pub fn place(self: &Arc<Self>, bytes: u64, free: &[Option<u64>], tuning: &GpuTuning) -> Place {
        let mut best: Option<(usize, usize, u64)> = None;
        let mut could = false;
        for (index, (slot, free)) in self.slots.iter().zip(free).enumerate() {
            let Some(free) = free.filter(|_| slot.gpu.device().for_graphs() >= bytes) else { continue };
            could = true;
            let (runs, reserved) = slot.load();
            if runs >= usize::from(tuning.runs.max(1)) {
                continue;
            }
            let unreserved = slot.gpu.device().for_graphs().saturating_sub(reserved);
            let free = free.min(unreserved);
            let is_better = best.is_none_or(|(_, fewest, most)| (runs, u64::MAX - free) < (fewest, u64::MAX - most));
            if free >= bytes && is_better {
                best = Some((index, runs, free));
            }
        }
        match best {
            Some((index, ..)) => Place::On(self.lease(index, bytes)),
            None if could => Place::Full,
            None => Place::Nowhere,
        }
    }

    fn lease(self: &Arc<Self>, index: usize, bytes: u64) -> Lease {
        let mut slot = self.slots[index].locked();
        let id = slot.next;
        slot.next += 1;
        slot.leases.insert(id, Held { bytes, given_up: false });
        Lease { index, id, devices: Arc::clone(self) }
    }

    /// What each of them has done.
    pub fn counters(&self) -> impl Iterator<Item = (&CudaDevice, Counters)> {
        self.slots.iter().map(|slot| (slot.gpu.device(), slot.locked().counters))
    }

    /// A GPU failed, or gave a wrong result: it gets no run for a while, or until a restart if it is not usable. Returns how
    /// long at least.
    pub fn failed(&self, index: usize, is_wrong: bool, tuning: &GpuTuning, now: Duration) -> Duration {
        let mut slot = self.slots[index].locked();
        slot.counters.failed = slot.counters.failed.saturating_add(1);
        slot.counters.wrong = slot.counters.wrong.saturating_add(u64::from(is_wrong));
        slot.failures = slot.failures.saturating_add(1);
        let delay = tuning.backoff().delay(slot.failures);
        slot.not_before = now.saturating_add(delay);
        delay
    }

    /// A run ended well.
    pub fn succeeded(&self, index: usize) {
        let mut slot = self.slots[index].locked();
        slot.failures = 0;
        slot.counters.runs = slot.counters.runs.saturating_add(1);
    }

    /// Nobody waits any more for a run that has not ended: the GPU gets no other until it has.
    pub fn give_up(&self, index: usize, id: u64) {
        if let Some(held) = self.slots[index].locked().leases.get_mut(&id) {
            held.given_up = true;
        }
    }
}

impl Slot {
    fn locked(&self) -> MutexGuard<'_, Use> {
        self.use_.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_healthy(&self, now: Duration) -> bool {
        let slot = self.locked();
        slot.not_before <= now && !slot.leases.values().any(|held| held.given_up) && self.gpu.usable()
    }

    /// Runs, and bytes that they may take.
    fn load(&self) -> (usize, u64) {
        let slot = self.locked();
        (slot.leases.len(), slot.leases.values().map(|held| held.bytes).fold(0, u64::saturating_add))
    }
}

/// A run's place on a GPU, until it is dropped.
pub(super) struct Lease {
    /// Which GPU, by its place in the fleet.
    pub index: usize,
    /// Which run on it.
    pub id: u64,
    devices: Arc<Devices>,
}

impl Lease {
    pub fn gpu(&self) -> Arc<dyn Accelerator> {
        Arc::clone(&self.devices.slots[self.index].gpu)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.devices.slots[self.index].locked().leases.remove(&self.id);
        self.devices.left.notify_waiters();
    }
}
