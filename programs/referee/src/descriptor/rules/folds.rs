//! Types of folds.

use super::{Rule, joined, require, typed};
use crate::limits::{MAX_FOLD_TERMS, MAX_I8_TERMS};
use crate::{DType, Reduce, TensorType};

/// The accumulator of a dot product of these operands, within the limits on its terms.
fn dot(a: TensorType, b: TensorType, terms: u64) -> Result<DType, &'static str> {
    match (a.dtype, b.dtype) {
        (DType::F32, DType::F32) => fold_terms(terms).map(|()| DType::F32),
        (DType::I8, DType::I8) => {
            require(terms <= MAX_I8_TERMS, "an i8 dot product has at most 65,536 terms")?;
            Ok(DType::I32)
        }
        _ => Err("both operands must be f32 or both i8"),
    }
}

pub(super) fn fold_terms(terms: u64) -> Result<(), &'static str> {
    require(
        terms <= MAX_FOLD_TERMS,
        "an f32 fold has at most 524,288 terms: reshape the axis into several and fold twice",
    )
}

pub(super) fn matmul(a: TensorType, b: TensorType) -> Rule {
    let ([batch_a @ .., m, k], [batch_b @ .., n, k_b]) = (a.shape.dims(), b.shape.dims()) else {
        return Err("matrices need two axes");
    };
    require(batch_a == batch_b, "batch dimensions must be equal")?;
    require(k == k_b, "rows of both operands must be equally long (the second is transposed)")?;
    joined(dot(a, b, *k)?, batch_a, &[*m, *n])
}

pub(super) fn rowdot(a: TensorType, b: TensorType) -> Rule {
    require(a.shape == b.shape, "both shapes must be equal")?;
    let [outer @ .., k] = a.shape.dims() else {
        return Err("rows need an axis");
    };
    typed(dot(a, b, *k)?, outer)
}

pub(super) fn reduced(reduce: Reduce, x: TensorType) -> Rule {
    let [outer @ .., k] = x.shape.dims() else {
        return Err("there is no axis to fold");
    };
    let dtype = match reduce {
        Reduce::Sum if x.dtype == DType::F32 => {
            fold_terms(*k)?;
            DType::F32
        }
        Reduce::Sum => DType::I32,
        _ => {
            require(x.dtype != DType::I8, "it takes f32 or i32: cast first")?;
            require(*k <= i32::MAX as u64, "the axis is longer than an i32 index reaches")?;
            match reduce {
                Reduce::ArgMin | Reduce::ArgMax => DType::I32,
                _ => x.dtype,
            }
        }
    };
    typed(dtype, outer)
}

pub(super) fn nearest(x: TensorType, c: TensorType, c2: TensorType) -> Rule {
    let all_f32 = [x, c, c2].iter().all(|t| t.dtype == DType::F32);
    require(all_f32, "it takes f32")?;
    let (&[n, d], &[k, d_c], &[k_c2]) = (x.shape.dims(), c.shape.dims(), c2.shape.dims()) else {
        return Err("it takes points [n, d], centres [k, d] and norms [k]");
    };
    require(d == d_c && k == k_c2, "it takes points [n, d], centres [k, d] and norms [k]")?;
    fold_terms(d)?;
    require(k <= MAX_FOLD_TERMS, "there are more than 524,288 centres")?;
    typed(DType::I32, &[n])
}

pub(super) fn segment_sum(xt: TensorType, labels: TensorType, asked: TensorType) -> Rule {
    require(xt.dtype == DType::F32, "it sums f32")?;
    require(labels.dtype == DType::I32, "labels must be i32")?;
    let (&[d, n], &[n_labels], &[k, d_asked]) = (xt.shape.dims(), labels.shape.dims(), asked.shape.dims()) else {
        return Err("it takes transposed points [d, n] and labels [n], and gives [k, d]");
    };
    require(n == n_labels, "there must be one label for each column")?;
    require(d == d_asked, "it takes transposed points [d, n] and labels [n], and gives [k, d]")?;
    require(k <= i32::MAX as u64, "there are more segments than an i32 label reaches")?;
    fold_terms(n)?;
    typed(DType::F32, &[k, d])
}
