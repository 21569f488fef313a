//! The CPU backend: hardware arithmetic, threads across outputs, the referee's bits.

mod chains;
mod columns;
mod dispatch;
mod elementwise;
mod fuse;
mod gram;
mod kernels;
mod linear;
mod loose;
mod machine;
mod matmul;
mod movement;
mod nearest;
mod pack;
mod part;
mod path;
mod pool;
mod product;
mod reads;
mod recycle;
mod rows;
mod run;
mod segments;
mod shared;
mod strided;
mod sums;
mod values;

pub use path::Path;
use pool::Pool;
use recycle::Store;

use crate::exec::{Backend, Cancel, ExecError};
use crate::{Graph, Tensor};

/// Runs graphs on the CPU.
#[derive(Clone, Debug)]
pub struct CpuBackend {
    path: Path,
    threads: usize,
}

impl CpuBackend {
    /// All hardware threads and the best instructions of this CPU.
    pub fn new() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self { path: Path::best(), threads }
    }

    /// At most this many threads; at least one.
    pub fn with_threads(self, threads: usize) -> Self {
        Self { threads: threads.max(1), ..self }
    }

    /// With other instructions than the best; `None` where this CPU does not have them.
    pub fn with_path(self, path: Path) -> Option<Self> {
        Path::available().contains(&path).then_some(Self { path, ..self })
    }

    /// Without fused multiply-add instructions, as on an old CPU: slow, for comparison.
    pub fn without_fma(self) -> Self {
        Self { path: Path::Portable, ..self }
    }

    /// The instructions that it runs with.
    pub fn path(&self) -> Path {
        self.path
    }
}

impl Default for CpuBackend {
    fn default() -> Self {
        Self::new()
    }
}

impl Backend for CpuBackend {
    fn name(&self) -> &'static str {
        "cpu"
    }

    fn run(&self, graph: &Graph, inputs: &[Tensor], cancel: &Cancel) -> Result<Vec<Tensor>, ExecError> {
        let store = Store::default();
        run::run(&Pool { path: self.path, threads: self.threads, cancel, store: &store }, graph, inputs)
    }
}
