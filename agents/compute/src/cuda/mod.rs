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
