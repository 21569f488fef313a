//! Loaded kernels.

use std::collections::HashMap;
use std::sync::Arc;

use cudarc::driver::{CudaContext, CudaFunction, CudaModule};
use cudarc::nvrtc::Ptx;

use super::failed;
use crate::cuda::{CudaError, Kernel, Module};

/// Modules that the driver has compiled, and their kernels; each is loaded when it is first needed.
#[derive(Debug, Default)]
pub(super) struct Functions {
    modules: HashMap<Module, Arc<CudaModule>>,
    functions: HashMap<Kernel, CudaFunction>,
}

impl Functions {
    pub(super) fn get(&mut self, context: &Arc<CudaContext>, kernel: Kernel) -> Result<CudaFunction, CudaError> {
        if let Some(function) = self.functions.get(&kernel) {
            return Ok(function.clone());
        }
        let module = match self.modules.get(&kernel.module) {
            Some(module) => Arc::clone(module),
            None => {
                let ptx = Ptx::from_src(kernel.module.ptx());
                let module = context.load_module(ptx).map_err(failed("compiling PTX (a newer driver may help)"))?;
                self.modules.insert(kernel.module, Arc::clone(&module));
                module
            }
        };
        let function = module.load_function(kernel.name).map_err(failed("finding a kernel"))?;
        self.functions.insert(kernel, function.clone());
        Ok(function)
    }
}
