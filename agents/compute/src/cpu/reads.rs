//! Where operations read their operands: a reshaped tensor is the same memory, and a permuted or sliced one need not be made where all who
//! read it can follow strides.

use super::part::View;
use crate::graph::strides;
use crate::{Graph, OpKind, Operand, Operation};

/// Memory that is read, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Read {
    /// An input, or an operation whose output is made.
    pub(super) source: Operand,
    pub(super) view: Option<View>,
}

/// What becomes of each operation.
#[derive(Debug)]
pub(super) struct Reads {
    /// Operands of each operation, in order.
    pub(super) operands: Vec<Vec<Read>>,
    /// Whether the operation is carried out; else its output is read elsewhere, or by nobody.
    pub(super) made: Vec<bool>,
    /// Where each output of the graph is.
    pub(super) outputs: Vec<Operand>,
}

impl Reads {
    pub(super) fn new(graph: &Graph) -> Self {
        let operations = graph.operations();
        let needed = needed(graph);
        let viewed = viewed(graph, &needed);
        let mut made = needed;
        let mut found: Vec<Read> = Vec::with_capacity(operations.len());
        let mut operands = Vec::with_capacity(operations.len());
        for (index, op) in operations.iter().enumerate() {
            let reads: Vec<Read> = op
                .operands
                .iter()
                .map(|&operand| match operand {
                    Operand::Op(i) => found[usize::from(i)],
                    Operand::Input(_) => Read { source: operand, view: None },
                })
                .collect();
            let own = Read { source: Operand::Op(index as u16), view: None };
            found.push(match reads[..] {
                [read] if op.kind == OpKind::Reshape => {
                    made[index] = false;
                    read
                }
                [read] if viewed[index] => {
                    made[index] = false;
                    Read { source: read.source, view: Some(view(op, read.view)) }
                }
                _ => own,
            });
            operands.push(reads);
        }
        let outputs = graph.outputs().iter().map(|&output| found[usize::from(output)].source).collect();
        Self { operands, made, outputs }
    }
}

/// The output of a permute or slice in its operand's memory.
fn view(op: &Operation, operand: Option<View>) -> View {
    let shape = &op.operand_types[0].shape;
    let View { base, strides } = operand.unwrap_or_else(|| View { base: 0, strides: strides(shape, shape) });
    match op.kind {
        OpKind::Permute(axes) => View { base, strides: axes.map(|axis| strides[usize::from(axis)]) },
        OpKind::Slice(starts) => {
            let first: usize = strides.iter().zip(starts).map(|(step, start)| step * start as usize).sum();
            View { base: base + first, strides }
        }
        _ => View { base, strides },
    }
}

/// Whether an output depends on each operation.
fn needed(graph: &Graph) -> Vec<bool> {
    let mut needed = vec![false; graph.operations().len()];
    graph.outputs().iter().for_each(|&output| needed[usize::from(output)] = true);
    for (index, op) in graph.operations().iter().enumerate().rev() {
        if needed[index] {
            for operand in &op.operands {
                if let Operand::Op(i) = *operand {
                    needed[usize::from(i)] = true;
                }
            }
        }
    }
    needed
}

/// Which permutes and slices are only read by operations that follow strides.
fn viewed(graph: &Graph, needed: &[bool]) -> Vec<bool> {
    let moves = |op: &Operation| matches!(op.kind, OpKind::Permute(_) | OpKind::Slice(_));
    let mut viewed: Vec<bool> = graph.operations().iter().map(moves).collect();
    graph.outputs().iter().for_each(|&output| viewed[usize::from(output)] = false);
    for (op, _) in graph.operations().iter().zip(needed).filter(|(_, needed)| **needed) {
        if !matches!(op.kind, OpKind::Permute(_) | OpKind::Slice(_) | OpKind::Map2(_) | OpKind::Select) {
            for operand in &op.operands {
                if let Operand::Op(i) = *operand {
                    viewed[usize::from(i)] = false;
                }
            }
        }
    }
    viewed
}
