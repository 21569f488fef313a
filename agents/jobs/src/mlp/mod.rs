//! Inference of a multilayer perceptron: linear layers with an activation after each but the last.

mod graph;
mod layers;
mod result;

pub(crate) use graph::build;
pub use result::MlpResult;
pub(crate) use result::decode;
