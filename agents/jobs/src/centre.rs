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

/// A matrix whose columns have nearly mean zero: off by the rounding of a mean, which at an offset of 1e4 is as large as much data.
#[derive(Clone, Copy)]
pub(crate) struct Shifted {
    /// `[n, d]`.
    pub rows: Value,
    /// Its transpose, `[d, n]`.
    pub columns: Value,
    /// The means that are left, `[d]`; as those of numbers near zero they are exact enough to remove the error of the first.
    pub rest: Value,
    /// The means that were subtracted and those that are left, `[2, d]`.
    pub means: Value,
}

/// Subtracts the column means of `x` `[n, d]` once. What reads the columns subtracts what is left where that takes less than another
/// pass over them: from their products or their extremes.
pub(crate) fn shift(g: &mut GraphBuilder, x: Value) -> Result<Shifted, GraphError> {
    let columns = g.transpose(x)?;
    let d = g.shape_of(columns)?.rows();
    let first = mean(g, columns)?;
    let rows = g.sub(x, first)?;
    let columns = g.transpose(rows)?;
    let rest = mean(g, columns)?;
    let first = g.reshape(first, &[1, d])?;
    let second = g.reshape(rest, &[1, d])?;
    let means = g.concat(&[first, second], 0)?;
    Ok(Shifted { rows, columns, rest, means })
}

/// Subtracts the column means of `x` `[n, d]` twice, as [`Shifted`] says.
pub(crate) fn centre(g: &mut GraphBuilder, x: Value) -> Result<Centred, GraphError> {
    let x = shift(g, x)?;
    let rows = g.sub(x.rows, x.rest)?;
    let columns = g.transpose(rows)?;
    Ok(Centred { rows, columns, means: x.means })
}

/// The mean of each row of `columns` `[d, n]`, `[d]`.
fn mean(g: &mut GraphBuilder, columns: Value) -> Result<Value, GraphError> {
    // Exact: a job has at most 2^24 rows.
    let count = g.fill(g.shape_of(columns)?.row() as f32, &[])?;
    let sum = long::sum(g, columns)?;
    g.div(sum, count)
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
