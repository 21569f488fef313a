//! What an operation is.

use tessera_referee::{Map1, Map2, Reduce};

use crate::TensorType;

/// A tensor that an operation reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operand {
    /// The task's input with this index.
    Input(u16),
    /// The output of the operation with this index.
    Op(u16),
}

/// What an operation does. Operands, shapes, elements, fold order, edges and costs of each are in `docs/operations.md`; the
/// scalar semantics are in `tessera_referee`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpKind {
    /// Elementwise map of one operand.
    Map1(Map1),
    /// Elementwise map of two operands with broadcasting.
    Map2(Map2),
    /// `c ? a : b` with broadcasting.
    Select,
    /// Reorders axes: output axis `i` is operand axis `axes[i]`; entries beyond the rank are zero.
    Permute([u8; 4]),
    /// The same elements under the output's shape.
    Reshape,
    /// The window of the output's shape that begins here; entries beyond the rank are zero.
    Slice([u64; 4]),
    /// Joins one to four operands along an axis.
    Concat(u8),
    /// Rows of the first operand by the indices in the second.
    Gather,
    /// One constant: a word in the output's type.
    Fill(u32),
    /// The row-major index of each element.
    Iota,
    /// Counter-based uniform numbers in (0, 1) for this seed.
    Uniform(u64),
    /// `A B^T`, batched.
    Matmul,
    /// Dot products of equal rows.
    Rowdot,
    /// Fold over the last axis.
    Reduce(Reduce),
    /// Index of the nearest centre.
    Nearest,
    /// Sums by label.
    SegmentSum,
    /// Cholesky factor.
    Cholesky,
    /// Solution of `X L^T = B`.
    Solve,
    /// One round of Jacobi rotations, `J^T A J`.
    JacobiStep(u32),
    /// The same rotations applied to vectors, `V J`.
    JacobiVec(u32),
}

/// One operation of a graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// What it does.
    pub kind: OpKind,
    /// What it reads, in the order that the builder's method documents; at most four.
    pub operands: Vec<Operand>,
    /// Types of the operands, repeated here so that a descriptor can be replayed on its own.
    pub operand_types: Vec<TensorType>,
    /// Type of its output.
    pub output: TensorType,
    /// Bytes of the padded outputs of this operation and all before it: the last operation's
    /// descriptor tells how long a trace is.
    pub trace_bytes: u64,
}
