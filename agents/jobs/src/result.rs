//! Results of jobs.

use std::fmt;

use serde::{Deserialize, Serialize};
use tessera_compute::Tensor;

use crate::embedding::{self, EmbeddingResult};
use crate::kmeans::{self, KMeansResult};
use crate::linear_regression::{self, LinearRegressionResult};
use crate::matmul::{self, MatmulResult};
use crate::mlp::{self, MlpResult};
use crate::pca::{self, PcaResult};
use crate::{JobError, JobSpec};

/// What a job found: JSON for programs, `Display` for people.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "job", rename_all = "kebab-case")]
pub enum JobResult {
    /// Of `linear-regression`.
    LinearRegression(LinearRegressionResult),
    /// Of `kmeans`.
    #[serde(rename = "kmeans")]
    KMeans(KMeansResult),
    /// Of `pca`.
    Pca(PcaResult),
    /// Of `matmul`.
    Matmul(MatmulResult),
    /// Of `mlp`.
    Mlp(MlpResult),
    /// Of `embedding`.
    Embedding(EmbeddingResult),
}

/// Reads a run's outputs. Sorting, signs and sums of means in f64 happen here, outside the graph: `spec` (a manifest's label) and
/// the outputs determine the result.
///
/// # Errors
/// The outputs have other counts, types or shapes than the job's, or hold NaN or infinities.
pub fn decode(spec: &JobSpec, outputs: &[Tensor]) -> Result<JobResult, JobError> {
    match spec {
        JobSpec::LinearRegression(spec) => linear_regression::decode(spec, outputs).map(JobResult::LinearRegression),
        JobSpec::KMeans(spec) => kmeans::decode(spec, outputs).map(JobResult::KMeans),
        JobSpec::Pca(spec) => pca::decode(spec, outputs).map(JobResult::Pca),
        JobSpec::Matmul(_) => matmul::decode(outputs).map(JobResult::Matmul),
        JobSpec::Mlp(_) => mlp::decode(outputs).map(JobResult::Mlp),
        JobSpec::Embedding(_) => embedding::decode(outputs).map(JobResult::Embedding),
    }
}

impl fmt::Display for JobResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LinearRegression(result) => result.fmt(f),
            Self::KMeans(result) => result.fmt(f),
            Self::Pca(result) => result.fmt(f),
            Self::Matmul(result) => result.fmt(f),
            Self::Mlp(result) => result.fmt(f),
            Self::Embedding(result) => result.fmt(f),
        }
    }
}
