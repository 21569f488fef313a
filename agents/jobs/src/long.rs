//! Folds over more terms than one f32 fold takes.
//!
//! Up to [`TERMS`], each is the plain operation. Beyond, the axis is filled up with zeros, cut into pieces of [`TERMS`], each piece
//! folded, and the results folded again, in order. Zeros change no sum: `fma(0, 0, acc)` is acc, and a total of -0 does not exist.

use tessera_compute::{GraphBuilder, GraphError, Value, referee};

/// The terms of one f32 fold.
pub(crate) const TERMS: u64 = referee::limits::MAX_FOLD_TERMS;

/// `reduce_sum` of `[r, n]` or `[n]`, of any length.
pub(crate) fn sum(g: &mut GraphBuilder, x: Value) -> Result<Value, GraphError> {
    match pieces(g, x)? {
        None => g.reduce_sum(x),
        Some(pieces) => {
            let sums = g.reduce_sum(pieces)?;
            g.reduce_sum(sums)
        }
    }
}

/// `rowdot` of two `[r, n]` or `[n]`, of any length.
pub(crate) fn rowdot(g: &mut GraphBuilder, a: Value, b: Value) -> Result<Value, GraphError> {
    match (pieces(g, a)?, pieces(g, b)?) {
        (Some(a), Some(b)) => {
            let dots = g.rowdot(a, b)?;
            g.reduce_sum(dots)
        }
        _ => g.rowdot(a, b),
    }
}

/// `matmul` of `[p, n]` and `[q, n]`, of any length.
pub(crate) fn matmul(g: &mut GraphBuilder, a: Value, b: Value) -> Result<Value, GraphError> {
    match (pieces(g, a)?, pieces(g, b)?) {
        (Some(a), Some(b)) => {
            let a = g.permute(a, &[1, 0, 2])?;
            let b = g.permute(b, &[1, 0, 2])?;
            let products = g.matmul(a, b)?;
            let products = g.permute(products, &[1, 2, 0])?;
            g.reduce_sum(products)
        }
        _ => g.matmul(a, b),
    }
}

/// `segment_sum` of `[d, n]` by labels `[n]`, of any length.
pub(crate) fn segment_sum(g: &mut GraphBuilder, xt: Value, labels: Value, segments: u64) -> Result<Value, GraphError> {
    let dims = g.shape_of(xt)?;
    let (d, n) = (dims.rows(), dims.row());
    let mut total: Option<Value> = None;
    let mut start = 0;
    while start < n && n > TERMS {
        let length = TERMS.min(n - start);
        let part = g.slice(xt, &[0, start], &[d, length])?;
        let own = g.slice(labels, &[start], &[length])?;
        let sums = g.segment_sum(part, own, segments)?;
        total = Some(match total {
            None => sums,
            Some(before) => g.add(before, sums)?,
        });
        start += length;
    }
    match total {
        Some(total) => Ok(total),
        None => g.segment_sum(xt, labels, segments),
    }
}

/// `[.., n]` as `[.., pieces, TERMS]`; none if one fold takes n.
fn pieces(g: &mut GraphBuilder, x: Value) -> Result<Option<Value>, GraphError> {
    let shape = g.shape_of(x)?;
    let n = shape.row();
    if n <= TERMS {
        return Ok(None);
    }
    let (before, count) = (&shape.dims()[..shape.rank() - 1], n.div_ceil(TERMS));
    let mut filled = x;
    if count * TERMS > n {
        let zeros = g.fill(0.0, &[before, &[count * TERMS - n]].concat())?;
        filled = g.concat(&[x, zeros], before.len() as u8)?;
    }
    g.reshape(filled, &[before, &[count, TERMS]].concat()).map(Some)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use tessera_compute::{Backend, Cancel, CpuBackend, DType, GraphBuilder, GraphError, Tensor, Value};

    use super::{TERMS, matmul, rowdot, segment_sum, sum};

    /// Two rows of whole numbers below 8, so that all sums are exact, over two folds and a bit.
    fn rows() -> Tensor {
        let n = 2 * TERMS + 5;
        Tensor::f32(&[2, n], (0..2 * n).map(|i| (i * i % 7) as f32).collect()).unwrap()
    }

    fn exact(a: usize, b: usize) -> f32 {
        let rows = rows();
        let rows: Vec<&[f32]> = rows.as_f32().unwrap().chunks(rows.shape().row() as usize).collect();
        rows[a].iter().zip(rows[b]).map(|(&x, &y)| u64::from(x as u8) * u64::from(y as u8)).sum::<u64>() as f32
    }

    fn run(fold: impl Fn(&mut GraphBuilder, Value) -> Result<Value, GraphError>) -> Vec<f32> {
        let (mut g, rows) = (GraphBuilder::new(), rows());
        let x = g.input(DType::F32, rows.shape().dims()).unwrap();
        let folded = fold(&mut g, x).unwrap();
        g.output(folded).unwrap();
        let outputs = CpuBackend::new().run(&g.finish().unwrap(), &[rows], &Cancel::new()).unwrap();
        outputs[0].as_f32().unwrap().to_vec()
    }

    #[test]
    fn long_folds_lose_no_term() {
        let rows = rows();
        let totals: Vec<f32> =
            rows.as_f32().unwrap().chunks(rows.shape().row() as usize).map(|row| row.iter().sum()).collect();
        assert_eq!(run(sum), totals);
        assert_eq!(run(|g, x| rowdot(g, x, x)), [exact(0, 0), exact(1, 1)]);
        assert_eq!(run(|g, x| matmul(g, x, x)), [exact(0, 0), exact(0, 1), exact(1, 0), exact(1, 1)]);
    }

    #[test]
    fn long_segments_lose_no_term() {
        let found = run(|g, x| {
            let n = g.shape_of(x)?.row();
            let labels = g.fill_i32(1, &[n])?;
            segment_sum(g, x, labels, 2)
        });
        assert_eq!(found, [&[0.0, 0.0], &run(sum)[..]].concat());
    }

    #[test]
    fn a_fold_that_fits_is_the_plain_operation() {
        let mut g = GraphBuilder::new();
        let x = g.input(DType::F32, &[1, TERMS]).unwrap();
        let folded = matmul(&mut g, x, x).unwrap();
        g.output(folded).unwrap();
        assert_eq!(g.finish().unwrap().op_count(), 1);
    }
}
