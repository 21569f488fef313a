//! Finding and opening the GPUs that an operator chose.

use std::sync::Arc;
use std::time::Instant;

use tessera_chain::Hardware;
use tessera_compute::CpuBackend;
use tessera_compute::cuda::{CudaBackend, CudaDevice, CudaError, Watchdog};

use super::{Accelerator, BackendChoice, Fleet, hardware_of};
use crate::config::NodeTuning;

/// Where GPUs come from.
pub trait Driver {
    /// The GPUs of this machine; none of them is touched.
    ///
    /// # Errors
    /// There is no driver, or it does not start.
    fn devices(&self) -> Result<Vec<CudaDevice>, CudaError>;

    /// Opens one.
    ///
    /// # Errors
    /// It cannot be used.
    fn open(&self, device: &CudaDevice, watchdog: Watchdog) -> Result<Arc<dyn Accelerator>, CudaError>;
}

/// NVIDIA's driver.
#[derive(Clone, Copy, Debug)]
pub struct Cuda;

impl Driver for Cuda {
    fn devices(&self) -> Result<Vec<CudaDevice>, CudaError> {
        CudaBackend::devices()
    }

    fn open(&self, device: &CudaDevice, watchdog: Watchdog) -> Result<Arc<dyn Accelerator>, CudaError> {
        Ok(Arc::new(CudaBackend::new(device.ordinal)?.with_watchdog(watchdog)))
    }
}

/// The GPUs that were asked for cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the backend {choice} cannot be used: {error} (`--backend cpu`, or `auto` for the CPU where there is no GPU)")]
pub struct FleetError {
    /// What was asked for.
    pub choice: BackendChoice,
    /// Why not.
    pub error: CudaError,
}

impl Fleet {
    /// Opens what `node.backend` chooses, with what else it decides. `auto` never fails: a GPU that cannot be used is
    /// logged and left out.
    ///
    /// # Errors
    /// [`FleetError`] when the chosen GPUs cannot be used.
    pub fn open(driver: &dyn Driver, node: &NodeTuning) -> Result<Self, FleetError> {
        let choice = &node.backend;
        let start = Instant::now();
        // A fleet gives a run up sooner; this ends what is left behind, once it is certain that nothing comes of it.
        let watchdog = Watchdog::new(node.gpu.watchdog_least.saturating_mul(2), move || start.elapsed());
        let mut gpus = Vec::new();
        for device in chosen(driver, choice)? {
            match driver.open(&device, watchdog.clone()) {
                Ok(gpu) => gpus.push(gpu),
                Err(error) if *choice == BackendChoice::Auto => {
                    tracing::warn!(gpu = device.ordinal, name = device.name, %error, "GPU left out");
                }
                Err(error) => return Err(FleetError { choice: choice.clone(), error }),
            }
        }
        Ok(Self::new(Arc::new(CpuBackend::new()), gpus).with_tuning(node))
    }
}

/// What an operator with this choice registers; no GPU is touched. `host_mib` is this machine's memory.
///
/// # Errors
/// [`FleetError`] when the chosen GPUs are not there.
pub fn detect(driver: &dyn Driver, choice: &BackendChoice, host_mib: u32) -> Result<Hardware, FleetError> {
    Ok(hardware_of(chosen(driver, choice)?.iter(), host_mib))
}

fn chosen(driver: &dyn Driver, choice: &BackendChoice) -> Result<Vec<CudaDevice>, FleetError> {
    let wanted = match choice {
        BackendChoice::Cpu => return Ok(Vec::new()),
        BackendChoice::Auto => return Ok(all_supported(driver)),
        BackendChoice::Cuda(wanted) => wanted,
    };
    let refused = |error| FleetError { choice: choice.clone(), error };
    let devices = driver.devices().map_err(refused)?;
    if devices.is_empty() {
        return Err(refused(CudaError::NoDevices));
    }
    let count = devices.len();
    let chosen = if wanted.is_empty() {
        devices
    } else {
        let pick = |&ordinal: &usize| devices.get(ordinal).cloned().ok_or(CudaError::NoDevice { ordinal, count });
        wanted.iter().map(pick).collect::<Result<Vec<_>, _>>().map_err(refused)?
    };
    chosen.iter().try_for_each(CudaDevice::check_supported).map_err(refused)?;
    Ok(chosen)
}

fn all_supported(driver: &dyn Driver) -> Vec<CudaDevice> {
    let mut devices = match driver.devices() {
        Ok(devices) => devices,
        Err(CudaError::NoDriver | CudaError::NotBuilt) => Vec::new(),
        Err(error) => {
            tracing::warn!(%error, "GPUs left out");
            Vec::new()
        }
    };
    devices.retain(|device| match device.check_supported() {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(gpu = device.ordinal, %error, "GPU left out");
            false
        }
    });
    devices
}
