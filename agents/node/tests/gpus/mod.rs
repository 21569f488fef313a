//! GPUs that do what a test says, for tests of agents.
#![allow(dead_code, reason = "each test uses a part")]

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};

use tessera_compute::cuda::{CudaDevice, CudaError};
use tessera_compute::{Backend, Cancel, CpuBackend, ExecError, Graph, Tensor};
use tessera_node::Accelerator;

/// Bytes that graphs have on a fake GPU.
pub const ROOM: u64 = 1 << 20;
/// What a driver keeps for itself.
const RESERVE: u64 = 128 << 20;

/// What a fake GPU does with a run.
pub enum Does {
    /// Computes.
    Works,
    /// Computes, and gives this instead.
    Gives(Vec<Tensor>),
    /// Ends with this error.
    Fails(ExecError),
    /// Panics.
    Panics,
    /// Ends when it is cancelled.
    WaitsForCancel,
    /// Ends when the sender is gone, cancelled or not.
    Hangs(mpsc::Receiver<()>),
}

/// A GPU without hardware.
pub struct Fake {
    info: CudaDevice,
    free: AtomicU64,
    usable: AtomicBool,
    silent: Mutex<Option<mpsc::Receiver<()>>>,
    does: Mutex<Does>,
    /// How often it was asked for its free memory.
    pub asked: AtomicUsize,
    /// Runs that began.
    pub begun: AtomicUsize,
    /// Runs that ended.
    pub ended: AtomicUsize,
}

impl Fake {
    pub fn new(ordinal: usize, does: Does) -> Arc<Self> {
        Arc::new(Self {
            info: device(ordinal),
            free: AtomicU64::new(ROOM),
            usable: AtomicBool::new(true),
            silent: Mutex::new(None),
            does: Mutex::new(does),
            asked: AtomicUsize::new(0),
            begun: AtomicUsize::new(0),
            ended: AtomicUsize::new(0),
        })
    }

    /// What it does from now on.
    pub fn set(&self, does: Does) {
        *self.does.lock().unwrap() = does;
    }

    /// Another process leaves this much.
    pub fn set_free(&self, bytes: u64) {
        self.free.store(bytes, Ordering::SeqCst);
    }

    /// Its driver does not answer until the sender is gone.
    pub fn silence(&self, until: mpsc::Receiver<()>) {
        *self.silent.lock().unwrap() = Some(until);
    }

    /// It is lost until a restart.
    pub fn lose(&self) {
        self.usable.store(false, Ordering::SeqCst);
    }

    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    pub fn begun(&self) -> usize {
        self.begun.load(Ordering::SeqCst)
    }

    pub fn ended(&self) -> usize {
        self.ended.load(Ordering::SeqCst)
    }
}

/// Device of compute capability 9.0.
pub fn device(ordinal: usize) -> CudaDevice {
    CudaDevice { ordinal, name: format!("fake {ordinal}"), capability: (9, 0), memory: ROOM + RESERVE }
}

pub fn lost() -> ExecError {
    CudaError::Driver { during: "running a kernel", message: "an illegal memory access".into() }.into()
}

pub fn out_of_memory() -> ExecError {
    CudaError::DoesNotFit { needed: 512, available: 0 }.into()
}

impl Backend for Fake {
    fn name(&self) -> &'static str {
        "fake"
    }

    fn run(&self, graph: &Graph, inputs: &[Tensor], cancel: &Cancel) -> Result<Vec<Tensor>, ExecError> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        // Only one run at a time does something special, and the next works.
        let does = std::mem::replace(&mut *self.does.lock().unwrap(), Does::Works);
        let result = match does {
            Does::Works => CpuBackend::new().run(graph, inputs, cancel),
            Does::Gives(outputs) => Ok(outputs),
            Does::Fails(error) => Err(error),
            Does::Panics => panic!("on purpose"),
            Does::WaitsForCancel => {
                while !cancel.is_cancelled() {
                    std::thread::yield_now();
                }
                Err(ExecError::Cancelled)
            }
            Does::Hangs(until) => {
                let _ = until.recv();
                Err(ExecError::Cancelled)
            }
        };
        self.ended.fetch_add(1, Ordering::SeqCst);
        result
    }
}

impl Accelerator for Fake {
    fn device(&self) -> &CudaDevice {
        &self.info
    }

    fn free_bytes(&self) -> Result<u64, CudaError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if let Some(until) = self.silent.lock().unwrap().take() {
            let _ = until.recv();
        }
        Ok(self.free.load(Ordering::SeqCst))
    }

    fn usable(&self) -> bool {
        self.usable.load(Ordering::SeqCst)
    }
}
