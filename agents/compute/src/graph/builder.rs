//! Building graphs.

use tessera_referee::{DType, Map1, Map2, Reduce};

use super::{Graph, GraphError, OpKind, Operand};
use crate::{Shape, TensorType};

type Built = Result<Value, GraphError>;

/// A tensor of the graph that is being built. It belongs to the builder that returned it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value(Operand);

/// Appends operations one by one; every method checks types and shapes and returns the new tensor.
///
/// **Arithmetic** is IEEE-754 binary32, round to nearest even, subnormals kept; NaN becomes `0x7fffffff` at every
/// arithmetic result. **f32 folds** run in chains of 4,096 terms, `acc = fma(a, b, acc)` from +0 in order of the
/// axis; a chain's result is `acc + (+0.0)`; chain results are added in order; at most 524,288 terms, and a fold of
/// none is +0. Integer sums wrap. **Broadcasting** aligns axes from the last and repeats axes of length 1.
#[derive(Debug, Default)]
pub struct GraphBuilder {
    graph: Graph,
}

impl GraphBuilder {
    /// An empty graph.
    pub fn new() -> Self {
        Self::default()
    }

    /// Declares the next input of the task.
    pub fn input(&mut self, dtype: DType, dims: &[u64]) -> Built {
        let shape = Shape::new(dims)?;
        self.graph.push_input(TensorType { dtype, shape }).map(Value)
    }

    /// Makes a tensor the next output. It must be an operation, and each only once.
    pub fn output(&mut self, x: Value) -> Result<(), GraphError> {
        self.graph.push_output(x.0)
    }

    /// The graph, if it has an output.
    pub fn finish(self) -> Result<Graph, GraphError> {
        self.graph.finished()
    }

    /// The type of a tensor.
    pub fn type_of(&self, x: Value) -> Result<TensorType, GraphError> {
        self.graph.type_of(x.0)
    }

    /// The dimensions of a tensor.
    pub fn shape_of(&self, x: Value) -> Result<Shape, GraphError> {
        self.type_of(x).map(|ty| ty.shape)
    }

    fn push(&mut self, kind: OpKind, operands: &[Value], dtype: DType, shape: Shape) -> Built {
        let mut refs = [Operand::Input(0); 4];
        let count = operands.len().min(refs.len());
        if operands.len() > count {
            return Err(GraphError::Limit { what: "operands", limit: 4 });
        }
        for (slot, value) in refs.iter_mut().zip(operands) {
            *slot = value.0;
        }
        self.graph.push(kind, &refs[..count], TensorType { dtype, shape }).map(Value)
    }

    /// Appends an operation whose output type follows from its operands.
    fn derived(&mut self, kind: OpKind, operands: &[Value]) -> Built {
        self.push(kind, operands, DType::F32, Shape::SCALAR)
    }

    fn map1(&mut self, map: Map1, x: Value) -> Built {
        self.derived(OpKind::Map1(map), &[x])
    }

    fn map2(&mut self, map: Map2, a: Value, b: Value) -> Built {
        self.derived(OpKind::Map2(map), &[a, b])
    }
}

/// Elementwise, f32 to f32 unless said otherwise; the output has the operand's shape.
impl GraphBuilder {
    /// `x + s`.
    pub fn add_scalar(&mut self, x: Value, s: f32) -> Built {
        self.map1(Map1::AddScalar(s.to_bits()), x)
    }

    /// `x * s`.
    pub fn mul_scalar(&mut self, x: Value, s: f32) -> Built {
        self.map1(Map1::MulScalar(s.to_bits()), x)
    }

    /// `|x|`; NaN stays NaN.
    pub fn abs(&mut self, x: Value) -> Built {
        self.map1(Map1::Abs, x)
    }

    /// `-x`; NaN stays NaN.
    pub fn neg(&mut self, x: Value) -> Built {
        self.map1(Map1::Neg, x)
    }

    /// `max(x, +0)`: -0 gives +0, NaN gives NaN.
    pub fn relu(&mut self, x: Value) -> Built {
        self.map1(Map1::Relu, x)
    }

    /// e to the x, by the referee's polynomial; +inf above 88.7228, +0 below -103.98.
    pub fn exp(&mut self, x: Value) -> Built {
        self.map1(Map1::Exp, x)
    }

    /// Natural logarithm, by the referee's polynomial; -inf at both zeros, NaN below zero.
    pub fn log(&mut self, x: Value) -> Built {
        self.map1(Map1::Log, x)
    }

    /// Correctly rounded square root; -0 stays -0, below zero gives NaN.
    pub fn sqrt(&mut self, x: Value) -> Built {
        self.map1(Map1::Sqrt, x)
    }

    /// `1 / sqrt(x)`, two roundings: +inf at +0, -inf at -0.
    pub fn rsqrt(&mut self, x: Value) -> Built {
        self.map1(Map1::Rsqrt, x)
    }

    /// Any type to another one, as Rust's `as`: f32 to an integer truncates, saturates and turns NaN into 0; i32 to i8
    /// keeps the low bits; i32 to f32 rounds to nearest even.
    pub fn cast(&mut self, x: Value, to: DType) -> Built {
        let shape = self.shape_of(x)?;
        self.push(OpKind::Map1(Map1::Cast), &[x], to, shape)
    }

