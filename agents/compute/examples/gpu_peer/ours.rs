//! Our products.

use std::time::Instant;

use tessera_compute::cuda::{CudaBackend, device_bytes};
use tessera_compute::{Backend, Cancel, Graph, GraphBuilder, GraphError, Tensor, Value};

use super::{Outcome, REPEATS};

/// What is multiplied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    F32,
    I8,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "matmul_f32",
            Self::I8 => "matmul_i8",
        }
    }

    pub fn peer(self) -> &'static str {
        match self {
            Self::F32 => "cublas_32f_pedantic",
            Self::I8 => "cublaslt_i8",
        }
    }

    /// Numbers that are made on the device: between -1/2 and 1/2, or bytes between -127 and 127.
    fn make(self, g: &mut GraphBuilder, seed: u64, side: u64) -> Result<Value, GraphError> {
        let uniform = g.uniform(seed, &[side, side])?;
        let centred = g.add_scalar(uniform, -0.5)?;
        match self {
            Self::F32 => Ok(centred),
            Self::I8 => g.quantise(centred, 0.5 / 127.0),
        }
    }

    fn pair(self, g: &mut GraphBuilder, side: u64) -> Result<[Value; 2], GraphError> {
        Ok([self.make(g, 1, side)?, self.make(g, 2, side)?])
    }
}

/// The operands, read back.
pub fn operands(kind: Kind, side: u64, backend: &CudaBackend) -> Outcome<[Tensor; 2]> {
    let mut g = GraphBuilder::new();
    for value in kind.pair(&mut g, side)? {
        g.output(value)?;
    }
    let tensors = backend.run(&g.finish()?, &[], &Cancel::new())?;
    <[Tensor; 2]>::try_from(tensors).map_err(|_| "the graph has two outputs".into())
}

/// Graphs of one product, and of [`REPEATS`] more; what is read back is one element.
pub struct Ours {
    kind: Kind,
    side: u64,
    one: Graph,
    many: Graph,
}

impl Ours {
    pub fn new(kind: Kind, side: u64) -> Outcome<Self> {
        let graph = |count: usize| -> Result<Graph, GraphError> {
            let mut g = GraphBuilder::new();
            let [a, b] = kind.pair(&mut g, side)?;
            (1..count).try_for_each(|_| g.matmul(a, b).map(|_| ()))?;
            let last = g.matmul(a, b)?;
            let element = g.slice(last, &[0, 0], &[1, 1])?;
            g.output(element)?;
            g.finish()
        };
        Ok(Self { kind, side, one: graph(1)?, many: graph(1 + REPEATS)? })
    }

    /// The whole product.
    pub fn product(&self, backend: &CudaBackend) -> Outcome<Tensor> {
        let mut g = GraphBuilder::new();
        let [a, b] = self.kind.pair(&mut g, self.side)?;
        let product = g.matmul(a, b)?;
        g.output(product)?;
        let mut outputs = backend.run(&g.finish()?, &[], &Cancel::new())?;
        outputs.pop().ok_or_else(|| "the graph has an output".into())
    }

    pub fn seconds_of_one(&self, backend: &CudaBackend) -> Outcome<f64> {
        seconds(&self.one, backend)
    }

    pub fn seconds_of_many(&self, backend: &CudaBackend) -> Outcome<f64> {
        seconds(&self.many, backend)
    }

    /// Memory of the device that one product takes with its operands.
    pub fn bytes(&self) -> u64 {
        device_bytes(&self.one)
    }
}

fn seconds(graph: &Graph, backend: &CudaBackend) -> Outcome<f64> {
    let start = Instant::now();
    backend.run(graph, &[], &Cancel::new())?;
    Ok(start.elapsed().as_secs_f64())
}
