//! Folds of transposed operands, which an executor may walk as they lie in memory.

use tessera_compute::DType::{F32, I32};
use tessera_compute::{Graph, GraphBuilder, GraphError, Tensor, Value};

use crate::check;
use crate::values::{FLAVOURS, Random, tensor};

/// Every fold over the columns of `[n, d]`.
fn folds(n: u64, d: u64) -> Result<Graph, GraphError> {
    let mut g = GraphBuilder::new();
    let x = g.input(F32, &[n, d])?;
    let y = g.input(F32, &[n, d])?;
    let row = g.input(F32, &[1, n])?;
    let rows = g.input(F32, &[3, n])?;
    let labels = g.input(I32, &[n])?;
    let t = g.transpose(x)?;
    let other = g.transpose(y)?;
    let magnitudes = g.abs(t)?;
    let column = g.reshape(row, &[n, 1])?;
    let again = g.transpose(column)?;
    let window = g.slice(t, &[0, 0], &[d, n.div_ceil(2)])?;
    let part = g.slice(x, &[0, 0], &[n, d.div_ceil(2)])?;
    let part = g.transpose(part)?;
    let folded = [
        g.reduce_sum(t)?,
        g.reduce_max(t)?,
        g.reduce_max(magnitudes)?,
        g.reduce_sum(window)?,
        g.reduce_sum(part)?,
        g.matmul(part, t)?,
        g.rowdot(t, t)?,
        g.rowdot(t, other)?,
        g.matmul(row, t)?,
        g.matmul(again, t)?,
        g.matmul(rows, t)?,
    ];
    folded.into_iter().try_for_each(|value| g.output(value))?;
    g.matmul(t, t).and_then(|product| g.output(product))?;
    g.matmul(t, magnitudes).and_then(|product| g.output(product))?;
    g.segment_sum(t, labels, 3).and_then(|sums| g.output(sums))?;
    g.finish()
}

fn transposed_of_other_kinds(n: u64, d: u64) -> Result<Graph, GraphError> {
    let mut g = GraphBuilder::new();
    let x = g.input(F32, &[n, d])?;
    let wide = g.input(F32, &[2, n, d])?;
    let t = g.transpose(x)?;
    let least = g.argmin(t)?;
    let flat = g.reshape(t, &[n * d])?;
    let powers = g.exp(t)?;
    let whole = g.cast(powers, I32)?;
    let counts = g.reduce_sum(whole)?;
    let both = g.rowdot(t, powers)?;
    let back = g.transpose(powers)?;
    let squares = g.mul(back, x)?;
    let small = g.quantise(t, 0.1)?;
    let small = g.matmul(small, small)?;
    let lying = g.permute(wide, &[2, 0, 1])?;
    let sums: Value = g.reduce_sum(lying)?;
    let products = g.matmul(lying, lying)?;
    for output in [least, flat, counts, both, squares, small, sums, products] {
        g.output(output)?;
    }
    g.finish()
}

#[test]
fn folds_of_transposed_operands() {
    let mut random = Random(0x7042);
    for (n, d) in [(1, 1), (1, 7), (9, 1), (40, 16), (5, 130), (200, 70), (4_099, 21), (9_000, 64)] {
        let graphs = [Some(folds(n, d).unwrap()), (n < 4_000).then(|| transposed_of_other_kinds(n, d).unwrap())];
        for graph in graphs.into_iter().flatten() {
            // The reference takes seconds for the largest.
            let flavours = if n * d > 100_000 { &FLAVOURS[..1] } else { &FLAVOURS[..] };
            for &flavour in flavours {
                let inputs = graph.input_specs().iter();
                let data: Vec<Tensor> =
                    inputs.map(|ty| tensor(&mut random, ty.dtype, ty.shape.dims(), flavour)).collect();
                check(&graph, &data, &format!("[{n}, {d}] {flavour:?}"));
            }
        }
    }
}
