//! Parameters of the jobs on tables.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::TARGET;

/// Parameters of `linear-regression`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinearRegression {
    /// The column to predict; `target` by default.
    #[serde(default = "target")]
    pub target: String,
    /// Weight of the squared coefficients in the loss (scikit-learn's `Ridge(alpha)`); 0 by default: ordinary least squares.
    #[serde(default)]
    pub ridge: f32,
    /// The feature columns; all but `target` and `exclude` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<String>>,
    /// Columns that are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
}

/// Parameters of `kmeans`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KMeans {
    /// Number of clusters, at most the number of rows.
    pub clusters: NonZeroU32,
    /// Iterations of assigning and averaging. The graph runs them all: once the clusters are stable, the rest change nothing.
    #[serde(default = "iterations")]
    pub iterations: u32,
    /// Where the centres start.
    #[serde(default)]
    pub start: Start,
    /// The feature columns; all but `target` and `exclude` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<String>>,
    /// Columns that are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
}

/// Where the centres of `kmeans` start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Start {
    /// k-means++ draws; the run with the least inertia is the result.
    PlusPlus {
        /// Seed of the draws; 0 by default.
        #[serde(default)]
        seed: u64,
        /// Independent runs; 4 by default.
        #[serde(default = "restarts")]
        restarts: NonZeroU32,
    },
    /// A table of centres, given to [`prepare_from_centres`](crate::prepare_from_centres).
    Given,
}

/// Parameters of `pca`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pca {
    /// Number of components, at most the number of rows, of columns, and 128.
    pub components: NonZeroU32,
    /// The feature columns; all but `target` and `exclude` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<String>>,
    /// Columns that are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
}

fn target() -> String {
    TARGET.to_owned()
}

fn iterations() -> u32 {
    30
}

fn restarts() -> NonZeroU32 {
    NonZeroU32::MIN.saturating_add(3)
}

impl Default for Start {
    fn default() -> Self {
        Self::PlusPlus { seed: 0, restarts: restarts() }
    }
}
