//! scikit-learn's answers, stored by `tests/expected/make.py`.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tessera_jobs::Table;

pub const SETS: [&str; 5] = ["iris", "wine", "breast-cancer", "diabetes", "digits"];

#[derive(Deserialize)]
pub struct Expected {
    pub linear_regression: Regression,
    pub kmeans: Clusters,
    pub pca: Principal,
}

#[derive(Deserialize)]
pub struct Regression {
    pub full_rank: bool,
    pub coefficients: Vec<f64>,
    pub intercept: f64,
    pub mse: f64,
    pub r2: f64,
    pub predictions: Vec<f64>,
    pub ridge: Ridge,
}

#[derive(Deserialize)]
pub struct Ridge {
    pub alpha: f64,
    pub coefficients: Vec<f64>,
    pub intercept: f64,
}

#[derive(Deserialize)]
pub struct Clusters {
    pub initial: Vec<Vec<f64>>,
    pub iterations: u32,
    pub centres: Vec<Vec<f64>>,
    pub labels: Vec<u32>,
    pub inertia: f64,
    pub median_inertia: f64,
}

#[derive(Deserialize)]
pub struct Principal {
    pub mean: Vec<f64>,
    pub components: Vec<Vec<f64>>,
    pub explained_variance: Vec<f64>,
    pub explained_variance_ratio: Vec<f64>,
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

pub fn data(set: &str) -> Table {
    Table::read(&repository().join(format!("data/{set}.csv"))).unwrap()
}

pub fn expected(set: &str) -> Expected {
    let path = repository().join(format!("agents/jobs/tests/expected/{set}.json"));
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}
