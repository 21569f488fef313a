//! Folds and linear algebra.

use tessera_referee::{DType, Reduce};

use super::{Built, GraphBuilder, Value};
use crate::Shape;
use crate::graph::OpKind;

/// Folds.
impl GraphBuilder {
    /// `A B^T`: A `[batch.., m, k]`, B `[batch.., n, k]` (that is, B transposed) to `[batch.., m, n]`; equal batch
    /// dimensions, no broadcasting. f32 to f32 (chained fold over k), or i8 to i32 (wrapping, k <= 65,536).
    pub fn matmul(&mut self, a: Value, b: Value) -> Built {
        self.derived(OpKind::Matmul, &[a, b])
    }

    /// Dot products of equal rows: A and B `[.., k]` to `[..]`; f32 to f32 or i8 to i32, as in matmul.
    pub fn rowdot(&mut self, a: Value, b: Value) -> Built {
        self.derived(OpKind::Rowdot, &[a, b])
    }

    /// Sum over the last axis, `[.., k]` to `[..]`: f32 as the chained fold with b = 1; i8 and i32 wrap into i32.
    pub fn reduce_sum(&mut self, x: Value) -> Built {
        self.derived(OpKind::Reduce(Reduce::Sum), &[x])
    }

    /// Greatest over the last axis, f32 or i32, as [`max`](Self::max); -inf or `i32::MIN` over none.
    pub fn reduce_max(&mut self, x: Value) -> Built {
        self.derived(OpKind::Reduce(Reduce::Max), &[x])
    }

    /// Least over the last axis, f32 or i32, as [`min`](Self::min); +inf or `i32::MAX` over none.
    pub fn reduce_min(&mut self, x: Value) -> Built {
        self.derived(OpKind::Reduce(Reduce::Min), &[x])
    }

    /// i32 index of the least over the last axis: -0 equals +0, NaN is above +inf, the lowest index wins; -1 over none.
    pub fn argmin(&mut self, x: Value) -> Built {
        self.derived(OpKind::Reduce(Reduce::ArgMin), &[x])
    }

    /// i32 index of the greatest over the last axis, in the order of [`argmin`](Self::argmin); -1 over none.
    pub fn argmax(&mut self, x: Value) -> Built {
        self.derived(OpKind::Reduce(Reduce::ArgMax), &[x])
    }

    /// Points X `[n, d]`, centres C `[k, d]` and `c2 = |c_j|^2` `[k]`, f32, to i32 `[n]`: the argmin over j of
    /// `fma(-2, x.c_j, c2_j)` with the dot product folded over d; -1 without centres.
    pub fn nearest(&mut self, x: Value, c: Value, c2: Value) -> Built {
        self.derived(OpKind::Nearest, &[x, c, c2])
    }

    /// Transposed points `X^T [d, n]` f32 and labels `[n]` i32 to `[segments, d]`: element (j, f) is the chained sum over
    /// i of `X^T[f, i]` where `labels[i] == j`. Other terms are skipped; chains still end at every 4,096th i.
    pub fn segment_sum(&mut self, xt: Value, labels: Value, segments: u64) -> Built {
        let d = self.shape_of(xt)?.dims().first().copied().unwrap_or(0);
        let shape = Shape::new(&[segments, d])?;
        self.push(OpKind::SegmentSum, &[xt, labels], DType::F32, shape)
    }
}

/// Linear algebra, f32.
impl GraphBuilder {
    /// A `[p, p]` to lower triangular L with `L L^T = A`: for j < i `(A_ij - s) / L_jj`, on the diagonal
    /// `sqrt(A_jj - s)`, with s the chained fold of `L_ik L_jk` over k < j; above it +0. Only A's lower triangle is read;
    /// a matrix that is not positive definite gives NaN.
    pub fn cholesky(&mut self, a: Value) -> Built {
        self.derived(OpKind::Cholesky, &[a])
    }

    /// B `[r, p]` and lower triangular L `[p, p]` to X `[r, p]` with `X L^T = B`: `X_ri = (B_ri - s) / L_ii` with s the
    /// chained fold of `X_rk L_ik` over k < i. B = I gives `L^-T`.
    pub fn solve(&mut self, b: Value, l: Value) -> Built {
        self.derived(OpKind::Solve, &[b, l])
    }

    /// One round of `J^T A J` for symmetric A `[p, p]`, p <= 128; `round < jacobi::rounds(p)`. Run rounds 0, 1, .. for a
    /// sweep. Schedule and formula: `tessera_referee::jacobi`.
    pub fn jacobi_step(&mut self, a: Value, round: u32) -> Built {
        self.derived(OpKind::JacobiStep(round), &[a])
    }

    /// V `[n, p]` times the rotations that `jacobi_step(a, round)` applies: `V J`. Give it the A from *before* that step.
    pub fn jacobi_vec(&mut self, v: Value, a: Value, round: u32) -> Built {
        self.derived(OpKind::JacobiVec(round), &[v, a])
    }
}
