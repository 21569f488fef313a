//! Types of outputs. One rule set serves the builder and the decoder.

use tessera_referee::limits::{MAX_FOLD_TERMS, MAX_I8_TERMS, MAX_JACOBI_SIDE};
use tessera_referee::{DType, Map1, Map2, Reduce, jacobi};

use super::broadcast::broadcast;
use super::error::{GraphError, Types};
use super::operation::OpKind;
use crate::{Shape, TensorType};

type Inferred = Result<TensorType, GraphError>;

/// The output type of an operation, or why it is not defined for these operands.
///
/// `asked` is the output type that the caller names. Operations whose output is free (reshape, slice, fill,
/// iota, uniform, segment_sum, cast) take it from there; the others ignore it, and a decoder then compares.
pub(crate) fn infer(kind: &OpKind, operands: &[TensorType], asked: TensorType) -> Inferred {
    let refuse =
        |reason| Err(GraphError::Operands { operation: kind.name(), operands: Types(operands.to_vec()), reason });
    if operands.len() != kind.arity(operands.len()) {
        return refuse("wrong number of operands");
    }
    let result = match (kind, operands) {
        (OpKind::Map1(map), &[x]) => map1(*map, x, asked.dtype),
        (OpKind::Map2(map), &[a, b]) => map2(*map, a, b),
        (OpKind::Select, &[c, a, b]) => select(c, a, b),
        (OpKind::Permute(axes), &[x]) => permute(*axes, x),
        (OpKind::Reshape, &[x]) => reshape(x, asked),
        (OpKind::Slice(starts), &[x]) => slice(*starts, x, asked),
        (OpKind::Concat(axis), _) => concat(usize::from(*axis), operands),
        (OpKind::Gather, &[table, index]) => gather(table, index),
        (OpKind::Fill(word), &[]) => fill(*word, asked),
        (OpKind::Iota, &[]) => source(asked, DType::I32),
        (OpKind::Uniform(_), &[]) => source(asked, DType::F32),
        (OpKind::Matmul, &[a, b]) => matmul(a, b),
        (OpKind::Rowdot, &[a, b]) => rowdot(a, b),
        (OpKind::Reduce(reduce), &[x]) => reduced(*reduce, x),
        (OpKind::Nearest, &[x, c, c2]) => nearest(x, c, c2),
        (OpKind::SegmentSum, &[xt, labels]) => segment_sum(xt, labels, asked),
        (OpKind::Cholesky, &[a]) => cholesky(a),
        (OpKind::Solve, &[b, l]) => solve(b, l),
        (OpKind::JacobiStep(round), &[a]) => jacobi_step(*round, a),
        (OpKind::JacobiVec(round), &[v, a]) => jacobi_vec(*round, v, a),
        _ => Err("wrong number of operands"),
    };
    result.or_else(refuse)
}

type Rule = Result<TensorType, &'static str>;

fn typed(dtype: DType, dims: &[u64]) -> Rule {
    match Shape::new(dims) {
        Ok(shape) => Ok(TensorType { dtype, shape }),
        Err(_) => Err("the output would exceed rank 4 or 2^40 elements"),
    }
}

