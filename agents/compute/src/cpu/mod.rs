//! The CPU backend: hardware arithmetic, threads across outputs, the referee's bits.

mod chains;
mod dispatch;
mod elementwise;
mod linear;
mod machine;
mod matmul;
mod movement;
mod pool;
mod rows;
mod strided;

use pool::{Instructions, Pool};

use crate::exec::{Backend, Cancel, ExecError, walk};
use crate::{Graph, Tensor};

/// Runs graphs on the CPU.
#[derive(Clone, Debug)]
pub struct CpuBackend {
    instructions: Instructions,
    threads: usize,
}

impl CpuBackend {
    /// All hardware threads and the best instructions of this CPU.
    pub fn new() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self { instructions: Instructions::detect(), threads }
    }

    /// At most this many threads; at least one.
    pub fn with_threads(self, threads: usize) -> Self {
        Self { threads: threads.max(1), ..self }
    }

    /// Without fused multiply-add instructions, as on an old CPU: slow, for comparison.
    pub fn without_fma(self) -> Self {
        Self { instructions: Instructions::WithoutFma, ..self }
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
        let pool = Pool { instructions: self.instructions, threads: self.threads, cancel };
        walk(graph, inputs, cancel, |operation, operands| dispatch::evaluate(&pool, operation, operands))
    }
}
