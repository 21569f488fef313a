//! What a network answers.

use std::fmt;

use serde::{Deserialize, Serialize};
use tessera_compute::Tensor;

use crate::JobError;
use crate::outputs::Outputs;
use crate::summary::{COORDINATES, Figure, SHOWN, more};

/// A network's outputs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MlpResult {
    /// One row for each row of the table, with a number for each output of the last layer.
    pub outputs: Vec<Vec<f32>>,
}

impl MlpResult {
    /// Index of each row's greatest output, the first among equals: the class, where outputs are logits or probabilities.
    pub fn classes(&self) -> Vec<usize> {
        let greatest = |row: &Vec<f32>| (0..row.len()).rev().max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap_or(0);
        self.outputs.iter().map(greatest).collect()
    }
}

pub(crate) fn decode(outputs: &[Tensor]) -> Result<MlpResult, JobError> {
    Ok(MlpResult { outputs: Outputs::new("mlp", outputs, 1)?.rows(0)? })
}

impl fmt::Display for MlpResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.outputs.first().map_or(0, Vec::len);
        write!(f, "network: {} rows, {width} outputs each", self.outputs.len())?;
        for (index, row) in self.outputs.iter().enumerate().take(SHOWN) {
            write!(f, "\n  row {index}:")?;
            for &x in row.iter().take(COORDINATES) {
                write!(f, " {}", Figure(f64::from(x)))?;
            }
            if width > COORDINATES {
                f.write_str(" ...")?;
            }
        }
        more(f, self.outputs.len(), "rows")
    }
}