fn require(ok: bool, reason: &'static str) -> Result<(), &'static str> {
    if ok { Ok(()) } else { Err(reason) }
}

fn map1(map: Map1, x: TensorType, asked: DType) -> Rule {
    let dtype = match map {
        Map1::Cast => {
            require(asked != x.dtype, "a cast to the same type does nothing")?;
            asked
        }
        Map1::Quantise(_) => {
            require(x.dtype == DType::F32, "it takes f32")?;
            DType::I8
        }
        Map1::Dequantise(_) => {
            require(x.dtype != DType::F32, "it takes i8 or i32")?;
            DType::F32
        }
        _ => {
            require(x.dtype == DType::F32, "it takes f32")?;
            DType::F32
        }
    };
    Ok(TensorType { dtype, shape: x.shape })
}

fn map2(map: Map2, a: TensorType, b: TensorType) -> Rule {
    require(a.dtype == b.dtype, "both operands must have one type")?;
    match map {
        Map2::Div => require(a.dtype == DType::F32, "it takes f32")?,
        _ => require(a.dtype != DType::I8, "it takes f32 or i32: cast first")?,
    }
    let dtype = match map {
        Map2::Eq | Map2::Lt => DType::I32,
        _ => a.dtype,
    };
    Ok(TensorType { dtype, shape: broadcast(&[a.shape, b.shape])? })
}

fn select(c: TensorType, a: TensorType, b: TensorType) -> Rule {
    require(c.dtype == DType::I32, "the condition must be i32")?;
    require(a.dtype == b.dtype, "both branches must have one type")?;
    Ok(TensorType { dtype: a.dtype, shape: broadcast(&[c.shape, a.shape, b.shape])? })
}

fn permute(axes: [u8; 4], x: TensorType) -> Rule {
    let rank = x.shape.rank();
    let mut seen = [false; 4];
    let mut dims = [0; 4];
    for (slot, &axis) in dims.iter_mut().zip(&axes[..rank]) {
        let axis = usize::from(axis);
        require(axis < rank && !seen[axis], "axes must be a permutation")?;
        seen[axis] = true;
        *slot = x.shape.dims()[axis];
    }
    require(axes[rank..].iter().all(|&a| a == 0), "axes beyond the rank must be zero")?;
    typed(x.dtype, &dims[..rank])
}

fn reshape(x: TensorType, asked: TensorType) -> Rule {
    require(x.shape.elements() == asked.shape.elements(), "the new shape holds another number of elements")?;
    Ok(TensorType { dtype: x.dtype, shape: asked.shape })
}

fn slice(starts: [u64; 4], x: TensorType, asked: TensorType) -> Rule {
    let rank = x.shape.rank();
    require(asked.shape.rank() == rank, "a slice keeps the rank")?;
    require(starts[rank..].iter().all(|&s| s == 0), "starts beyond the rank must be zero")?;
    for ((&start, &length), &dim) in starts.iter().zip(asked.shape.dims()).zip(x.shape.dims()) {
        let inside = start.checked_add(length).is_some_and(|end| end <= dim);
        require(inside, "the slice reaches beyond the tensor")?;
    }
    Ok(TensorType { dtype: x.dtype, shape: asked.shape })
}

fn concat(axis: usize, operands: &[TensorType]) -> Rule {
    let [first, ..] = operands else {
        return Err("wrong number of operands");
    };
    let rank = first.shape.rank();
    require(axis < rank, "there is no such axis")?;
    let mut dims = [0u64; 4];
    dims[..rank].copy_from_slice(first.shape.dims());
    dims[axis] = 0;
    for x in operands {
        require(x.dtype == first.dtype, "all operands must have one type")?;
        require(x.shape.rank() == rank, "all operands must have one rank")?;
        for (i, &dim) in x.shape.dims().iter().enumerate() {
            if i == axis {
                dims[i] = dims[i].saturating_add(dim);
            } else {
                require(dims[i] == dim, "the other dimensions must be equal")?;
            }
        }
    }
    typed(first.dtype, &dims[..rank])
}

fn gather(table: TensorType, index: TensorType) -> Rule {
    require(index.dtype == DType::I32, "indices must be i32")?;
    let [_, rest @ ..] = table.shape.dims() else {
        return Err("the table needs an axis to gather from");
    };
    let dims: Vec<u64> = index.shape.dims().iter().chain(rest).copied().collect();
    typed(table.dtype, &dims)
}

fn fill(word: u32, asked: TensorType) -> Rule {
    let canonical = asked.dtype != DType::I8 || i32::from(word as i32 as i8) == word as i32;
    require(canonical, "the constant does not fit i8")?;
    Ok(asked)
}

fn source(asked: TensorType, dtype: DType) -> Rule {
    require(asked.dtype == dtype, "iota gives i32 and uniform f32")?;
    Ok(asked)
}

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

fn fold_terms(terms: u64) -> Result<(), &'static str> {
    require(
        terms <= MAX_FOLD_TERMS,
        "an f32 fold has at most 524,288 terms: reshape the axis into several and fold twice",
    )
}

fn matmul(a: TensorType, b: TensorType) -> Rule {
    let ([batch_a @ .., m, k], [batch_b @ .., n, k_b]) = (a.shape.dims(), b.shape.dims()) else {
        return Err("matrices need two axes");
    };
    require(batch_a == batch_b, "batch dimensions must be equal")?;
    require(k == k_b, "rows of both operands must be equally long (the second is transposed)")?;
    let dims: Vec<u64> = batch_a.iter().chain([m, n]).copied().collect();
    typed(dot(a, b, *k)?, &dims)
}

fn rowdot(a: TensorType, b: TensorType) -> Rule {
    require(a.shape == b.shape, "both shapes must be equal")?;
    let [outer @ .., k] = a.shape.dims() else {
        return Err("rows need an axis");
    };
    typed(dot(a, b, *k)?, outer)
}

fn reduced(reduce: Reduce, x: TensorType) -> Rule {
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

fn nearest(x: TensorType, c: TensorType, c2: TensorType) -> Rule {
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

fn segment_sum(xt: TensorType, labels: TensorType, asked: TensorType) -> Rule {
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

fn square(a: TensorType) -> Result<u64, &'static str> {
    match a.shape.dims() {
        &[p, q] if p == q && a.dtype == DType::F32 => Ok(p),
        _ => Err("it takes a square f32 matrix"),
    }
}

fn cholesky(a: TensorType) -> Rule {
    fold_terms(square(a)?)?;
    Ok(a)
}

fn solve(b: TensorType, l: TensorType) -> Rule {
    let p = square(l)?;
    fold_terms(p)?;
    match b.shape.dims() {
        &[_, q] if q == p && b.dtype == DType::F32 => Ok(b),
        _ => Err("it takes B [r, p] and L [p, p]"),
    }
}

fn jacobi_step(round: u32, a: TensorType) -> Rule {
    let p = square(a)?;
    require(p <= MAX_JACOBI_SIDE, "a Jacobi matrix has at most 128 rows")?;
    require(round < jacobi::rounds(p as u32), "a sweep has fewer rounds")?;
    Ok(a)
}

fn jacobi_vec(round: u32, v: TensorType, a: TensorType) -> Rule {
    jacobi_step(round, a)?;
    match (v.shape.dims(), a.shape.dims()) {
        (&[_, q], &[p, _]) if q == p && v.dtype == DType::F32 => Ok(v),
        _ => Err("it takes V [n, p] and A [p, p]"),
    }
}
