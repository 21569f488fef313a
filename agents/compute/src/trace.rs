//! Traces on demand: the outputs of all operations of a graph. A run needs none; in a dispute they are computed again.

use crate::exec::walk;
use crate::{Backend, Cancel, ExecError, Graph, Operand, Operation, Root, Tensor};

/// An operation's operands, in order, and its output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replayed {
    /// What it reads.
    pub operands: Vec<Tensor>,
    /// What it gives.
    pub output: Tensor,
}

/// Runs a graph one operation at a time. `keep` sees each output with its index and gives what the operations after it
/// read: itself, unless a test wants to know what becomes of a fault. Tensors are dropped after their last use.
///
/// # Errors
/// What the backend says of an operation.
pub fn run_traced<B: Backend + ?Sized>(
    backend: &B,
    graph: &Graph,
    inputs: &[Tensor],
    cancel: &Cancel,
    mut keep: impl FnMut(u16, Tensor) -> Tensor,
) -> Result<Vec<Tensor>, ExecError> {
    let mut index = 0;
    walk(graph, inputs, cancel, |operation, operands| {
        let output = evaluate(backend, operation, operands, cancel)?;
        let kept = keep(index, output);
        index += 1;
        Ok(kept)
    })
}

/// The tensor roots of all operations' outputs, in order: the leaves of a trace.
///
/// # Errors
/// What the backend says of an operation.
pub fn trace_roots<B: Backend + ?Sized>(
    backend: &B,
    graph: &Graph,
    inputs: &[Tensor],
    cancel: &Cancel,
) -> Result<Vec<Root>, ExecError> {
    let mut roots = Vec::with_capacity(graph.op_count().into());
    run_traced(backend, graph, inputs, cancel, |_, output| {
        roots.push(output.root());
        output
    })?;
    Ok(roots)
}

/// What an operation reads and gives, in a run in which `keep` gives what operations read, see [`run_traced`]. `None` if the graph has no such operation.
///
/// # Errors
/// What the backend says of an operation.
pub fn replay<B: Backend + ?Sized>(
    backend: &B,
    graph: &Graph,
    inputs: &[Tensor],
    cancel: &Cancel,
    operation: u16,
    keep: impl FnMut(u16, Tensor) -> Tensor,
) -> Result<Option<Replayed>, ExecError> {
    let Some(found) = graph.operations().get(usize::from(operation)) else { return Ok(None) };
    let read = |operand: &Operand| match *operand {
        Operand::Op(index) => Some(index),
        Operand::Input(_) => None,
    };
    let mut shown: Vec<u16> = found.operands.iter().filter_map(read).chain([operation]).collect();
    shown.sort_unstable();
    shown.dedup();
    let tensors = run_traced(backend, &graph.up_to(operation).showing(shown.clone()), inputs, cancel, keep)?;
    let tensor = |operand: Operand| match operand {
        Operand::Input(index) => inputs.get(usize::from(index)).cloned(),
        Operand::Op(index) => tensors.get(shown.binary_search(&index).ok()?).cloned(),
    };
    let operands: Option<Vec<Tensor>> = found.operands.iter().map(|&operand| tensor(operand)).collect();
    Ok(operands.zip(tensor(Operand::Op(operation))).map(|(operands, output)| Replayed { operands, output }))
}

/// One operation alone, as a graph of its own.
fn evaluate<B: Backend + ?Sized>(
    backend: &B,
    operation: &Operation,
    operands: &[&Tensor],
    cancel: &Cancel,
) -> Result<Tensor, ExecError> {
    let inputs: Vec<Tensor> = operands.iter().map(|&operand| operand.clone()).collect();
    let mut outputs = backend.run(&Graph::of_one(operation), &inputs, cancel)?;
    outputs.pop().ok_or(ExecError::Malformed)
}
