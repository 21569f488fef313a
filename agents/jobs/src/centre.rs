//! Centring, the first step of every job.

use tessera_compute::{GraphBuilder, GraphError, Value};

use crate::long;

/// A matrix whose columns have mean zero.
#[derive(Clone, Copy)]
pub(crate) struct Centred {
    /// `[n, d]`.
    pub rows: Value,
    /// Its transpose, `[d, n]`.
    pub columns: Value,
    /// What was subtracted, `[2, d]`: the first and the second mean, to be added in higher precision.
    pub means: Value,
}

/// Subtracts the column means of `x` `[n, d]` twice: a mean in f32 is off by its rounding, which at an offset of 1e4 is as large as
/// much data; the second mean is that of numbers near zero and removes the error of the first.
pub(crate) fn centre(g: &mut GraphBuilder, x: Value) -> Result<Centred, GraphError> {
    let columns = g.transpose(x)?;
    let (rows, columns, first) = subtract_mean(g, x, columns)?;
    let (rows, columns, second) = subtract_mean(g, rows, columns)?;
    let means = g.concat(&[first, second], 0)?;
    Ok(Centred { rows, columns, means })
}

/// `rows` less their mean, its transpose, and the mean as `[1, d]`.
fn subtract_mean(g: &mut GraphBuilder, rows: Value, columns: Value) -> Result<(Value, Value, Value), GraphError> {
    let dims = g.shape_of(columns)?;
    // Exact: a job has at most 2^24 rows.
    let count = g.fill(dims.row() as f32, &[])?;
    let sum = long::sum(g, columns)?;
    let mean = g.div(sum, count)?;
    let rows = g.sub(rows, mean)?;
    let columns = g.transpose(rows)?;
    let mean = g.reshape(mean, &[1, dims.rows()])?;
    Ok((rows, columns, mean))
}

/// The identity matrix of size `p`, and its use as a mask of the diagonal.
pub(crate) fn identity(g: &mut GraphBuilder, p: u64) -> Result<Value, GraphError> {
    let across = g.iota(&[p])?;
    let down = g.reshape(across, &[p, 1])?;
    let equal = g.eq(down, across)?;
    g.cast(equal, tessera_compute::DType::F32)
}

/// Added to the diagonal of a Gram matrix of columns of norm 1 before it is factored: about 8 roundings of f32, so that rounding
/// cannot make a singular matrix indefinite. What it changes in a result is refined or orthogonalised away.
pub(crate) const DIAGONAL: f32 = 1e-6;
