//! What an operation does.

use crate::limits::MAX_RANK;
use crate::{Map1, Map2, Reduce};

/// What an operation does. Operands, shapes, elements, fold order, edges and costs of each are in `docs/operations.md`; the
/// scalar semantics are in this crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpKind {
    /// Elementwise map of one operand.
    Map1(Map1),
    /// Elementwise map of two operands with broadcasting.
    Map2(Map2),
    /// `c ? a : b` with broadcasting.
    Select,
    /// Reorders axes: output axis `i` is operand axis `axes[i]`; entries beyond the rank are zero.
    Permute([u8; MAX_RANK]),
    /// The same elements under the output's shape.
    Reshape,
    /// The window of the output's shape that begins here; entries beyond the rank are zero.
    Slice([u64; MAX_RANK]),
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
