//! Vectors of texts.

use std::fmt;

use serde::{Deserialize, Serialize};
use tessera_compute::Tensor;

use crate::JobError;
use crate::outputs::Outputs;
use crate::summary::{COORDINATES, Figure, SHOWN, more};

/// One vector of length 1 for each text; the dot product of two is their cosine similarity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EmbeddingResult {
    /// In the order of the texts.
    pub vectors: Vec<Vec<f32>>,
}

pub(crate) fn decode(outputs: &[Tensor]) -> Result<EmbeddingResult, JobError> {
    Ok(EmbeddingResult { vectors: Outputs::new("embedding", outputs, 1)?.rows(0)? })
}

impl fmt::Display for EmbeddingResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.vectors.first().map_or(0, Vec::len);
        write!(f, "embedding: {} texts, vectors of {width} numbers", self.vectors.len())?;
        for (index, vector) in self.vectors.iter().enumerate().take(SHOWN) {
            write!(f, "\n  text {index}:")?;
            for &x in vector.iter().take(COORDINATES) {
                write!(f, " {}", Figure(f64::from(x)))?;
            }
            if width > COORDINATES {
                f.write_str(" ...")?;
            }
        }
        more(f, self.vectors.len(), "texts")
    }
}
