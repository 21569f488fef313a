//! One element of a fold.

use tessera_referee::fold::{
    Best, Fold, argmax_rank, argmin_rank, cholesky_diagonal, i8_term, nearest_score, solve_element,
};
use tessera_referee::{DType, Reduce, Soft, float, order};

use super::element::word;
use crate::{OpKind, Tensor};

/// The element at `index` of a fold's output; see [`scalar_element`](super::scalar_element).
pub(super) fn element(kind: &OpKind, operands: &[&Tensor], own: &impl Fn(u64) -> u32, index: u64) -> u32 {
    match (kind, operands) {
        (OpKind::Matmul, [a, b]) => {
            let (n, k) = (columns(b), a.shape().row());
            let (row, j) = (index / n, index % n);
            let batch = row / columns(a);
            dot(a, row * k, b, (batch * n + j) * k, k)
        }
        (OpKind::Rowdot, [a, b]) => {
            let k = a.shape().row();
            dot(a, index * k, b, index * k, k)
        }
        (OpKind::Reduce(reduce), [x]) => {
            let k = x.shape().row();
            let row = (index * k..(index + 1) * k).map(|i| word(x, i));
            reduced(*reduce, x.dtype(), row)
        }
        (OpKind::Nearest, [x, c, c2]) => {
            let d = x.shape().row();
            let mut best = Best::new();
            for j in 0..c2.shape().elements() {
                let score = nearest_score::<Soft>(dot(x, index * d, c, j * d, d), word(c2, j));
                best.take(j as i32, argmin_rank(score));
            }
            best.index() as u32
        }
        (OpKind::SegmentSum, [xt, labels]) => {
            let (d, n) = (xt.shape().dims()[0], xt.shape().row());
            let (segment, feature) = (index / d, index % d);
            let mut fold = Fold::<Soft>::new();
            for i in 0..n {
                if i64::from(word(labels, i) as i32) == segment as i64 {
                    fold.term(word(xt, feature * n + i), float::ONE);
                } else {
                    fold.skip();
                }
            }
            fold.sum()
        }
        (OpKind::Cholesky, [a]) => {
            let p = a.shape().row();
            let (i, j) = (index / p, index % p);
            if i < j {
                return 0;
            }
            let mut fold = Fold::<Soft>::new();
            (0..j).for_each(|k| fold.term(own(i * p + k), own(j * p + k)));
            if i == j {
                cholesky_diagonal::<Soft>(word(a, index), fold.sum())
            } else {
                solve_element::<Soft>(word(a, index), fold.sum(), own(j * p + j))
            }
        }
        (OpKind::Solve, [b, l]) => {
            let p = l.shape().row();
            let (r, i) = (index / p, index % p);
            let mut fold = Fold::<Soft>::new();
            (0..i).for_each(|k| fold.term(own(r * p + k), word(l, i * p + k)));
            solve_element::<Soft>(word(b, index), fold.sum(), word(l, i * p + i))
        }
        _ => 0,
    }
}

/// Length of the last axis but one.
fn columns(x: &Tensor) -> u64 {
    x.shape().dims().iter().rev().nth(1).copied().unwrap_or(1)
}

/// The dot product of `k` elements of each operand.
fn dot(a: &Tensor, from_a: u64, b: &Tensor, from_b: u64, k: u64) -> u32 {
    if a.dtype() == DType::I8 {
        let terms = (0..k).map(|i| (word(a, from_a + i) as i8, word(b, from_b + i) as i8));
        return terms.fold(0, |acc, (a, b)| i8_term(a, b, acc)) as u32;
    }
    let mut fold = Fold::<Soft>::new();
    (0..k).for_each(|i| fold.term(word(a, from_a + i), word(b, from_b + i)));
    fold.sum()
}

fn reduced(reduce: Reduce, dtype: DType, row: impl Iterator<Item = u32>) -> u32 {
    let float = dtype == DType::F32;
    let best = |rank: fn(u32) -> i32, row: &mut dyn Iterator<Item = u32>| {
        let mut best = Best::new();
        row.enumerate().for_each(|(j, x)| best.take(j as i32, rank(x)));
        best.index() as u32
    };
    let mut row = row;
    match reduce {
        Reduce::Sum if float => {
            let mut fold = Fold::<Soft>::new();
            row.for_each(|x| fold.term(x, float::ONE));
            fold.sum()
        }
        Reduce::Sum => row.fold(0, u32::wrapping_add),
        Reduce::Max if float => row.fold(float::NEG_INFINITY, order::max),
        Reduce::Min if float => row.fold(float::INFINITY, order::min),
        Reduce::Max => row.fold(i32::MIN, |m, x| m.max(x as i32)) as u32,
        Reduce::Min => row.fold(i32::MAX, |m, x| m.min(x as i32)) as u32,
        Reduce::ArgMin if float => best(argmin_rank, &mut row),
        Reduce::ArgMax if float => best(argmax_rank, &mut row),
        Reduce::ArgMin => best(|x| x as i32, &mut row),
        Reduce::ArgMax => best(|x| !(x as i32), &mut row),
    }
}
