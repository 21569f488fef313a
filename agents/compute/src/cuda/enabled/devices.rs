//! What the driver sees.

use cudarc::driver::sys::{self, CUdevice_attribute, CUresult};
use cudarc::driver::{CudaContext, DriverError, result};

use super::failed;
use crate::cuda::{CudaDevice, CudaError};

/// All devices, in the driver's order.
pub(super) fn list() -> Result<Vec<CudaDevice>, CudaError> {
    // SAFETY: it only tries to open the driver's library, which has to be done before anything else is asked of cudarc.
    if !unsafe { sys::is_culib_present() } {
        return Err(CudaError::NoDriver);
    }
    match CudaContext::device_count() {
        Ok(count) => (0..count).map(describe).collect::<Result<_, _>>().map_err(failed("listing devices")),
        Err(DriverError(CUresult::CUDA_ERROR_NO_DEVICE)) => Ok(Vec::new()),
        Err(error) => Err(failed("starting the driver")(error)),
    }
}

fn describe(ordinal: i32) -> Result<CudaDevice, DriverError> {
    let device = result::device::get(ordinal)?;
    // SAFETY: the device is one that the driver has just given.
    let number = |attribute| unsafe { result::device::get_attribute(device, attribute) };
    let major = number(CUdevice_attribute::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)?;
    let minor = number(CUdevice_attribute::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR)?;
    Ok(CudaDevice {
        ordinal: ordinal as usize,
        name: result::device::get_name(device)?,
        capability: (major as u32, minor as u32),
        // SAFETY: as above.
        memory: unsafe { result::device::total_mem(device)? } as u64,
    })
}
