//! What a principal component analysis found.

use std::fmt;

use serde::{Deserialize, Serialize};
use tessera_compute::Tensor;

use crate::JobError;
use crate::outputs::Outputs;
use crate::spec::Pca;
use crate::summary::{SHOWN, more};

/// The leading principal components, by falling variance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PcaResult {
    /// The feature columns.
    pub columns: Vec<String>,
    /// One direction of norm 1 per component, each with a coordinate per column; its coordinate of largest magnitude is
    /// positive (the first, among equals), as in scikit-learn. They are orthogonal, except that a component without variance (one
    /// beyond the rank of the data) is any direction.
    pub components: Vec<Vec<f64>>,
    /// Variance of the data along each component (divisor n - 1).
    pub explained_variance: Vec<f64>,
    /// The same as a part of the total variance.
    pub explained_variance_ratio: Vec<f64>,
    /// Mean of each column.
    pub mean: Vec<f64>,
}

pub(crate) fn decode(spec: &Pca, outputs: &[Tensor]) -> Result<PcaResult, JobError> {
    let outputs = Outputs::new("pca", outputs, 4)?;
    let ratios = outputs.wide(1, &[None])?;
    let directions = outputs.wide(0, &[Some(ratios.len()), None])?;
    let variance = outputs.scalar(2)?;
    let d = directions.len() / ratios.len();
    let mean = outputs.means(3, d)?;
    let count = spec.components.get() as usize;
    if count > ratios.len() {
        return Err(outputs.refused(format!("{} directions for {count} components", ratios.len())));
    }
    let mut order = (0..ratios.len()).collect::<Vec<_>>();
    // Stable, so that equal eigenvalues keep the outputs' order.
    order.sort_by(|&a, &b| ratios[b].total_cmp(&ratios[a]));
    order.truncate(count);
    let explained_variance_ratio = order.iter().map(|&index| ratios[index].max(0.0)).collect::<Vec<_>>();
    Ok(PcaResult {
        columns: outputs.names(spec.columns.as_deref(), d)?,
        components: order.iter().map(|&index| oriented(&directions[index * d..][..d])).collect(),
        explained_variance: explained_variance_ratio.iter().map(|ratio| ratio * variance).collect(),
        explained_variance_ratio,
        mean,
    })
}

/// The direction with norm 1 and the sign that [`PcaResult::components`] promises. A direction of zeros stays.
fn oriented(direction: &[f64]) -> Vec<f64> {
    let largest = direction.iter().fold(0f64, |most, &x| if x.abs() > most.abs() { x } else { most });
    let norm = direction.iter().map(|x| x * x).sum::<f64>().sqrt();
    if norm == 0.0 {
        return direction.to_vec();
    }
    direction.iter().map(|x| x / norm * largest.signum()).collect()
}

impl fmt::Display for PcaResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: f64 = self.explained_variance_ratio.iter().sum();
        write!(f, "principal components: {} of {} columns, ", self.components.len(), self.columns.len())?;
        write!(f, "{:.2} % of the variance", 100.0 * all)?;
        for (index, component) in self.components.iter().enumerate().take(SHOWN) {
            let ratio = 100.0 * self.explained_variance_ratio[index];
            let (column, weight) = self.columns.iter().zip(component).fold((None, 0f64), |most, (column, &weight)| {
                if weight.abs() > most.1.abs() { (Some(column), weight) } else { most }
            });
            write!(f, "\n  {:>2}  {ratio:>7.3} %", index + 1)?;
            if let Some(column) = column {
                write!(f, "  mostly {column} ({weight:.3})")?;
            }
        }
        more(f, self.components.len(), "components")
    }
}
