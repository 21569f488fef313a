//! Principal component analysis by subspace iteration and Rayleigh-Ritz.

mod graph;
mod result;

pub(crate) use graph::build;
pub use result::PcaResult;
pub(crate) use result::decode;
