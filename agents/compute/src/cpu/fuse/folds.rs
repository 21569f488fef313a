//! Folds down the columns of a group's rows, which go on from tile to tile: none of the rows need be written out for them.

use tessera_referee::{DType, Reduce};

use crate::cpu::chains::CHAIN;
use crate::cpu::reads::{Read, is_down};
use crate::{OpKind, Operation, TensorType};

/// Most sums of one fold: a thread's stay in its second cache, and their chain results take little memory.
const MOST_SUMS: u64 = 1 << 16;
/// Chains for each thread, at least: they are what threads share out.
const CHAINS_PER_THREAD: u64 = 4;

/// A fold of columns: operation `index`, the first operands' columns where they are matrices.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::cpu) struct Fold {
    pub(in crate::cpu) index: usize,
    pub(in crate::cpu) terms: Terms,
    /// Results of a chain.
    pub(in crate::cpu) elements: usize,
}

/// What is folded; numbers are operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cpu) enum Terms {
    Sum(Columns),
    Extreme(Reduce, Columns),
    /// Columns of the second operand, each row times an element of the first.
    ByRow(Columns),
    ByEach([Columns; 2]),
    /// Each column of the first by each of the second; whether both are the same.
    Products([Columns; 2], bool),
    /// Rows of the first by labels, the second.
    Labelled(Columns),
}

/// A matrix of rows: row i begins at `base + i stride`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cpu) struct Columns {
    pub(in crate::cpu) base: usize,
    pub(in crate::cpu) stride: usize,
    pub(in crate::cpu) count: usize,
}

/// Rows, threads, and how many elements of a row a group's member has, where an operand is one.
pub(super) struct Rows<'a> {
    pub(super) count: u64,
    pub(super) threads: usize,
    pub(super) inside: &'a [Option<u64>],
}

impl Fold {
    /// The operation as a fold of a group's rows.
    pub(super) fn of(index: usize, op: &Operation, reads: &[Read], rows: &Rows<'_>) -> Option<Self> {
        let chains = rows.count.div_ceil(CHAIN as u64);
        let elements = op.output.shape.elements();
        let fits = elements <= MOST_SUMS && (rows.threads == 1 || chains >= CHAINS_PER_THREAD * rows.threads as u64);
        if !fits || rows.inside.iter().all(Option::is_none) {
            return None;
        }
        let columns = |n: usize| columns(&reads[n], &op.operand_types[n], rows.inside[n], rows.count);
        // One element for each row.
        let vector = |n: usize| {
            let elements = op.operand_types[n].shape.elements();
            elements == rows.count && reads[n].view.is_none() && rows.inside[n].is_none_or(|each| each == 1)
        };
        let terms = match op.kind {
            OpKind::Reduce(Reduce::Sum) => Terms::Sum(columns(0)?),
            OpKind::Reduce(reduce @ (Reduce::Max | Reduce::Min)) => Terms::Extreme(reduce, columns(0)?),
            OpKind::Rowdot => Terms::ByEach([columns(0)?, columns(1)?]),
            OpKind::Matmul if vector(0) => Terms::ByRow(columns(1)?),
            OpKind::Matmul => {
                let both = [columns(0)?, columns(1)?];
                Terms::Products(both, reads[0].source == reads[1].source && both[0] == both[1])
            }
            OpKind::SegmentSum if vector(1) => Terms::Labelled(columns(0)?),
            _ => return None,
        };
        Some(Self { index, terms, elements: usize::try_from(elements).ok()? })
    }
}

/// A factor `[d, n]` or `[n]` whose rows are the columns of n rows in memory.
fn columns(read: &Read, ty: &TensorType, inside: Option<u64>, rows: u64) -> Option<Columns> {
    let (count, n) = match *ty.shape.dims() {
        [n] => (1, n),
        [d, n] => (d as usize, n),
        _ => return None,
    };
    let (base, stride) = match read.view {
        None if count == 1 => (0, 1),
        Some(view) if is_down(&view, &ty.shape) => (view.base, view.strides[1]),
        _ => return None,
    };
    // Of a member only whole rows are there, so its rows are the group's.
    let within = inside.is_none_or(|each| stride as u64 == each && base + count <= stride);
    (ty.dtype == DType::F32 && n == rows && count > 0 && within).then_some(Columns { base, stride, count })
}
