//! Where operations read their operands: a reshaped tensor is the same memory, and a permuted or sliced one need not be made where all who
//! read it can follow strides.

use tessera_referee::{DType, Reduce};

use super::part::View;
use crate::graph::strides;
use crate::{Graph, OpKind, Operand, Operation, Shape};

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
        let mut made = needed(graph);
        let viewed = viewed(graph, &made);
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
                [read] if read.view.is_none() && stays(op) => {
                    made[index] = false;
                    read
                }
                [read] if viewed[index] && matches!(op.kind, OpKind::Map1(_)) => Read { view: read.view, ..own },
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

/// Operations that read any operand by its strides.
pub(super) fn follows_strides(kind: &OpKind) -> bool {
    matches!(kind, OpKind::Permute(_) | OpKind::Slice(_) | OpKind::Map2(_) | OpKind::Select)
}

/// Whether a matrix is read down the columns of rows that lie in memory.
pub(super) fn is_down(view: &View, shape: &Shape) -> bool {
    matches!(shape.dims(), [d, _] if *d == 1 || view.strides[0] == 1)
}

/// Whether a permute or slice leaves every element at its place: it moves nothing, or only axes of length 1.
fn stays(op: &Operation) -> bool {
    let out = &op.output.shape;
    let moves = matches!(op.kind, OpKind::Permute(_) | OpKind::Slice(_));
    moves && out.elements() == op.operand_types[0].shape.elements() && {
        let (View { strides: steps, .. }, own) = (view(op, None), strides(out, out));
        out.dims().iter().enumerate().all(|(axis, &dim)| dim == 1 || steps[axis] == own[axis])
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

/// Which outputs are only read by operations that follow their strides. A map of one operand keeps them: it is made in the memory order
/// of its operand.
fn viewed(graph: &Graph, needed: &[bool]) -> Vec<bool> {
    let operations = graph.operations();
    // As if nothing were made; a kernel that meets other strides than these copies.
    let mut views: Vec<Option<(View, bool)>> = Vec::with_capacity(operations.len());
    for op in operations {
        let before = match op.operands.first() {
            Some(Operand::Op(i)) => views[usize::from(*i)],
            _ => None,
        };
        views.push(match op.kind {
            OpKind::Permute(_) => Some((view(op, before.map(|(view, _)| view)), before.is_none_or(|(_, whole)| whole))),
            OpKind::Slice(_) => Some((view(op, before.map(|(view, _)| view)), false)),
            OpKind::Map1(_) => before.filter(|(_, whole)| *whole),
            _ => None,
        });
    }
    let mut viewed: Vec<bool> = views.iter().map(Option::is_some).collect();
    graph.outputs().iter().for_each(|&output| viewed[usize::from(output)] = false);
    for (index, op) in operations.iter().enumerate().rev().filter(|&(index, _)| needed[index]) {
        let of = |operand: &Operand| match operand {
            Operand::Op(i) => views[usize::from(*i)],
            Operand::Input(_) => None,
        };
        for (n, operand) in op.operands.iter().enumerate() {
            let (Operand::Op(i), Some((view, _))) = (*operand, of(operand)) else { continue };
            let keeps = viewed[index] && matches!(op.kind, OpKind::Map1(_));
            if !(keeps || follows_strides(&op.kind) || follows(op, n, &view, &of)) {
                viewed[usize::from(i)] = false;
            }
        }
    }
    viewed
}

/// Folds of f32 that walk a transposed operand as it lies in memory.
fn follows(op: &Operation, n: usize, view: &View, of: &dyn Fn(&Operand) -> Option<(View, bool)>) -> bool {
    let ty = &op.operand_types[n];
    let down = ty.dtype == DType::F32 && is_down(view, &ty.shape);
    match op.kind {
        OpKind::Reduce(Reduce::Sum | Reduce::Max | Reduce::Min) | OpKind::Matmul => down,
        OpKind::Rowdot => down && op.operands.iter().all(|operand| of(operand).is_some()),
        OpKind::SegmentSum => down && n == 0,
        _ => false,
    }
}
