//! Without the feature `cuda`: no devices.

use super::{CudaDevice, CudaError, Watchdog};
use crate::{Backend, Cancel, ExecError, Graph, Root, Tensor};

/// No backend: it cannot be made.
#[derive(Debug)]
pub enum CudaBackend {}

impl CudaBackend {
    /// Always [`CudaError::NotBuilt`].
    pub fn devices() -> Result<Vec<CudaDevice>, CudaError> {
        Err(CudaError::NotBuilt)
    }

    /// Always [`CudaError::NotBuilt`].
    pub fn new(_ordinal: usize) -> Result<Self, CudaError> {
        Err(CudaError::NotBuilt)
    }

    /// There is no device to look after.
    pub fn with_watchdog(self, _watchdog: Watchdog) -> Self {
        self
    }

    /// There is no device.
    pub fn device(&self) -> &CudaDevice {
        match *self {}
    }

    /// There is no device.
    pub fn free_bytes(&self) -> Result<u64, CudaError> {
        match *self {}
    }

    /// There is no device.
    pub fn fits(&self, _graph: &Graph) -> Result<(), CudaError> {
        match *self {}
    }

    /// There is no device.
    pub fn trace_roots(&self, _graph: &Graph, _inputs: &[Tensor], _cancel: &Cancel) -> Result<Vec<Root>, ExecError> {
        match *self {}
    }

    /// There is no device.
    pub fn usable(&self) -> bool {
        match *self {}
    }
}

impl Backend for CudaBackend {
    fn name(&self) -> &'static str {
        match *self {}
    }

    fn run(&self, _graph: &Graph, _inputs: &[Tensor], _cancel: &Cancel) -> Result<Vec<Tensor>, ExecError> {
        match *self {}
    }
}
