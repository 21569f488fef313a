//! A device that fails at any of its steps ends the run with its error, and gives its memory back.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tessera_compute::cuda::{Arg, CudaError, Kernel, Launcher, run_on};
use tessera_compute::{Backend as _, Cancel, CpuBackend, ExecError, Tensor};

use super::interpreted::{Allocation, Device, Interpreted};
use super::{Graph, GraphBuilder};

/// An interpreted device that fails at its step of this number, and at all later ones.
struct Failing {
    inner: Device,
    fails_at: usize,
    error: ExecError,
    steps: usize,
    live: Arc<AtomicUsize>,
}

/// Memory that is counted.
struct Counted(Allocation, Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.1.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Failing {
    fn new(fails_at: usize, error: ExecError) -> Self {
        Self { inner: Interpreted(80).device(), fails_at, error, steps: 0, live: Arc::default() }
    }

    fn step(&mut self) -> Result<(), ExecError> {
        self.steps += 1;
        if self.steps > self.fails_at { Err(self.error.clone()) } else { Ok(()) }
    }
}

impl Launcher for Failing {
    type Buffer = Counted;

    fn allocate(&mut self, bytes: u64) -> Result<Counted, ExecError> {
        self.step()?;
        let allocation = self.inner.allocate(bytes)?;
        self.live.fetch_add(1, Ordering::SeqCst);
        Ok(Counted(allocation, Arc::clone(&self.live)))
    }

    fn address(&self, buffer: &Counted) -> u64 {
        self.inner.address(&buffer.0)
    }

    fn upload(&mut self, bytes: &[u8], to: &mut Counted) -> Result<(), ExecError> {
        self.step()?;
        self.inner.upload(bytes, &mut to.0)
    }

    fn download(&mut self, from: &Counted, bytes: &mut [u8]) -> Result<(), ExecError> {
        self.step()?;
        self.inner.download(&from.0, bytes)
    }

    fn supports(&self, target: u32) -> bool {
        self.inner.supports(target)
    }

    unsafe fn launch(&mut self, kernel: Kernel, grid: [u32; 2], block: u32, args: &[Arg<'_>]) -> Result<(), ExecError> {
        self.step()?;
        // SAFETY: passed on to the caller.
        unsafe { self.inner.launch(kernel, grid, block, args) }
    }

    fn watch(&mut self, cancel: &Cancel) -> Result<(), ExecError> {
        self.step()?;
        self.inner.watch(cancel)
    }

    fn finish(&mut self, cancel: &Cancel) -> Result<(), ExecError> {
        self.step()?;
        self.inner.finish(cancel)
    }
}

/// One step of k-means and a triangular system: kernels with scratch among them.
fn job() -> (Graph, Vec<Tensor>) {
    let mut g = GraphBuilder::new();
    let x = g.input(tessera_compute::DType::F32, &[7, 3]).unwrap();
    let c = g.input(tessera_compute::DType::F32, &[2, 3]).unwrap();
    let norms = g.rowdot(c, c).unwrap();
    let labels = g.nearest(x, c, norms).unwrap();
    let turned = g.transpose(x).unwrap();
    let sums = g.segment_sum(turned, labels, 2).unwrap();
    let gram = g.matmul(turned, turned).unwrap();
    let factor = g.cholesky(gram).unwrap();
    let solved = g.solve(factor, factor).unwrap();
    for output in [labels, sums, solved] {
        g.output(output).unwrap();
    }
    let values = |n: u64| (0..n).map(|i| ((i * 7919) % 31) as f32 - 11.5).collect::<Vec<_>>();
    let inputs = vec![Tensor::f32(&[7, 3], values(21)).unwrap(), Tensor::f32(&[2, 3], values(6)).unwrap()];
    (g.finish().unwrap(), inputs)
}

#[test]
fn a_device_that_fails_at_any_step_ends_the_run_with_its_error_and_no_memory() {
    let (graph, inputs) = job();
    let mut sound = Failing::new(usize::MAX, ExecError::Cancelled);
    let outputs = run_on(&mut sound, &graph, &inputs, &Cancel::new()).unwrap();
    assert_eq!(outputs, CpuBackend::new().run(&graph, &inputs, &Cancel::new()).unwrap());
    assert_eq!(sound.live.load(Ordering::SeqCst), 0);
    assert!(sound.steps > 30, "{} steps", sound.steps);

    let lost = CudaError::Driver { during: "launching a kernel", message: "the device is lost".into() };
    let full = CudaError::DoesNotFit { needed: 512, available: 0 };
    for error in [lost, full, CudaError::Stalled { seconds: 60 }] {
        for fails_at in 0..sound.steps {
            let mut gpu = Failing::new(fails_at, error.clone().into());
            let failure = run_on(&mut gpu, &graph, &inputs, &Cancel::new()).unwrap_err();
            assert_eq!(failure, ExecError::Device(error.clone()));
            assert_eq!(gpu.steps, fails_at + 1, "nothing is asked of a device that failed");
            assert_eq!(gpu.live.load(Ordering::SeqCst), 0, "step {fails_at}");
        }
    }
}
