//! What executes an agent's runs: the CPU, and GPUs where there are some. Decides where a run goes, watches it there, and
//! goes on elsewhere when a GPU fails.

mod attempt;
mod choice;
mod device;
mod open;
mod placement;
mod speed;
mod tuning;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use choice::{BackendChoice, ChoiceError};
pub use device::{Accelerator, Counters};
pub use open::{Cuda, Driver, FleetError, detect};
pub use placement::{Demand, Prefer, time_left};
pub use speed::Speed;
pub use tuning::{GpuTuning, Overflow};

use device::Devices;
use tessera_chain::{BackendKind, Hardware};
use tessera_compute::Backend;
use tessera_compute::cuda::CudaDevice;

use crate::config::NodeTuning;

/// A clock that never goes back.
type Clock = Arc<dyn Fn() -> Duration + Send + Sync>;

/// What executes an agent's runs. Clones share the GPUs and what is known of their faults.
#[derive(Clone)]
pub struct Fleet {
    cpu: Arc<dyn Backend>,
    devices: Arc<Devices>,
    tuning: Arc<NodeTuning>,
    clock: Clock,
}

impl Fleet {
    /// A fleet of these GPUs, and this backend for what goes to the CPU. Without GPUs everything does.
    pub fn new(cpu: Arc<dyn Backend>, gpus: Vec<Arc<dyn Accelerator>>) -> Self {
        let start = Instant::now();
        Self {
            cpu,
            devices: Arc::new(Devices::new(gpus)),
            tuning: Arc::default(),
            clock: Arc::new(move || start.elapsed()),
        }
    }

    /// With an operator's decisions instead of the defaults.
    pub fn with_tuning(self, tuning: &NodeTuning) -> Self {
        Self { tuning: Arc::new(tuning.clone()), ..self }
    }

    /// With another clock for how long a GPU that failed gets no run.
    pub fn with_clock(self, clock: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self { clock: Arc::new(clock), ..self }
    }

    /// What computes on the CPU: operations of a dispute, one at a time.
    pub fn cpu(&self) -> Arc<dyn Backend> {
        self.cpu.clone()
    }

    /// The GPUs, whether they are healthy or not.
    pub fn gpus(&self) -> Vec<&CudaDevice> {
        self.devices.infos().collect()
    }

    /// The GPUs that get runs now.
    pub fn healthy_gpus(&self) -> Vec<&CudaDevice> {
        self.devices.healthy(self.now()).collect()
    }

    /// What each GPU has done since this process began.
    pub fn counters(&self) -> Vec<(&CudaDevice, Counters)> {
        self.devices.counters().collect()
    }

    /// What its operator registers; `host_mib` is this machine's memory.
    pub fn hardware(&self, host_mib: u32) -> Hardware {
        hardware_of(self.devices.infos(), host_mib)
    }

    fn now(&self) -> Duration {
        (self.clock)()
    }
}

impl From<Arc<dyn Backend>> for Fleet {
    /// This backend alone, as if it were the CPU.
    fn from(backend: Arc<dyn Backend>) -> Self {
        Self::new(backend, Vec::new())
    }
}

impl<B: Backend + 'static> From<Arc<B>> for Fleet {
    /// This backend alone, as if it were the CPU.
    fn from(backend: Arc<B>) -> Self {
        Self::new(backend, Vec::new())
    }
}

impl fmt::Debug for Fleet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fleet").field("cpu", &self.cpu.name()).field("gpus", &self.gpus()).finish_non_exhaustive()
    }
}

impl fmt::Display for Fleet {
    /// The GPUs by name, or the CPU.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.devices.is_empty() {
            return f.write_str(self.cpu.name());
        }
        let names: Vec<String> =
            self.devices.infos().map(|gpu| format!("cuda:{} ({})", gpu.ordinal, gpu.name)).collect();
        f.write_str(&names.join(", "))
    }
}

/// One run uses one GPU, so the largest says what tasks a provider can take.
fn hardware_of<'a>(gpus: impl Iterator<Item = &'a CudaDevice>, host_mib: u32) -> Hardware {
    match gpus.max_by_key(|gpu| gpu.memory) {
        None => {
            Hardware { backend: BackendKind::Cpu, memory_mib: host_mib, compute_capability: 0, region: [0; 2], tier: 0 }
        }
        Some(gpu) => {
            let (major, minor) = gpu.capability;
            Hardware {
                backend: BackendKind::Cuda,
                memory_mib: u32::try_from(gpu.for_graphs() >> 20).unwrap_or(u32::MAX),
                compute_capability: u16::try_from(major * 10 + minor).unwrap_or(u16::MAX),
                region: [0; 2],
                tier: 0,
            }
        }
    }
}
