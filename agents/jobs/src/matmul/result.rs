//! What a matrix product is.

use std::fmt;

use serde::{Deserialize, Serialize};
use tessera_compute::Tensor;

use crate::JobError;
use crate::outputs::Outputs;
use crate::summary::{COORDINATES, Figure, SHOWN, more};

/// `A B`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MatmulResult {
    /// Rows of the product, which are A's; each with a number for each column of B.
    pub rows: Vec<Vec<f32>>,
}

pub(crate) fn decode(outputs: &[Tensor]) -> Result<MatmulResult, JobError> {
    Ok(MatmulResult { rows: Outputs::new("matmul", outputs, 1)?.rows(0)? })
}

impl fmt::Display for MatmulResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.rows.first().map_or(0, Vec::len);
        write!(f, "matrix product: {} rows, {width} columns", self.rows.len())?;
        for row in self.rows.iter().take(SHOWN) {
            f.write_str("\n ")?;
            for &x in row.iter().take(COORDINATES) {
                write!(f, " {:>12}", Figure(f64::from(x)))?;
            }
            if width > COORDINATES {
                f.write_str(" ...")?;
            }
        }
        more(f, self.rows.len(), "rows")
    }
}
