//! How far a peer's result is from ours.

use serde::de::DeserializeOwned;
use serde_json::Value;
use tessera_jobs::JobResult;

use super::PeerJob;
use super::request::{EmbeddingFound, KmeansFound, LinearRegressionFound, PcaFound};

/// The largest relative difference of a part of the result, norm-wise; for vectors of texts the largest of any number.
///
/// # Errors
/// What is wrong with an answer that is no result of the job.
pub(super) fn difference(job: &PeerJob, ours: &JobResult, answer: Value) -> Result<f64, String> {
    match (job, ours) {
        (PeerJob::Kmeans { iterations, .. }, JobResult::KMeans(ours)) => {
            let theirs: KmeansFound = read(answer)?;
            if theirs.iterations != *iterations {
                return Err(format!("it ended after {} iterations of {iterations}", theirs.iterations));
            }
            let inertia = (theirs.inertia - ours.inertia).abs() / ours.inertia;
            Ok(rows(&theirs.centres, &ours.centres)?.max(inertia))
        }
        (PeerJob::Pca { .. }, JobResult::Pca(ours)) => {
            let theirs: PcaFound = read(answer)?;
            if theirs.components.len() != ours.components.len() {
                return Err(format!("{} components of {}", theirs.components.len(), ours.components.len()));
            }
            let mut most = relative(&theirs.explained_variance, &ours.explained_variance)?;
            for (theirs, ours) in theirs.components.iter().zip(&ours.components) {
                let turned: Vec<f64> = theirs.iter().map(|x| -x).collect();
                // A direction has two signs.
                most = worse(most, relative(theirs, ours)?.min(relative(&turned, ours)?));
            }
            Ok(most)
        }
        (PeerJob::LinearRegression { .. }, JobResult::LinearRegression(ours)) => {
            let theirs: LinearRegressionFound = read(answer)?;
            let with = |coefficients: &[f64], intercept: f64| [coefficients, &[intercept]].concat();
            relative(&with(&theirs.coefficients, theirs.intercept), &with(&ours.coefficients, ours.intercept))
        }
        (PeerJob::Embedding { order, .. }, JobResult::Embedding(ours)) => {
            let theirs: EmbeddingFound = read(answer)?;
            if theirs.vectors.len() != order.len() || order.len() != ours.vectors.len() {
                return Err(format!("{} vectors of {} texts", theirs.vectors.len(), ours.vectors.len()));
            }
            let mut most = 0.0;
            for (theirs, &text) in theirs.vectors.iter().zip(order) {
                let ours = ours.vectors.get(text).map_or(&[][..], Vec::as_slice);
                same_length(theirs.len(), ours.len())?;
                most = theirs.iter().zip(ours).fold(most, |most, (a, &b)| worse(most, (a - f64::from(b)).abs()));
            }
            Ok(most)
        }
        _ => Err("the result of another job".to_owned()),
    }
}

fn read<T: DeserializeOwned>(answer: Value) -> Result<T, String> {
    serde_json::from_value(answer).map_err(|error| error.to_string())
}

fn rows(theirs: &[Vec<f64>], ours: &[Vec<f64>]) -> Result<f64, String> {
    relative(&theirs.concat(), &ours.concat())
}

/// `|a - b| / |b|`.
fn relative(theirs: &[f64], ours: &[f64]) -> Result<f64, String> {
    same_length(theirs.len(), ours.len())?;
    let norm = |squares: f64| squares.sqrt();
    let apart = norm(theirs.iter().zip(ours).map(|(a, b)| (a - b) * (a - b)).sum());
    Ok(apart / norm(ours.iter().map(|b| b * b).sum()))
}

fn same_length(theirs: usize, ours: usize) -> Result<(), String> {
    if theirs == ours { Ok(()) } else { Err(format!("{theirs} numbers where there are {ours}")) }
}

/// The greater; NaN is greater than all.
fn worse(a: f64, b: f64) -> f64 {
    if a.is_nan() || a > b { a } else { b }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::path::PathBuf;

    use serde_json::json;

    use super::*;

    fn result(value: Value) -> JobResult {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn kmeans_compares_centres_and_inertia_after_as_many_iterations() {
        let job = PeerJob::Kmeans { data: PathBuf::new(), centres: PathBuf::new(), iterations: 3 };
        let ours = result(json!({
            "job": "kmeans", "columns": ["a"], "centres": [[3.0], [4.0]], "sizes": [1, 1], "labels": [0, 1], "inertia": 2.0
        }));
        let apart = |centres: Value, inertia: f64, iterations: u32| {
            difference(&job, &ours, json!({"centres": centres, "inertia": inertia, "iterations": iterations}))
        };
        assert_eq!(apart(json!([[3.0], [4.0]]), 2.0, 3), Ok(0.0));
        assert_eq!(apart(json!([[3.0], [4.5]]), 2.0, 3), Ok(0.1));
        assert_eq!(apart(json!([[3.0], [4.0]]), 1.0, 3), Ok(0.5));
        assert!(apart(json!([[3.0], [4.0]]), 2.0, 2).unwrap_err().contains("2 iterations of 3"));
        assert!(apart(json!([[3.0]]), 2.0, 3).unwrap_err().contains("1 numbers"));
        assert!(apart(json!([[null], [4.0]]), 2.0, 3).is_err());
    }

    #[test]
    fn components_have_two_signs() {
        let job = PeerJob::Pca { data: PathBuf::new(), components: 1 };
        let ours = result(json!({
            "job": "pca", "columns": ["a", "b"], "components": [[0.6, 0.8]], "explained_variance": [2.0],
            "explained_variance_ratio": [1.0], "mean": [0.0, 0.0]
        }));
        let apart =
            |components: Value| difference(&job, &ours, json!({"components": components, "explained_variance": [2.0]}));
        assert_eq!(apart(json!([[-0.6, -0.8]])), Ok(0.0));
        assert!(apart(json!([[0.8, -0.6]])).unwrap() > 1.0);
        assert!(apart(json!([])).unwrap_err().contains("0 components of 1"));
    }

    #[test]
    fn vectors_are_compared_in_the_order_of_the_batches() {
        let job = PeerJob::Embedding { model: PathBuf::new(), batches: Vec::new(), order: vec![1, 0] };
        let ours = result(json!({"job": "embedding", "vectors": [[1.0, 0.0], [0.0, 1.0]]}));
        let apart = |vectors: Value| difference(&job, &ours, json!({"vectors": vectors}));
        assert_eq!(apart(json!([[0.0, 1.0], [1.0, 0.0]])), Ok(0.0));
        assert_eq!(apart(json!([[0.0, 1.0], [1.0, 0.25]])), Ok(0.25));
        assert!(apart(json!([[0.0, 1.0]])).unwrap_err().contains("1 vectors of 2 texts"));
        assert!(apart(json!([[0.0], [1.0]])).unwrap_err().contains("1 numbers"));
    }

    #[test]
    fn nan_is_the_worst() {
        assert!(worse(f64::NAN, 1.0).is_nan() && worse(1.0, f64::NAN).is_nan());
        assert_eq!(worse(1.0, 2.0), 2.0);
    }
}
