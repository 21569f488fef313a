//! One layer of an encoder: attention and a network of two linear layers, each with a residual and a layer norm after it.

use tessera_compute::{GraphBuilder, GraphError, Value};

use super::weights::{LayerWeights, Norm};
use crate::model::{Bound, BoundDense};
use crate::softmax::softmax;

/// What padding scores: finite, so that no score is NaN; its weight is exactly +0.
const MASKED: f32 = -3.4e38;

/// Sizes of a batch.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub texts: u64,
    /// Tokens of each text, with padding.
    pub length: u64,
    pub heads: u64,
    pub width: u64,
}

/// A layer norm over rows: `(x - mean) / sqrt(variance + epsilon) * weight + bias`.
pub(super) struct BoundNorm {
    weight: Value,
    bias: Value,
    epsilon: f32,
}

impl BoundNorm {
    pub fn new(g: &mut GraphBuilder, bound: &Bound, norm: &Norm, epsilon: f32) -> Result<Self, GraphError> {
        Ok(Self { weight: bound.vector(g, &norm.weight)?, bias: bound.vector(g, &norm.bias)?, epsilon })
    }

    /// `[n, width]` to the same.
    pub fn apply(&self, g: &mut GraphBuilder, x: Value) -> Result<Value, GraphError> {
        let dims = g.shape_of(x)?;
        let width = g.fill(dims.row() as f32, &[])?;
        let sum = g.reduce_sum(x)?;
        let mean = g.div(sum, width)?;
        let mean = g.reshape(mean, &[dims.rows(), 1])?;
        let offset = g.sub(x, mean)?;
        let squares = g.rowdot(offset, offset)?;
        let variance = g.div(squares, width)?;
        let variance = g.add_scalar(variance, self.epsilon)?;
        let inverse = g.rsqrt(variance)?;
        let inverse = g.reshape(inverse, &[dims.rows(), 1])?;
        let unit = g.mul(offset, inverse)?;
        let scaled = g.mul(unit, self.weight)?;
        g.add(scaled, self.bias)
    }
}

pub(super) struct BoundLayer {
    attention: BoundDense,
    projection: BoundDense,
    attention_norm: BoundNorm,
    widening: BoundDense,
    narrowing: BoundDense,
    norm: BoundNorm,
}

impl BoundLayer {
    pub fn new(g: &mut GraphBuilder, bound: &Bound, layer: &LayerWeights, epsilon: f32) -> Result<Self, GraphError> {
        Ok(Self {
            attention: layer.attention.bind(g, bound)?,
            projection: layer.projection.bind(g, bound)?,
            attention_norm: BoundNorm::new(g, bound, &layer.attention_norm, epsilon)?,
            widening: layer.widening.bind(g, bound)?,
            narrowing: layer.narrowing.bind(g, bound)?,
            norm: BoundNorm::new(g, bound, &layer.norm, epsilon)?,
        })
    }

    /// `x` `[texts * length, width]` to the same; `mask` i32 `[texts, 1, 1, length]` is 0 for padding.
    pub fn apply(&self, g: &mut GraphBuilder, x: Value, mask: Value, shape: Shape) -> Result<Value, GraphError> {
        let context = self.attend(g, x, mask, shape)?;
        let projected = self.projection.apply(g, context)?;
        let sum = g.add(projected, x)?;
        let x = self.attention_norm.apply(g, sum)?;
        let wide = self.widening.apply(g, x)?;
        let wide = g.gelu(wide)?;
        let narrow = self.narrowing.apply(g, wide)?;
        let sum = g.add(narrow, x)?;
        self.norm.apply(g, sum)
    }

    /// `softmax(Q K^T / sqrt(size of a head)) V` for each head, the heads side by side again: `[texts * length, width]`.
    fn attend(&self, g: &mut GraphBuilder, x: Value, mask: Value, shape: Shape) -> Result<Value, GraphError> {
        let Shape { texts, length, heads, width } = shape;
        let size = width / heads;
        let all = self.attention.apply(g, x)?;
        let all = g.reshape(all, &[texts, length, 3 * heads, size])?;
        let all = g.permute(all, &[0, 2, 1, 3])?;
        let one = [texts, heads, length, size];
        let query = g.slice(all, &[0, 0, 0, 0], &one)?;
        let key = g.slice(all, &[0, heads, 0, 0], &one)?;
        let value = g.slice(all, &[0, 2 * heads, 0, 0], &one)?;
        let value = g.permute(value, &[0, 1, 3, 2])?;
        let query = g.mul_scalar(query, 1.0 / (size as f32).sqrt())?;
        let scores = g.matmul(query, key)?;
        let masked = g.fill(MASKED, &[])?;
        let scores = g.select(mask, scores, masked)?;
        let weights = softmax(g, scores)?;
        let context = g.matmul(weights, value)?;
        let context = g.permute(context, &[0, 2, 1, 3])?;
        g.reshape(context, &[texts * length, width])
    }
}
