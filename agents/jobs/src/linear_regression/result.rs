//! What a linear regression found.

use std::fmt;

use serde::{Deserialize, Serialize};
use tessera_compute::Tensor;

use crate::JobError;
use crate::outputs::Outputs;
use crate::spec::LinearRegression;
use crate::summary::{Figure, SHOWN, more};

/// A fitted linear model: `target = intercept + sum of coefficient x column`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinearRegressionResult {
    /// The column that is predicted.
    pub target: String,
    /// The feature columns.
    pub columns: Vec<String>,
    /// One coefficient per feature column.
    pub coefficients: Vec<f64>,
    /// The prediction where all features are zero.
    pub intercept: f64,
    /// Mean squared error on the data that it was fitted to.
    pub mse: f64,
    /// Coefficient of determination on the same data; absent if the target is constant.
    pub r2: Option<f64>,
}

pub(crate) fn decode(spec: &LinearRegression, outputs: &[Tensor]) -> Result<LinearRegressionResult, JobError> {
    let outputs = Outputs::new("linear-regression", outputs, 5)?;
    let coefficients = outputs.wide(0, &[Some(1), None])?;
    let d = coefficients.len();
    let means = outputs.means(1, d)?;
    let target_mean = outputs.means(2, 1)?;
    let mse = outputs.scalar(3)?;
    let variance = outputs.scalar(4)?;
    let explained: f64 = coefficients.iter().zip(&means).map(|(coefficient, mean)| coefficient * mean).sum();
    Ok(LinearRegressionResult {
        target: spec.target.clone(),
        columns: outputs.names(spec.columns.as_deref(), d)?,
        intercept: target_mean.iter().sum::<f64>() - explained,
        coefficients,
        mse,
        r2: (variance > 0.0).then(|| 1.0 - mse / variance),
    })
}

impl fmt::Display for LinearRegressionResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "linear regression of {} on {} columns", self.target, self.columns.len())?;
        write!(f, "  mean squared error {}", Figure(self.mse))?;
        if let Some(r2) = self.r2 {
            write!(f, ", r2 {r2:.4}")?;
        }
        write!(f, "\n  {:>14}  intercept", Figure(self.intercept))?;
        for (column, &coefficient) in self.columns.iter().zip(&self.coefficients).take(SHOWN) {
            write!(f, "\n  {:>14}  {column}", Figure(coefficient))?;
        }
        more(f, self.columns.len(), "columns")
    }
}
