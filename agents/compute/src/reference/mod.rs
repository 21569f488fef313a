//! The slow truth: every element by the referee's scalar code, one after the other.

mod element;
mod folds;

pub use element::scalar_element;
use tessera_referee::DType;

use crate::exec::{Backend, Cancel, ExecError, walk};
use crate::tensor::Data;
use crate::{Graph, Operation, Tensor};

/// Runs graphs with integer arithmetic only, one element at a time. Other backends are checked against it.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReferenceBackend;

impl Backend for ReferenceBackend {
    fn name(&self) -> &'static str {
        "reference"
    }

    fn run(&self, graph: &Graph, inputs: &[Tensor], cancel: &Cancel) -> Result<Vec<Tensor>, ExecError> {
        walk(graph, inputs, cancel, |operation, operands| evaluate(operation, operands, cancel))
    }
}

fn evaluate(operation: &Operation, operands: &[&Tensor], cancel: &Cancel) -> Result<Tensor, ExecError> {
    let output = operation.output;
    let mut words: Vec<u32> = Vec::new();
    for index in 0..output.shape.elements() {
        if cancel.is_cancelled() {
            return Err(ExecError::Cancelled);
        }
        // Row-major order: what cholesky and solve read of their own output is there.
        let own = |at: u64| words.get(at as usize).copied().unwrap_or(0);
        words.push(scalar_element(operation, operands, &own, index));
    }
    let data = match output.dtype {
        DType::F32 => Data::F32(words.into_iter().map(f32::from_bits).collect()),
        DType::I8 => Data::I8(words.into_iter().map(|word| word as i8).collect()),
        DType::I32 => Data::I32(words.into_iter().map(|word| word as i32).collect()),
    };
    Ok(Tensor::from_parts(output.shape, data))
}
