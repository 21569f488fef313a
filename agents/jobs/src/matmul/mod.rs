//! The product of two matrices.

mod graph;
mod result;

pub(crate) use graph::build;
pub use result::MatmulResult;
pub(crate) use result::decode;
