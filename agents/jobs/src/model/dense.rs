//! A linear layer in either precision.

use tessera_compute::{GraphBuilder, GraphError, Value};

use super::{Bound, Matrix, Vector};

/// Weights `[outputs, inputs]` and perhaps a bias `[outputs]`: PyTorch's layout, and matmul's.
#[derive(Clone, Debug)]
pub(crate) struct Dense {
    pub weight: Matrix,
    pub bias: Option<Vector>,
}

/// A [`Dense`] layer's tensors in a graph.
#[derive(Clone, Copy)]
pub(crate) struct BoundDense {
    weight: Value,
    /// Of the rows of an i8 weight, `[outputs]`.
    scales: Option<Value>,
    bias: Option<Value>,
}

impl Dense {
    pub fn bind(&self, g: &mut GraphBuilder, bound: &Bound) -> Result<BoundDense, GraphError> {
        let (weight, scales) = bound.matrix(g, &self.weight)?;
        let bias = self.bias.as_ref().map(|bias| bound.vector(g, bias)).transpose()?;
        Ok(BoundDense { weight, scales, bias })
    }
}

impl BoundDense {
    /// `x W^T + b` for rows `x` `[n, inputs]`.
    ///
    /// With i8 weights, each row of x is divided by a scale that brings its largest magnitude to 127 and rounded; the product is exact
    /// in i32 and multiplied by both scales. A row of zeros has scale 0: 0 / 0 quantises to 0, as it should.
    pub fn apply(&self, g: &mut GraphBuilder, x: Value) -> Result<Value, GraphError> {
        let product = match self.scales {
            None => g.matmul(x, self.weight)?,
            Some(scales) => {
                let rows = g.shape_of(x)?.rows();
                let magnitudes = g.abs(x)?;
                let largest = g.reduce_max(magnitudes)?;
                let scale = g.mul_scalar(largest, 1.0 / 127.0)?;
                let scale = g.reshape(scale, &[rows, 1])?;
                let scaled = g.div(x, scale)?;
                let quantised = g.quantise(scaled, 1.0)?;
                let product = g.matmul(quantised, self.weight)?;
                let product = g.dequantise(product, 1.0)?;
                let product = g.mul(product, scale)?;
                g.mul(product, scales)?
            }
        };
        match self.bias {
            None => Ok(product),
            Some(bias) => g.add(product, bias),
        }
    }
}
