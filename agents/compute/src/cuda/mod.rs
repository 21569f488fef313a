//! Running graphs on GPUs: the kernels in `kernels/`, as PTX that the driver compiles for the device at hand.
//!
//! [`Launcher`] is what a GPU does; `evaluate` turns operations into launches for any of them, so that an interpreter of
//! PTX runs the same launches as a device. [`CudaBackend`] is the launcher over the CUDA driver, which is loaded at run
//! time: a binary works with and without a GPU. Without the feature `cuda` there are no devices.

mod error;
mod evaluate;
mod launcher;
mod memory;
mod module;
mod watchdog;

#[cfg(feature = "cuda")]
mod enabled;
#[cfg(feature = "cuda")]
pub use enabled::CudaBackend;

#[cfg(not(feature = "cuda"))]
mod disabled;
#[cfg(not(feature = "cuda"))]
pub use disabled::CudaBackend;

pub use error::CudaError;
pub use evaluate::{run_on, trace_roots_on};
pub use launcher::{Arg, Kernel, Launcher};
pub use memory::device_bytes;
pub use module::Module;
pub use watchdog::Watchdog;

/// A GPU that the driver sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CudaDevice {
    /// What [`CudaBackend::new`] takes.
    pub ordinal: usize,
    /// The device's name.
    pub name: String,
    /// Compute capability, major and minor.
    pub capability: (u32, u32),
    /// Bytes of its memory.
    pub memory: u64,
}

/// Memory that is left to the driver: code, and what its allocator rounds up.
const RESERVE: u64 = 128 << 20;
/// The compute capability that the kernels need.
const LOWEST: (u32, u32) = (7, 5);

impl CudaDevice {
    /// Bytes that graphs can have of it when nothing else uses it.
    pub fn for_graphs(&self) -> u64 {
        self.memory.saturating_sub(RESERVE)
    }

    /// Whether it runs the kernels.
    ///
    /// # Errors
    ///
    /// [`CudaError::TooOld`].
    pub fn check_supported(&self) -> Result<(), CudaError> {
        if self.capability < LOWEST {
            let (major, minor) = self.capability;
            return Err(CudaError::TooOld { name: self.name.clone(), major, minor });
        }
        Ok(())
    }
}
