//! Walking a graph: the same for every backend.

use super::{Cancel, ExecError};
use crate::{Graph, Operand, Operation, Tensor};

/// Evaluates the operations in order, each by `evaluate`. A tensor is dropped after its last use.
pub(crate) fn walk(
    graph: &Graph,
    inputs: &[Tensor],
    cancel: &Cancel,
    evaluate: impl FnMut(&Operation, &[&Tensor]) -> Result<Tensor, ExecError>,
) -> Result<Vec<Tensor>, ExecError> {
    check_inputs(graph, inputs)?;
    walk_values(graph, inputs, cancel, evaluate)
}

/// The same for tensors kept elsewhere; the inputs have been checked.
pub(crate) fn walk_values<T>(
    graph: &Graph,
    inputs: &[T],
    cancel: &Cancel,
    mut evaluate: impl FnMut(&Operation, &[&T]) -> Result<T, ExecError>,
) -> Result<Vec<T>, ExecError> {
    let last_use = last_uses(graph);
    let mut live: Vec<Option<T>> = graph.operations().iter().map(|_| None).collect();
    for (index, operation) in graph.operations().iter().enumerate() {
        if cancel.is_cancelled() {
            return Err(ExecError::Cancelled);
        }
        let operands: Vec<&T> = operation
            .operands
            .iter()
            .filter_map(|operand| match *operand {
                Operand::Input(i) => inputs.get(usize::from(i)),
                Operand::Op(i) => live.get(usize::from(i)).and_then(Option::as_ref),
            })
            .collect();
        let output = evaluate(operation, &operands)?;
        live[index] = Some(output);
        for operand in &operation.operands {
            if let Operand::Op(i) = *operand
                && last_use[usize::from(i)] == index
            {
                live[usize::from(i)] = None;
            }
        }
        if last_use[index] == index {
            live[index] = None;
        }
    }
    Ok(graph.outputs().iter().filter_map(|&i| live[usize::from(i)].take()).collect())
}

/// Whether the inputs are what the graph takes.
pub(crate) fn check_inputs(graph: &Graph, inputs: &[Tensor]) -> Result<(), ExecError> {
    let wanted = graph.input_specs();
    if wanted.len() != inputs.len() {
        return Err(ExecError::InputCount { wanted: wanted.len(), given: inputs.len() });
    }
    for (index, (&wanted, input)) in wanted.iter().zip(inputs).enumerate() {
        let given = input.tensor_type();
        if wanted != given {
            return Err(ExecError::InputType { index, wanted, given });
        }
    }
    Ok(())
}

/// For each operation the index of the last one that reads it: itself if none does, none for outputs.
pub(crate) fn last_uses(graph: &Graph) -> Vec<usize> {
    let mut last: Vec<usize> = (0..graph.operations().len()).collect();
    for (index, operation) in graph.operations().iter().enumerate() {
        for operand in &operation.operands {
            if let Operand::Op(i) = *operand {
                last[usize::from(i)] = index;
            }
        }
    }
    for &output in graph.outputs() {
        last[usize::from(output)] = usize::MAX;
    }
    last
}
