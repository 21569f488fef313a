//! Folds down the columns of rows that were just made, as regressions, component analyses and clusterings have them: one executor goes on
//! with them from tile to tile.

use tessera_compute::DType::{F32, I32};
use tessera_compute::{Graph, GraphBuilder, GraphError, Tensor};

use crate::check;
use crate::values::{FLAVOURS, Random, tensor};

/// All folds of `[n, d]` less a row, then those of what is left less the mean, which needs the first to have ended.
fn folds_of_made_rows(n: u64, d: u64) -> Result<Graph, GraphError> {
    let mut g = GraphBuilder::new();
    let x = g.input(F32, &[n, d])?;
    let y = g.input(F32, &[1, n])?;
    let row = g.input(F32, &[1, d])?;
    let directions = g.input(F32, &[d, 3])?;
    let labels = g.input(I32, &[n])?;
    let centres = g.input(F32, &[14, d])?;
    let squares = g.input(F32, &[14])?;

    let shifted = g.sub(x, row)?;
    let columns = g.transpose(shifted)?;
    let sum = g.reduce_sum(columns)?;
    let turned = g.transpose(directions)?;
    let scores = g.matmul(shifted, turned)?;
    let scores_down = g.transpose(scores)?;
    let early = [
        sum,
        g.reduce_max(columns)?,
        g.reduce_min(columns)?,
        g.matmul(columns, columns)?,
        g.matmul(scores_down, columns)?,
        g.matmul(scores_down, scores_down)?,
        g.rowdot(columns, columns)?,
        g.matmul(y, columns)?,
        g.segment_sum(columns, labels, 5)?,
    ];

    let mean = g.mul_scalar(sum, 1.0 / n as f32)?;
    let rest = g.sub(shifted, mean)?;
    let rest_down = g.transpose(rest)?;
    let nearest = g.nearest(rest, centres, squares)?;
    let ones = g.fill(1.0, &[1, n])?;
    let predicted = g.matmul(row, rest)?;
    let residual = g.sub(y, predicted)?;
    let late = [
        nearest,
        g.segment_sum(rest_down, nearest, 14)?,
        g.segment_sum(ones, nearest, 14)?,
        g.rowdot(residual, residual)?,
        g.reduce_sum(residual)?,
        g.matmul(residual, rest_down)?,
        g.matmul(rest_down, columns)?,
    ];
    early.into_iter().chain(late).try_for_each(|value| g.output(value))?;
    g.finish()
}

#[test]
fn folds_of_rows_that_were_just_made() {
    let mut random = Random(0x7a11);
    // The first has chains for several threads and is large enough for rows to be made twice.
    for (n, d) in [(53_300, 3), (4_100, 33), (200, 70), (17, 1)] {
        let graph = folds_of_made_rows(n, d).unwrap();
        for flavour in FLAVOURS {
            let inputs = graph.input_specs().iter();
            let data: Vec<Tensor> = inputs.map(|ty| tensor(&mut random, ty.dtype, ty.shape.dims(), flavour)).collect();
            check(&graph, &data, &format!("[{n}, {d}] {flavour:?}"));
        }
    }
}
