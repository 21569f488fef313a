//! The kernels' PTX on the interpreter: the launches of the CUDA backend, without a GPU.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use tessera_compute::cuda::{self, Kernel, Launcher, run_on, trace_roots_on};
use tessera_compute::{Backend, Cancel, ExecError, Graph, Root, Tensor};
use tessera_ptx::{Arg, Launch, Limits, Memory, Module};

/// A device of this target, as in `sm_80`.
pub struct Interpreted(pub u32);

impl Interpreted {
    pub fn device(&self) -> Device {
        Device { target: self.0, memory: Arc::new(Mutex::new(Memory::new(1 << 30))) }
    }

    pub fn trace_roots(&self, graph: &Graph, inputs: &[Tensor]) -> Vec<Root> {
        trace_roots_on(&mut self.device(), graph, inputs, &Cancel::new()).unwrap()
    }
}

impl Backend for Interpreted {
    fn name(&self) -> &'static str {
        "interpreter"
    }

    fn run(&self, graph: &Graph, inputs: &[Tensor], cancel: &Cancel) -> Result<Vec<Tensor>, ExecError> {
        run_on(&mut self.device(), graph, inputs, cancel)
    }
}

/// A module's text, parsed once.
fn parsed(module: cuda::Module) -> &'static Module {
    static MODULES: OnceLock<HashMap<&'static str, Module>> = OnceLock::new();
    let modules = MODULES.get_or_init(|| {
        cuda::Module::ALL
            .iter()
            .map(|module| {
                (module.name(), Module::parse(module.ptx()).unwrap_or_else(|e| panic!("{}: {e}", module.name())))
            })
            .collect()
    });
    &modules[module.name()]
}

/// The launcher over the interpreter.
pub struct Device {
    target: u32,
    memory: Arc<Mutex<Memory>>,
}

/// An allocation. What nobody wrote into it is not zero.
pub struct Allocation {
    address: u64,
    memory: Arc<Mutex<Memory>>,
}

impl Drop for Allocation {
    fn drop(&mut self) {
        self.memory.lock().unwrap().free(self.address).unwrap();
    }
}

impl Launcher for Device {
    type Buffer = Allocation;

    fn allocate(&mut self, bytes: u64) -> Result<Allocation, ExecError> {
        let address = self.memory.lock().unwrap().alloc_bytes(&vec![0xa5; bytes as usize]).unwrap();
        assert_eq!(address % 16, 0);
        Ok(Allocation { address, memory: Arc::clone(&self.memory) })
    }

    fn address(&self, buffer: &Allocation) -> u64 {
        buffer.address
    }

    fn upload(&mut self, bytes: &[u8], to: &mut Allocation) -> Result<(), ExecError> {
        self.memory.lock().unwrap().write(to.address, bytes).unwrap();
        Ok(())
    }

    fn download(&mut self, from: &Allocation, bytes: &mut [u8]) -> Result<(), ExecError> {
        bytes.copy_from_slice(self.memory.lock().unwrap().read(from.address, bytes.len() as u64).unwrap());
        Ok(())
    }

    fn supports(&self, target: u32) -> bool {
        self.target >= target
    }

    unsafe fn launch(
        &mut self,
        kernel: Kernel,
        [x, y]: [u32; 2],
        block: u32,
        args: &[cuda::Arg<'_>],
    ) -> Result<(), ExecError> {
        let params = args.iter().map(|arg| match *arg {
            cuda::Arg::U64(value) => Arg::U64(value),
            cuda::Arg::U32(value) => Arg::U32(value),
            cuda::Arg::Words(words) => Arg::Bytes(words.iter().flat_map(|word| word.to_le_bytes()).collect()),
        });
        let launch = Launch { grid: [x, y, 1], block: [block, 1, 1], shared_bytes: 0, params: params.collect() };
        let function = parsed(kernel.module).kernel(kernel.name).unwrap();
        let result = function.launch(&launch, &mut self.memory.lock().unwrap(), &Limits::default());
        result.unwrap_or_else(|trap| panic!("{}: {trap}", kernel.name));
        Ok(())
    }

    fn watch(&mut self, cancel: &Cancel) -> Result<(), ExecError> {
        if cancel.is_cancelled() { Err(ExecError::Cancelled) } else { Ok(()) }
    }

    fn finish(&mut self, cancel: &Cancel) -> Result<(), ExecError> {
        self.watch(cancel)
    }
}
