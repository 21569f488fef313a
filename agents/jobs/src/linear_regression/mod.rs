//! Linear regression by scaled normal equations with iterative refinement.

mod graph;
mod result;

pub(crate) use graph::build;
pub use result::LinearRegressionResult;
pub(crate) use result::decode;
