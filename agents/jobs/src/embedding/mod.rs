//! Sentence vectors by a BERT-style encoder: mean of the last layer over a text's tokens, scaled to length 1.

mod batches;
mod config;
mod encoder;
mod graph;
mod layer;
mod result;
mod tokeniser;
mod weights;

pub use encoder::{Encoder, MAX_TEXT_BYTES, MAX_TEXTS, MAX_TOKENS};
pub(crate) use graph::build;
pub use result::EmbeddingResult;
pub(crate) use result::decode;
