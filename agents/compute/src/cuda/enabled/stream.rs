//! The launcher of one run: a stream, what is in flight on it, and the watchdog.

use std::collections::VecDeque;
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cudarc::driver::{CudaEvent, CudaSlice, CudaStream, DevicePtr, DriverError, LaunchConfig, PushKernelArg, sys};

use super::{CudaBackend, failed};
use crate::cuda::{Arg, CudaError, Kernel, Launcher};
use crate::{Cancel, ExecError};

/// Steps that may be in flight before the oldest is waited for: enough to hide the launches, few enough that a cancelled
/// run ends soon.
const IN_FLIGHT: usize = 64;
/// How often a wait looks again at once, before the thread sleeps between looks: most steps are short.
const LOOKS: u32 = 4_096;
const SLEEP: Duration = Duration::from_micros(50);

/// A run's stream.
pub(super) struct Stream<'a> {
    backend: &'a CudaBackend,
    stream: ManuallyDrop<Arc<CudaStream>>,
    /// Recorded after each step, oldest first.
    in_flight: VecDeque<CudaEvent>,
    /// Set when the watchdog gave up: nothing that waits for the device may be done any more.
    stalled: Arc<AtomicBool>,
}

impl<'a> Stream<'a> {
    pub(super) fn new(backend: &'a CudaBackend) -> Result<Self, CudaError> {
        let stream = backend.context.new_stream().map_err(failed("making a stream"))?;
        Ok(Self {
            backend,
            stream: ManuallyDrop::new(stream),
            in_flight: VecDeque::new(),
            stalled: Arc::new(AtomicBool::new(false)),
        })
    }

    /// Waits for the oldest step in flight.
    fn wait_for_oldest(&mut self, cancel: &Cancel) -> Result<(), ExecError> {
        let Some(event) = self.in_flight.front() else {
            return Ok(());
        };
        let watched = self.backend.watchdog.as_ref().map(|watchdog| (watchdog, watchdog.now()));
        let mut looks = 0;
        while !event.try_is_complete().map_err(failed("running a kernel"))? {
            if cancel.is_cancelled() {
                return Err(ExecError::Cancelled);
            }
            if let Some((watchdog, _)) = watched.filter(|(watchdog, since)| watchdog.stalled(*since)) {
                self.stalled.store(true, Ordering::Relaxed);
                return Err(CudaError::Stalled { seconds: watchdog.limit().as_secs() }.into());
            }
            if looks < LOOKS {
                looks += 1;
                std::hint::spin_loop();
            } else {
                std::thread::sleep(SLEEP);
            }
        }
        self.in_flight.pop_front();
        Ok(())
    }
}

impl Drop for Stream<'_> {
    fn drop(&mut self) {
        if self.stalled.load(Ordering::Relaxed) {
            // Events, stream and context would wait for the kernel that does not end: they are left to the process's end.
            std::mem::forget(std::mem::take(&mut self.in_flight));
            std::mem::forget(Arc::clone(&self.backend.context));
        } else {
            // SAFETY: dropped here only, and not used after.
            unsafe { ManuallyDrop::drop(&mut self.stream) };
        }
    }
}

/// Memory of the device. It is freed in the stream's order, so launches before that still find it.
pub(super) struct Buffer {
    memory: ManuallyDrop<CudaSlice<u8>>,
    stalled: Arc<AtomicBool>,
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if !self.stalled.load(Ordering::Relaxed) {
            // SAFETY: dropped here only, and not used after.
            unsafe { ManuallyDrop::drop(&mut self.memory) };
        }
    }
}

impl Launcher for Stream<'_> {
    type Buffer = Buffer;

    fn allocate(&mut self, bytes: u64) -> Result<Buffer, ExecError> {
        let length = usize::try_from(bytes.max(1)).map_err(|_| ExecError::TooLarge(bytes))?;
        // SAFETY: any bytes are u8; the contract of `Launcher` leaves the contents open.
        let memory = unsafe { self.stream.alloc::<u8>(length) }.map_err(|error| match error {
            DriverError(sys::CUresult::CUDA_ERROR_OUT_OF_MEMORY) => {
                let available = self.backend.context.mem_get_info().map_or(0, |(free, _)| free as u64);
                CudaError::DoesNotFit { needed: bytes, available }
            }
            error => failed("allocating memory")(error),
        })?;
        Ok(Buffer { memory: ManuallyDrop::new(memory), stalled: Arc::clone(&self.stalled) })
    }

    fn address(&self, buffer: &Buffer) -> u64 {
        buffer.memory.device_ptr(&self.stream).0
    }

    fn upload(&mut self, bytes: &[u8], to: &mut Buffer) -> Result<(), ExecError> {
        let mut staging = locked(&self.backend.staging);
        Ok(staging.upload(&self.stream, bytes, &mut to.memory).map_err(failed("copying to the device"))?)
    }

    fn download(&mut self, from: &Buffer, bytes: &mut [u8]) -> Result<(), ExecError> {
        let mut staging = locked(&self.backend.staging);
        Ok(staging.download(&self.stream, &from.memory, bytes).map_err(failed("copying from the device"))?)
    }

    fn supports(&self, target: u32) -> bool {
        let (major, minor) = self.backend.device.capability;
        major * 10 + minor >= target
    }

    unsafe fn launch(
        &mut self,
        kernel: Kernel,
        [x, y]: [u32; 2],
        block: u32,
        args: &[Arg<'_>],
    ) -> Result<(), ExecError> {
        let function = locked(&self.backend.functions).get(&self.backend.context, kernel)?;
        let mut launch = self.stream.launch_builder(&function);
        for arg in args {
            match arg {
                Arg::U64(value) => launch.arg(value),
                Arg::U32(value) => launch.arg(value),
                // The driver reads as many bytes from there as the parameter has.
                Arg::Words(words) => match words {
                    [first, ..] => launch.arg(first),
                    [] => return Err(ExecError::Malformed),
                },
            };
        }
        let config = LaunchConfig { grid_dim: (x, y, 1), block_dim: (block, 1, 1), shared_mem_bytes: 0 };
        // SAFETY: the caller vouches for the parameters and for what the kernel reads and writes.
        unsafe { launch.launch(config) }.map_err(failed("launching a kernel"))?;
        Ok(())
    }

    fn watch(&mut self, cancel: &Cancel) -> Result<(), ExecError> {
        if cancel.is_cancelled() {
            return Err(ExecError::Cancelled);
        }
        let event = self.stream.record_event(None).map_err(failed("recording an event"))?;
        self.in_flight.push_back(event);
        while self.in_flight.len() > IN_FLIGHT {
            self.wait_for_oldest(cancel)?;
        }
        Ok(())
    }

    fn finish(&mut self, cancel: &Cancel) -> Result<(), ExecError> {
        self.watch(cancel)?;
        while !self.in_flight.is_empty() {
            self.wait_for_oldest(cancel)?;
        }
        Ok(())
    }
}

/// What a mutex guards; a panic elsewhere leaves a cache of kernels and two copy buffers, both still whole.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
