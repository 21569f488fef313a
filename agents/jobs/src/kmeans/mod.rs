//! k-means: k-means++ draws, Lloyd iterations, the best of several runs.

mod graph;
mod plus_plus;
mod result;

pub(crate) use graph::build;
pub use result::KMeansResult;
pub(crate) use result::decode;