    /// f32 to i8: `x / scale`, NaN to 0, clamped to +-127, rounded half to even.
    pub fn quantise(&mut self, x: Value, scale: f32) -> Built {
        self.map1(Map1::Quantise(scale.to_bits()), x)
    }

    /// i8 or i32 to f32: `f32(x) * scale`.
    pub fn dequantise(&mut self, x: Value, scale: f32) -> Built {
        self.map1(Map1::Dequantise(scale.to_bits()), x)
    }
}

/// Elementwise with broadcasting; f32 or i32 (wrapping) operands of one type.
impl GraphBuilder {
    /// `a + b`.
    pub fn add(&mut self, a: Value, b: Value) -> Built {
        self.map2(Map2::Add, a, b)
    }

    /// `a - b`.
    pub fn sub(&mut self, a: Value, b: Value) -> Built {
        self.map2(Map2::Sub, a, b)
    }

    /// `a * b`.
    pub fn mul(&mut self, a: Value, b: Value) -> Built {
        self.map2(Map2::Mul, a, b)
    }

    /// `a / b`, f32 only.
    pub fn div(&mut self, a: Value, b: Value) -> Built {
        self.map2(Map2::Div, a, b)
    }

    /// The lesser; -0 is below +0, any NaN gives NaN.
    pub fn min(&mut self, a: Value, b: Value) -> Built {
        self.map2(Map2::Min, a, b)
    }

    /// The greater; -0 is below +0, any NaN gives NaN.
    pub fn max(&mut self, a: Value, b: Value) -> Built {
        self.map2(Map2::Max, a, b)
    }

    /// i32: 1 where `a == b`, else 0; -0 equals +0, NaN equals nothing.
    pub fn eq(&mut self, a: Value, b: Value) -> Built {
        self.map2(Map2::Eq, a, b)
    }

    /// i32: 1 where `a < b`, else 0; false for NaN.
    pub fn lt(&mut self, a: Value, b: Value) -> Built {
        self.map2(Map2::Lt, a, b)
    }

    /// `a` where the i32 condition is not zero, else `b`; copies bits of any type.
    pub fn select(&mut self, condition: Value, a: Value, b: Value) -> Built {
        self.derived(OpKind::Select, &[condition, a, b])
    }
}

/// Movement: any type, bits are copied.
impl GraphBuilder {
    /// Reorders axes: output axis `i` is axis `axes[i]` of `x`.
    pub fn permute(&mut self, x: Value, axes: &[u8]) -> Built {
        let ty = self.type_of(x)?;
        if axes.len() != ty.shape.rank() {
            return Err(GraphError::Operands {
                operation: "permute",
                operands: super::Types(vec![ty]),
                reason: "axes must be a permutation",
            });
        }
        let mut all = [0; 4];
        all[..axes.len()].copy_from_slice(axes);
        self.derived(OpKind::Permute(all), &[x])
    }

    /// A matrix's transpose.
    pub fn transpose(&mut self, x: Value) -> Built {
        self.permute(x, &[1, 0])
    }

    /// The same elements in row-major order under another shape of equal size.
    pub fn reshape(&mut self, x: Value, dims: &[u64]) -> Built {
        self.push(OpKind::Reshape, &[x], DType::F32, Shape::new(dims)?)
    }

    /// The window of `lengths` that begins at `starts`, one entry for each axis.
    pub fn slice(&mut self, x: Value, starts: &[u64], lengths: &[u64]) -> Built {
        let ty = self.type_of(x)?;
        if starts.len() != ty.shape.rank() {
            return Err(GraphError::Operands {
                operation: "slice",
                operands: super::Types(vec![ty]),
                reason: "there must be one start for each axis",
            });
        }
        let mut all = [0; 4];
        all[..starts.len()].copy_from_slice(starts);
        self.push(OpKind::Slice(all), &[x], DType::F32, Shape::new(lengths)?)
    }

    /// Joins one to four tensors along `axis`; their other dimensions are equal.
    pub fn concat(&mut self, parts: &[Value], axis: u8) -> Built {
        self.derived(OpKind::Concat(axis), parts)
    }

    /// `table[index]` along the table's first axis: table `[n, rest..]`, i32 index `[m..]`, output `[m.., rest..]`.
    /// An index below zero or beyond the table gives zeros.
    pub fn gather(&mut self, table: Value, index: Value) -> Built {
        self.derived(OpKind::Gather, &[table, index])
    }
}

/// Sources: no operands.
impl GraphBuilder {
    /// A constant f32 tensor; the value's bits are kept.
    pub fn fill(&mut self, value: f32, dims: &[u64]) -> Built {
        self.push(OpKind::Fill(value.to_bits()), &[], DType::F32, Shape::new(dims)?)
    }

    /// A constant i32 tensor.
    pub fn fill_i32(&mut self, value: i32, dims: &[u64]) -> Built {
        self.push(OpKind::Fill(value as u32), &[], DType::I32, Shape::new(dims)?)
    }

    /// i32: each element's row-major index, mod 2^32.
    pub fn iota(&mut self, dims: &[u64]) -> Built {
        self.push(OpKind::Iota, &[], DType::I32, Shape::new(dims)?)
    }

    /// f32 in (0, 1), never 0 nor 1: a hash of the seed and the element's row-major index
    /// (`tessera_referee::uniform`).
    pub fn uniform(&mut self, seed: u64, dims: &[u64]) -> Built {
        self.push(OpKind::Uniform(seed), &[], DType::F32, Shape::new(dims)?)
    }
}

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
