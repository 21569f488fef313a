//! Types of outputs. One rule set serves the builder of graphs, their decoder and disputes.

mod broadcast;
mod folds;
mod linear;
mod maps;
mod movement;

use super::OpKind;
use crate::limits::MAX_RANK;
use crate::{DType, Shape, TensorType};

/// An output's type, or the rule that the operands break.
type Rule = Result<TensorType, &'static str>;

impl OpKind {
    /// The output type of this operation on these operands, or the rule that they break.
    ///
    /// `asked` is the output type that the caller names. Operations whose output is free (reshape, slice, fill,
    /// iota, uniform, segment_sum, cast) take it from there; the others ignore it, and a decoder then compares.
    pub fn output_type(&self, operands: &[TensorType], asked: TensorType) -> Result<TensorType, &'static str> {
        match (self, operands) {
            (Self::Map1(map), &[x]) => maps::map1(*map, x, asked.dtype),
            (Self::Map2(map), &[a, b]) => maps::map2(*map, a, b),
            (Self::Select, &[c, a, b]) => maps::select(c, a, b),
            (Self::Permute(axes), &[x]) => movement::permute(*axes, x),
            (Self::Reshape, &[x]) => movement::reshape(x, asked),
            (Self::Slice(starts), &[x]) => movement::slice(*starts, x, asked),
            (Self::Concat(axis), parts) if parts.len() == self.arity(parts.len()) => {
                movement::concat(usize::from(*axis), parts)
            }
            (Self::Gather, &[table, index]) => movement::gather(table, index),
            (Self::Fill(word), &[]) => movement::fill(*word, asked),
            (Self::Iota, &[]) => movement::source(asked, DType::I32),
            (Self::Uniform(_), &[]) => movement::source(asked, DType::F32),
            (Self::Matmul, &[a, b]) => folds::matmul(a, b),
            (Self::Rowdot, &[a, b]) => folds::rowdot(a, b),
            (Self::Reduce(reduce), &[x]) => folds::reduced(*reduce, x),
            (Self::Nearest, &[x, c, c2]) => folds::nearest(x, c, c2),
            (Self::SegmentSum, &[xt, labels]) => folds::segment_sum(xt, labels, asked),
            (Self::Cholesky, &[a]) => linear::cholesky(a),
            (Self::Solve, &[b, l]) => linear::solve(b, l),
            (Self::JacobiStep(round), &[a]) => linear::jacobi_step(*round, a),
            (Self::JacobiVec(round), &[v, a]) => linear::jacobi_vec(*round, v, a),
            _ => Err("wrong number of operands"),
        }
    }
}

fn typed(dtype: DType, dims: &[u64]) -> Rule {
    match Shape::new(dims) {
        Ok(shape) => Ok(TensorType { dtype, shape }),
        Err(_) => Err("the output would exceed rank 4 or 2^40 elements"),
    }
}

/// The type with these dimensions and then those.
fn joined(dtype: DType, outer: &[u64], inner: &[u64]) -> Rule {
    let mut dims = [0; 2 * MAX_RANK];
    let rank = outer.len().saturating_add(inner.len());
    dims.iter_mut().zip(outer.iter().chain(inner)).for_each(|(slot, dim)| *slot = *dim);
    typed(dtype, dims.get(..rank).unwrap_or(&dims))
}

fn require(ok: bool, reason: &'static str) -> Result<(), &'static str> {
    if ok { Ok(()) } else { Err(reason) }
}
