//! The graph of a matrix product.

use tessera_compute::{DType, Graph, GraphBuilder, Tensor, referee};

use crate::model::quantise_rows;
use crate::spec::{Matmul, Precision};
use crate::table::Table;
use crate::{JobError, long};

/// Inputs: A `[m, k]` and B transposed `[n, k]`; for i8 also the scales of A's rows `[m, 1]` and of B's columns `[n]`.
/// Output: `A B` `[m, n]`.
pub(crate) fn build(spec: &Matmul, a: &Table, b: &Table) -> Result<(Graph, Vec<Tensor>), JobError> {
    let (m, k, n) = (a.rows(), a.names().len(), b.names().len());
    if k != b.rows() {
        return Err(JobError::MatrixShapes { left: [m, k], right: [b.rows(), n] });
    }
    let (left, right) = (all(a)?, transposed(&all(b)?, n));
    let mut g = GraphBuilder::new();
    let inputs = match spec.precision {
        Precision::F32 => {
            let x = g.input(DType::F32, &[m as u64, k as u64])?;
            let y = g.input(DType::F32, &[n as u64, k as u64])?;
            let product = long::matmul(&mut g, x, y)?;
            g.output(product)?;
            vec![Tensor::f32(&[m as u64, k as u64], left)?, Tensor::f32(&[n as u64, k as u64], right)?]
        }
        Precision::I8 => {
            if k as u64 > referee::limits::MAX_I8_TERMS {
                return Err(JobError::TooManyI8Terms(k));
            }
            let ((left, down), (right, across)) = (quantise_rows(&left, k), quantise_rows(&right, k));
            let inputs = vec![
                Tensor::i8(&[m as u64, k as u64], left)?,
                Tensor::i8(&[n as u64, k as u64], right)?,
                Tensor::f32(&[m as u64, 1], down)?,
                Tensor::f32(&[n as u64], across)?,
            ];
            let values = inputs
                .iter()
                .map(|tensor| g.input(tensor.dtype(), tensor.shape().dims()))
                .collect::<Result<Vec<_>, _>>()?;
            let product = g.matmul(values[0], values[1])?;
            let product = g.dequantise(product, 1.0)?;
            let product = g.mul(product, values[2])?;
            let product = g.mul(product, values[3])?;
            g.output(product)?;
            inputs
        }
    };
    Ok((g.finish()?, inputs))
}

/// Every column of a table, row-major.
fn all(table: &Table) -> Result<Vec<f32>, JobError> {
    Ok(table.select(&table.names().collect::<Vec<_>>())?)
}

fn transposed(values: &[f32], width: usize) -> Vec<f32> {
    (0..width).flat_map(|column| values.iter().skip(column).step_by(width).copied()).collect()
}
