//! What peers are asked and what they answer, one line of JSON each; `tools/bench/peers.py` describes it from their side.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Name;

/// A request.
#[derive(Debug, Serialize)]
#[serde(tag = "request", rename_all = "lowercase")]
pub(super) enum Request<'a> {
    /// Whether all is there for these.
    Check { names: &'a [Name] },
    /// Read the data.
    Prepare { job: &'a PeerJob },
    /// Run once, and say how long it took.
    Run,
    /// The result of the last run.
    Result,
}

/// What a peer computes, and where its data are.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum PeerJob {
    /// Lloyd's k-means with this many iterations, without a tolerance that ends it earlier.
    Kmeans {
        /// `.npy`, rows by columns.
        data: PathBuf,
        /// `.npy`, the initial centres.
        centres: PathBuf,
        /// How many.
        iterations: u32,
    },
    /// Principal components.
    Pca {
        /// `.npy`, rows by columns.
        data: PathBuf,
        /// How many.
        components: u32,
    },
    /// Least squares with an intercept.
    LinearRegression {
        /// `.npy`, rows by columns.
        data: PathBuf,
        /// `.npy`, what is predicted.
        target: PathBuf,
    },
    /// Mean-pooled unit vectors of texts.
    Embedding {
        /// Folder with `config.json` and `model.safetensors`.
        model: PathBuf,
        /// Tokens of each text of each batch, without padding.
        batches: Vec<Vec<Vec<u32>>>,
        /// For each of those texts, which one of ours it is.
        #[serde(skip)]
        order: Vec<usize>,
    },
}

/// To `check` and `prepare`.
#[derive(Deserialize)]
pub(super) struct Named {
    /// What it is called in the report.
    pub peer: String,
}

/// To `run`.
#[derive(Deserialize)]
pub(super) struct Took {
    pub seconds: f64,
}

/// To `result`.
#[derive(Deserialize)]
pub(super) struct Found {
    pub result: Value,
}

#[derive(Deserialize)]
pub(super) struct KmeansFound {
    pub centres: Vec<Vec<f64>>,
    pub inertia: f64,
    pub iterations: u32,
}

#[derive(Deserialize)]
pub(super) struct PcaFound {
    pub components: Vec<Vec<f64>>,
    pub explained_variance: Vec<f64>,
}

#[derive(Deserialize)]
pub(super) struct LinearRegressionFound {
    pub coefficients: Vec<f64>,
    pub intercept: f64,
}

#[derive(Deserialize)]
pub(super) struct EmbeddingFound {
    pub vectors: Vec<Vec<f64>>,
}
