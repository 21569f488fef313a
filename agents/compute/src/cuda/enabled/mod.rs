//! The backend over the CUDA driver.

mod devices;
mod functions;
mod staging;
mod stream;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use cudarc::driver::{CudaContext, DriverError};
use functions::Functions;
use staging::Staging;
use stream::Stream;

use super::{CudaDevice, CudaError, RESERVE, Watchdog, device_bytes, run_on, trace_roots_on};
use crate::{Backend, Cancel, ExecError, Graph, Root, Tensor};

/// Runs graphs on one GPU, with the bits of every other backend. Runs may be made from several threads at once; each
/// has a stream of its own.
#[derive(Debug)]
pub struct CudaBackend {
    device: CudaDevice,
    context: Arc<CudaContext>,
    functions: Mutex<Functions>,
    staging: Mutex<Staging>,
    watchdog: Option<Watchdog>,
    /// Set when the device failed in a way that outlives the run.
    unusable: AtomicBool,
}

impl CudaBackend {
    /// The GPUs that the driver sees; none of them is touched.
    ///
    /// # Errors
    ///
    /// [`CudaError::NoDriver`] without a driver library, [`CudaError::Driver`] if it does not start.
    pub fn devices() -> Result<Vec<CudaDevice>, CudaError> {
        devices::list()
    }

    /// A backend on the GPU with this ordinal. Several may be made, for several GPUs or several runs on one.
    ///
    /// # Errors
    ///
    /// There is no driver or no such device, it is older than the kernels, or it cannot be used.
    pub fn new(ordinal: usize) -> Result<Self, CudaError> {
        let devices = devices::list()?;
        let count = devices.len();
        let device = devices.into_iter().nth(ordinal).ok_or(CudaError::NoDevice { ordinal, count })?;
        device.check_supported()?;
        let context = CudaContext::new(ordinal).map_err(failed("opening the device"))?;
        // SAFETY: a buffer is used on the stream that allocated it only, so there is nothing to wait for between streams.
        unsafe { context.disable_event_tracking() };
        Ok(Self {
            device,
            context,
            functions: Mutex::default(),
            staging: Mutex::default(),
            watchdog: None,
            unusable: AtomicBool::new(false),
        })
    }

    /// Has a watchdog look after runs. Without one a kernel that never ends holds its run until that is cancelled.
    pub fn with_watchdog(mut self, watchdog: Watchdog) -> Self {
        self.watchdog = Some(watchdog);
        self
    }

    /// The GPU.
    pub fn device(&self) -> &CudaDevice {
        &self.device
    }

    /// Bytes that a graph can have now.
    ///
    /// # Errors
    ///
    /// The device cannot be asked.
    pub fn free_bytes(&self) -> Result<u64, CudaError> {
        let (free, _) = self.context.mem_get_info().map_err(failed("asking for free memory"))?;
        Ok((free as u64).saturating_sub(RESERVE))
    }

    /// Whether the graph fits the memory that is free now; to be asked before a task is taken.
    ///
    /// # Errors
    ///
    /// [`CudaError::DoesNotFit`], or the device cannot be asked.
    pub fn fits(&self, graph: &Graph) -> Result<(), CudaError> {
        let (needed, available) = (device_bytes(graph), self.free_bytes()?);
        if needed > available {
            return Err(CudaError::DoesNotFit { needed, available });
        }
        Ok(())
    }

    /// The roots of all operations' outputs, in order, hashed on the device.
    ///
    /// # Errors
    ///
    /// As [`Backend::run`].
    pub fn trace_roots(&self, graph: &Graph, inputs: &[Tensor], cancel: &Cancel) -> Result<Vec<Root>, ExecError> {
        self.guarded(graph, |stream| trace_roots_on(stream, graph, inputs, cancel))
    }

    /// Work on a stream of its own, after the checks; remembers a failure that outlives it.
    fn guarded<T>(
        &self,
        graph: &Graph,
        work: impl FnOnce(&mut Stream<'_>) -> Result<T, ExecError>,
    ) -> Result<T, ExecError> {
        if !self.usable() {
            return Err(CudaError::Unusable.into());
        }
        self.fits(graph)?;
        let result = work(&mut Stream::new(self)?);
        if matches!(result, Err(ExecError::Device(CudaError::Driver { .. } | CudaError::Stalled { .. }))) {
            self.unusable.store(true, Ordering::Relaxed);
        }
        result
    }

    /// Whether the device can still be used; a stalled kernel or a fault ends that until the process is restarted.
    pub fn usable(&self) -> bool {
        !self.unusable.load(Ordering::Relaxed)
    }
}

impl Drop for CudaBackend {
    fn drop(&mut self) {
        if !self.usable() {
            // Freeing them would wait for a kernel that does not end: they are left to the process's end.
            let functions = self.functions.get_mut().unwrap_or_else(PoisonError::into_inner);
            std::mem::forget(std::mem::take(functions));
            let staging = self.staging.get_mut().unwrap_or_else(PoisonError::into_inner);
            std::mem::forget(std::mem::take(staging));
        }
    }
}

impl Backend for CudaBackend {
    fn name(&self) -> &'static str {
        "cuda"
    }

    fn run(&self, graph: &Graph, inputs: &[Tensor], cancel: &Cancel) -> Result<Vec<Tensor>, ExecError> {
        self.guarded(graph, |stream| run_on(stream, graph, inputs, cancel))
    }
}

/// Turns the driver's error into ours.
fn failed(during: &'static str) -> impl Fn(DriverError) -> CudaError {
    move |error| CudaError::Driver { during, message: error.to_string() }
}
