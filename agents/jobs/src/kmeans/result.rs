//! What a k-means found.

use std::fmt;

use serde::{Deserialize, Serialize};
use tessera_compute::Tensor;

use crate::JobError;
use crate::outputs::Outputs;
use crate::spec::KMeans;
use crate::summary::{COORDINATES, Figure, SHOWN, more};

/// Clusters of rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KMeansResult {
    /// The feature columns.
    pub columns: Vec<String>,
    /// One centre per cluster, each with a coordinate per column.
    pub centres: Vec<Vec<f64>>,
    /// Rows in each cluster.
    pub sizes: Vec<u64>,
    /// The cluster of each row.
    pub labels: Vec<u32>,
    /// Sum of the squared distances of rows to their centres.
    pub inertia: f64,
}

pub(crate) fn decode(spec: &KMeans, outputs: &[Tensor]) -> Result<KMeansResult, JobError> {
    let outputs = Outputs::new("kmeans", outputs, 4)?;
    let clusters = spec.clusters.get() as usize;
    let centred = outputs.wide(0, &[Some(clusters), None])?;
    let d = centred.len() / clusters;
    let means = outputs.means(1, d)?;
    let labels = outputs.labels(2, clusters)?;
    let mut sizes = vec![0; clusters];
    for &label in &labels {
        sizes[label as usize] += 1;
    }
    let back = |centre: &[f64]| centre.iter().zip(&means).map(|(x, mean)| x + mean).collect();
    Ok(KMeansResult {
        columns: outputs.names(spec.columns.as_deref(), d)?,
        centres: centred.chunks_exact(d).map(back).collect(),
        sizes,
        labels,
        inertia: outputs.scalar(3)?,
    })
}

impl fmt::Display for KMeansResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (k, n, d) = (self.centres.len(), self.labels.len(), self.columns.len());
        writeln!(f, "k-means: {n} rows in {k} clusters over {d} columns")?;
        write!(f, "  inertia {}", Figure(self.inertia))?;
        for (index, (centre, size)) in self.centres.iter().zip(&self.sizes).enumerate().take(SHOWN) {
            write!(f, "\n  cluster {index}: {size} rows, centre")?;
            for (column, &x) in self.columns.iter().zip(centre).take(COORDINATES) {
                write!(f, " {column} {}", Figure(x))?;
            }
            if d > COORDINATES {
                f.write_str(" ...")?;
            }
        }
        more(f, k, "clusters")
    }
}
