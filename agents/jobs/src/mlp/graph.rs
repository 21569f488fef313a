//! The graph of a multilayer perceptron.

use tessera_compute::{DType, Graph, GraphBuilder, GraphError, Tensor, Value};

use super::layers;
use crate::JobError;
use crate::model::{Parameters, Weights};
use crate::prepare::Features;
use crate::softmax::softmax;
use crate::spec::{Activation, Mlp, OutputActivation};

/// Inputs: features `[n, d]`, a weight `[outputs, inputs]` for each layer, and all biases (and, for i8, scales) in one vector.
/// Output: `[n, outputs of the last layer]`.
pub(crate) fn build(spec: &Mlp, features: Features, weights: &Weights<'_>) -> Result<(Graph, Vec<Tensor>), JobError> {
    let mut parameters = Parameters::default();
    let (layers, inputs) = layers::read(weights, spec.precision, &mut parameters)?;
    let (n, d) = (features.rows as u64, features.names.len());
    if inputs != d {
        return Err(JobError::NetworkInputs { inputs, columns: d });
    }
    let mut g = GraphBuilder::new();
    let mut x = g.input(DType::F32, &[n, d as u64])?;
    let bound = parameters.declare(&mut g)?;
    for (index, layer) in layers.iter().enumerate() {
        x = layer.bind(&mut g, &bound)?.apply(&mut g, x)?;
        x = if index + 1 < layers.len() {
            activate(&mut g, spec.activation, x)?
        } else {
            finish(&mut g, spec.output, x)?
        };
    }
    g.output(x)?;
    let mut tensors = vec![features.into_tensor()?];
    tensors.extend(parameters.into_inputs()?);
    Ok((g.finish()?, tensors))
}

fn activate(g: &mut GraphBuilder, activation: Activation, x: Value) -> Result<Value, GraphError> {
    match activation {
        Activation::Relu => g.relu(x),
        Activation::Gelu => g.gelu(x),
        Activation::Tanh => g.tanh(x),
    }
}

fn finish(g: &mut GraphBuilder, output: OutputActivation, x: Value) -> Result<Value, GraphError> {
    match output {
        OutputActivation::Linear => Ok(x),
        OutputActivation::Softmax => softmax(g, x),
        OutputActivation::Tanh => g.tanh(x),
    }
}
