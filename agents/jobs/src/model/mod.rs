//! Trained weights: reading them, binding them as inputs of a graph, and the layers that they are for.

mod dense;
mod error;
mod parameters;
mod quantise;
mod weights;

pub(crate) use dense::{BoundDense, Dense};
pub use error::ModelError;
pub(crate) use parameters::{Bound, Matrix, Parameters, Vector};
pub(crate) use quantise::quantise_rows;
pub use weights::{MAX_HEADER_BYTES, MAX_WEIGHT_BYTES, Weights};
