//! Weights as inputs of a graph.
//!
//! A graph has at most 64 inputs, an encoder twice as many tensors. So each matrix is an input, and all vectors (biases, scales,
//! weights of layer norms) are one, from which the graph cuts them.

use std::ops::Range;

use tessera_compute::{DType, GraphBuilder, GraphError, Tensor, TensorError, Value};

use super::quantise_rows;
use crate::spec::Precision;

/// The weights of a model on their way to be inputs.
#[derive(Default)]
pub(crate) struct Parameters {
    matrices: Vec<Tensor>,
    vectors: Vec<f32>,
}

/// A vector of [`Parameters`]: its place among all.
#[derive(Clone, Debug)]
pub(crate) struct Vector(Range<u64>);

/// A matrix of [`Parameters`]; if it is i8, with the scales of its rows.
#[derive(Clone, Debug)]
pub(crate) struct Matrix {
    input: usize,
    scales: Option<Vector>,
}

impl Parameters {
    pub fn vector(&mut self, values: &[f32]) -> Vector {
        let start = self.vectors.len() as u64;
        self.vectors.extend_from_slice(values);
        Vector(start..self.vectors.len() as u64)
    }

    /// A matrix of rows of `width` numbers, quantised if that is asked for.
    pub fn matrix(&mut self, values: Vec<f32>, width: usize, precision: Precision) -> Result<Matrix, TensorError> {
        let dims = [(values.len() / width.max(1)) as u64, width as u64];
        let (tensor, scales) = match precision {
            Precision::F32 => (Tensor::f32(&dims, values)?, None),
            Precision::I8 => {
                let (quantised, scales) = quantise_rows(&values, width);
                (Tensor::i8(&dims, quantised)?, Some(self.vector(&scales)))
            }
        };
        self.matrices.push(tensor);
        Ok(Matrix { input: self.matrices.len() - 1, scales })
    }

    /// Declares the inputs, in the order of [`into_inputs`](Self::into_inputs).
    pub fn declare(&self, g: &mut GraphBuilder) -> Result<Bound, GraphError> {
        let matrices = self
            .matrices
            .iter()
            .map(|tensor| g.input(tensor.dtype(), tensor.shape().dims()))
            .collect::<Result<Vec<_>, _>>()?;
        // A graph's input may not be without elements only because a network has no bias.
        let vectors =
            if self.vectors.is_empty() { None } else { Some(g.input(DType::F32, &[self.vectors.len() as u64])?) };
        Ok(Bound { matrices, vectors })
    }

    pub fn into_inputs(self) -> Result<Vec<Tensor>, TensorError> {
        let mut inputs = self.matrices;
        if !self.vectors.is_empty() {
            inputs.push(Tensor::f32(&[self.vectors.len() as u64], self.vectors)?);
        }
        Ok(inputs)
    }
}

/// Declared [`Parameters`].
pub(crate) struct Bound {
    matrices: Vec<Value>,
    vectors: Option<Value>,
}

impl Bound {
    /// `[length]`.
    pub fn vector(&self, g: &mut GraphBuilder, vector: &Vector) -> Result<Value, GraphError> {
        let all = self.vectors.ok_or(GraphError::NoOutput)?;
        g.slice(all, &[vector.0.start], &[vector.0.end - vector.0.start])
    }

    /// `[rows, width]` and, for i8, the scales `[rows]`.
    pub fn matrix(&self, g: &mut GraphBuilder, matrix: &Matrix) -> Result<(Value, Option<Value>), GraphError> {
        let values = self.matrices.get(matrix.input).copied().ok_or(GraphError::NoOutput)?;
        let scales = matrix.scales.as_ref().map(|scales| self.vector(g, scales)).transpose()?;
        Ok((values, scales))
    }
}
