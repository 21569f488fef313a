//! Why a GPU does not run a graph.

/// Why a GPU does not run a graph. The graph gives the same bits on the CPU.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CudaError {
    /// This build has no CUDA backend.
    #[error("this build has no CUDA backend: build it with the feature `cuda`")]
    NotBuilt,
    /// There is no driver library.
    #[error("no CUDA driver was found (libcuda): install NVIDIA's driver, or run on the CPU")]
    NoDriver,
    /// The driver sees no such device.
    #[error("there is no GPU {ordinal}: the driver sees {count}")]
    NoDevice {
        /// The device asked for.
        ordinal: usize,
        /// Devices that the driver sees.
        count: usize,
    },
    /// There is a driver and no device.
    #[error("the CUDA driver sees no GPU: check `nvidia-smi` and CUDA_VISIBLE_DEVICES, or run on the CPU")]
    NoDevices,
    /// The device is too old for the kernels.
    #[error("GPU {name} has compute capability {major}.{minor}, the kernels need 7.5: run on the CPU")]
    TooOld {
        /// The device's name.
        name: String,
        /// Its compute capability's first number.
        major: u32,
        /// And its second.
        minor: u32,
    },
    /// The graph needs more memory than the device has free.
    #[error("the graph needs {needed} bytes of GPU memory, {available} are free: take tasks with a smaller cost")]
    DoesNotFit {
        /// Bytes that the graph needs at once.
        needed: u64,
        /// Bytes that are free.
        available: u64,
    },
    /// No kernel ended within the watchdog's limit.
    #[error(
        "the GPU has not finished a kernel for {seconds} s and is given up: check it with nvidia-smi, then restart"
    )]
    Stalled {
        /// The watchdog's limit.
        seconds: u64,
    },
    /// An earlier run left the device in a state that cannot be trusted.
    #[error("the GPU failed in an earlier run and is not used again: restart the process")]
    Unusable,
    /// The driver or the device reported an error.
    #[error("the GPU failed in {during}: {message}")]
    Driver {
        /// What was being done.
        during: &'static str,
        /// The driver's words.
        message: String,
    },
}
