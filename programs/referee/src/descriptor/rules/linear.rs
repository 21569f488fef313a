//! Types of linear algebra.

use super::folds::fold_terms;
use super::{Rule, require};
use crate::limits::MAX_JACOBI_SIDE;
use crate::{DType, TensorType, jacobi};

fn square(a: TensorType) -> Result<u64, &'static str> {
    match a.shape.dims() {
        &[p, q] if p == q && a.dtype == DType::F32 => Ok(p),
        _ => Err("it takes a square f32 matrix"),
    }
}

pub(super) fn cholesky(a: TensorType) -> Rule {
    fold_terms(square(a)?)?;
    Ok(a)
}

pub(super) fn solve(b: TensorType, l: TensorType) -> Rule {
    let p = square(l)?;
    fold_terms(p)?;
    match b.shape.dims() {
        &[_, q] if q == p && b.dtype == DType::F32 => Ok(b),
        _ => Err("it takes B [r, p] and L [p, p]"),
    }
}

pub(super) fn jacobi_step(round: u32, a: TensorType) -> Rule {
    let p = square(a)?;
    require(p <= MAX_JACOBI_SIDE, "a Jacobi matrix has at most 128 rows")?;
    require(round < jacobi::rounds(p as u32), "a sweep has fewer rounds")?;
    Ok(a)
}

pub(super) fn jacobi_vec(round: u32, v: TensorType, a: TensorType) -> Rule {
    jacobi_step(round, a)?;
    match (v.shape.dims(), a.shape.dims()) {
        (&[_, q], &[p, _]) if q == p && v.dtype == DType::F32 => Ok(v),
        _ => Err("it takes V [n, p] and A [p, p]"),
    }
}
