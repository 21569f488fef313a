//! Backends that fail in the ways that the market must survive.

use std::time::Duration;

use tessera_compute::{Backend, Cancel, CpuBackend, DType, ExecError, Graph, OpKind, Operation, Tensor, run_traced};

/// Computes until it is told to stop, and delivers nothing.
#[derive(Debug, Default)]
pub struct Stuck;

impl Backend for Stuck {
    fn name(&self) -> &'static str {
        "stuck"
    }

    fn run(&self, _: &Graph, _: &[Tensor], cancel: &Cancel) -> Result<Vec<Tensor>, ExecError> {
        while !cancel.is_cancelled() {
            // Leaves the processor to the others; nothing waits for this length of time.
            std::thread::park_timeout(Duration::from_millis(5));
        }
        Err(ExecError::Cancelled)
    }
}

/// A machine that is wrong in one bit: wherever a matrix of floats is picked out of a stack of them, the lowest bit of its
/// first element is flipped. So a k-means ends that starts several times: the best of its centres are picked last.
///
/// It is equally wrong in a graph and in one operation alone: what it recomputes is what it has committed to.
#[derive(Debug, Default)]
pub struct Wrong(CpuBackend);

impl Wrong {
    fn picks_a_matrix(operation: &Operation) -> bool {
        let is_stack = operation.operand_types.first().is_some_and(|table| table.shape.dims().len() == 3);
        operation.kind == OpKind::Gather && operation.output.dtype == DType::F32 && is_stack
    }

    /// `None` if there is no first element of floats.
    fn flipped(output: &Tensor) -> Option<Tensor> {
        let mut values = output.as_f32().ok()?.to_vec();
        let first = values.first_mut()?;
        *first = f32::from_bits(first.to_bits() ^ 1);
        Tensor::f32(output.shape().dims(), values).ok()
    }
}

impl Backend for Wrong {
    fn name(&self) -> &'static str {
        "wrong"
    }

    fn run(&self, graph: &Graph, inputs: &[Tensor], cancel: &Cancel) -> Result<Vec<Tensor>, ExecError> {
        run_traced(&self.0, graph, inputs, cancel, |index, output| {
            let is_wrong = graph.operations().get(usize::from(index)).is_some_and(Self::picks_a_matrix);
            if is_wrong { Self::flipped(&output).unwrap_or(output) } else { output }
        })
    }
}
