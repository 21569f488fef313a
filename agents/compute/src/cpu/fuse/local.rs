//! Which operations compute their rows from the same rows of their operands.

use tessera_referee::{DType, Reduce};

use crate::cpu::chains::CHAIN;
use crate::graph::strides;
use crate::{OpKind, Operation, Shape};

/// Bytes of a second factor that is packed whole for all threads, at most.
const MAX_FACTOR: u64 = 16 << 20;

/// Row counts that the leading axes of a shape give, the greatest first.
pub(super) fn row_counts(shape: &Shape) -> Vec<u64> {
    let mut counts = vec![1];
    for &dim in shape.dims() {
        counts.push(counts.last().copied().unwrap_or(1) * dim);
    }
    counts.dedup();
    counts.reverse();
    counts
}

/// Whether rows of the output need no more than the same rows of the operands that are `inside` the group.
pub(super) fn is_local(op: &Operation, inside: &[bool], rows: u64) -> bool {
    let (out, types) = (&op.output.shape, &op.operand_types);
    let any = inside.contains(&true);
    if rows == 0 || out.elements() == 0 || !out.elements().is_multiple_of(rows) {
        return false;
    }
    let shapes = || types.iter().map(|ty| &ty.shape).zip(inside).filter(|(_, inside)| **inside).map(|(shape, _)| shape);
    match &op.kind {
        OpKind::Map1(_) => any || leading(out, rows).next().is_some(),
        OpKind::Map2(_) | OpKind::Select => {
            // Without broadcasting, any stretch is made from the same stretches.
            let same = |shape: &Shape| shape.elements() == out.elements();
            let aligned = |shape: &Shape| {
                let (own, all) = (strides(shape, out), strides(out, out));
                leading(out, rows).any(|axes| (0..axes).all(|axis| own[axis] != 0 || all[axis] == 0))
            };
            (any || leading(out, rows).next().is_some()) && shapes().all(|shape| same(shape) || aligned(shape))
        }
        OpKind::Permute(axes) => {
            leading(out, rows).any(|count| !any || (0..count).all(|axis| usize::from(axes[axis]) == axis))
        }
        OpKind::Slice(_) => {
            let whole = |axis: usize| types[0].shape.dims()[axis] == out.dims()[axis];
            leading(out, rows).any(|count| !any || (0..count).all(whole))
        }
        OpKind::Gather => !inside[0] && types[1].shape.elements().is_multiple_of(rows),
        OpKind::Fill(_) | OpKind::Iota | OpKind::Uniform(_) => leading(out, rows).next().is_some(),
        OpKind::Concat(_) => !any && leading(out, rows).next().is_some(),
        OpKind::Reduce(reduce) => {
            let floats = types[0].dtype == DType::F32 && *reduce == Reduce::Sum;
            folds(&types[0].shape, rows) && (!floats || types[0].shape.row() <= CHAIN as u64)
        }
        OpKind::Rowdot => {
            folds(&types[0].shape, rows) && (types[0].dtype != DType::F32 || types[0].shape.row() <= CHAIN as u64)
        }
        OpKind::Matmul => product(op, inside, rows),
        OpKind::Nearest => {
            let centres = types[1].shape.elements() > 0 && types[1].bytes() <= MAX_FACTOR;
            centres && !inside[1] && !inside[2] && leading(out, rows).next().is_some()
        }
        OpKind::Reshape
        | OpKind::SegmentSum
        | OpKind::Cholesky
        | OpKind::Solve
        | OpKind::JacobiStep(_)
        | OpKind::JacobiVec(_) => false,
    }
}

/// How many leading axes make so many rows; several counts where axes have length 1.
fn leading(shape: &Shape, rows: u64) -> impl Iterator<Item = usize> {
    let dims = shape.dims();
    (0..=dims.len()).filter(move |&axes| dims[..axes].iter().product::<u64>() == rows)
}

/// Whether the rows of a group hold whole rows that are folded.
fn folds(shape: &Shape, rows: u64) -> bool {
    shape.row() > 0 && shape.rows().is_multiple_of(rows)
}

/// Products: whole matrices, rows of one, or one row by rows of the second factor.
fn product(op: &Operation, inside: &[bool], rows: u64) -> bool {
    let ([.., m, n], [batch @ .., _, k]) = (op.output.shape.dims(), op.operand_types[1].shape.dims()) else {
        return false;
    };
    let batch: u64 = batch.iter().product();
    let one_chain = *k > 0 && (op.operand_types[0].dtype != DType::F32 || *k <= CHAIN as u64);
    let of_rows = batch == 1 && m.is_multiple_of(rows) && !inside[1] && op.operand_types[1].bytes() <= MAX_FACTOR;
    let by_rows = matches!(op.output.shape.dims(), [1, _])
        && op.operand_types[0].dtype == DType::F32
        && n.is_multiple_of(rows)
        && !inside[0];
    one_chain && ((batch > 1 && batch.is_multiple_of(rows)) || of_rows || by_rows)
}
