//! What was measured, for people and for programs.

use std::fmt;

use serde::Serialize;

use super::{BenchError, Name};
use crate::output::Columns;

/// One line: ours next to one peer.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    /// What was done.
    pub name: Name,
    /// On how much.
    pub shape: String,
    /// With so many threads, the peer too.
    pub threads: usize,
    /// Our least time.
    pub ours_seconds: f64,
    /// Who did the same; none where no peer was given.
    pub peer: Option<String>,
    /// The peer's least time.
    pub peer_seconds: Option<f64>,
    /// The peer's time by ours: above 1, ours is faster.
    pub ratio: Option<f64>,
    /// Of a task's computing and hashing together, the part that hashing its inputs and outputs on one thread takes.
    pub hash_share: Option<f64>,
    /// The same for its outputs alone, which is what hashing adds to a run: inputs are hashed before a task is claimed.
    pub output_hash_share: Option<f64>,
    /// How far the peer's result is from ours.
    pub difference: Option<f64>,
    /// How far it may be.
    #[serde(skip)]
    pub tolerance: f64,
}

impl Figure {
    /// A figure without a peer.
    pub(super) const fn alone(name: Name, shape: String, threads: usize, ours_seconds: f64) -> Self {
        Self {
            name,
            shape,
            threads,
            ours_seconds,
            peer: None,
            peer_seconds: None,
            ratio: None,
            hash_share: None,
            output_hash_share: None,
            difference: None,
            tolerance: 0.0,
        }
    }

    /// The same next to a peer.
    pub(super) fn beside(self, peer: impl Into<String>, peer_seconds: f64) -> Self {
        let ratio = Some(peer_seconds / self.ours_seconds);
        Self { peer: Some(peer.into()), peer_seconds: Some(peer_seconds), ratio, ..self }
    }

    /// The same with a comparison of the results.
    pub(super) fn differing(self, difference: f64, tolerance: f64) -> Self {
        Self { difference: Some(difference), tolerance, ..self }
    }
}

/// All figures, an array in JSON.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct Report(pub Vec<Figure>);

impl Report {
    /// The results that differ by more than they may, if any do: then the times compare different things.
    #[must_use]
    pub fn disagreement(&self) -> Option<BenchError> {
        let apart = self.0.iter().filter_map(|figure| {
            // NaN is no agreement.
            let difference = figure.difference.filter(|&apart| apart.is_nan() || apart > figure.tolerance)?;
            let (name, peer) = (figure.name.as_str(), figure.peer.as_deref().unwrap_or_default());
            Some(format!(
                "{name}: {peer} differs from ours by {difference:.1e}, at most {:.0e} is rounding",
                figure.tolerance
            ))
        });
        let apart: Vec<String> = apart.collect();
        (!apart.is_empty()).then(|| BenchError::Disagreement(apart.join("; ")))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut columns = Columns::new(&[
            "name",
            "shape",
            "threads",
            "ours, ms",
            "peer",
            "peer, ms",
            "ratio",
            "hash share",
            "outputs only",
            "difference",
        ]);
        for figure in &self.0 {
            let milliseconds = |seconds: f64| format!("{:.2}", seconds * 1e3);
            let percent = |share: Option<f64>| share.map_or_else(none, |share| format!("{:.2} %", share * 100.0));
            columns.row(vec![
                figure.name.as_str().to_owned(),
                figure.shape.clone(),
                figure.threads.to_string(),
                milliseconds(figure.ours_seconds),
                figure.peer.clone().unwrap_or_else(none),
                figure.peer_seconds.map_or_else(none, milliseconds),
                figure.ratio.map_or_else(none, |ratio| format!("{ratio:.2}")),
                percent(figure.hash_share),
                percent(figure.output_hash_share),
                figure.difference.map_or_else(none, |difference| format!("{difference:.1e}")),
            ]);
        }
        columns.fmt(f)
    }
}

fn none() -> String {
    "-".to_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn figure() -> Figure {
        Figure::alone(Name::Kmeans, "100x2, k = 3".to_owned(), 2, 0.5)
    }

    #[test]
    fn json_is_an_array_with_every_field() {
        let alone = serde_json::to_value(Report(vec![figure()])).unwrap();
        assert_eq!(
            alone,
            json!([{
                "name": "kmeans", "shape": "100x2, k = 3", "threads": 2, "ours_seconds": 0.5, "peer": null, "peer_seconds": null,
                "ratio": null, "hash_share": null, "output_hash_share": null, "difference": null,
            }])
        );
        let beside = serde_json::to_value(Report(vec![figure().beside("them", 1.5)])).unwrap();
        assert_eq!(
            (&beside[0]["peer"], &beside[0]["peer_seconds"], &beside[0]["ratio"]),
            (&json!("them"), &json!(1.5), &json!(3.0))
        );
    }

    #[test]
    fn names_are_those_of_the_command_line() {
        use clap::ValueEnum;
        for name in Name::ALL {
            assert_eq!(serde_json::to_value(name).unwrap(), name.as_str());
            assert_eq!(name.to_possible_value().unwrap().get_name(), name.as_str());
        }
    }

    #[test]
    fn results_that_differ_are_named_and_nan_differs() {
        let near = figure().beside("them", 1.0).differing(1e-7, 1e-5);
        assert!(Report(vec![near.clone()]).disagreement().is_none());
        for difference in [1e-3, f64::NAN] {
            let far = figure().beside("others", 1.0).differing(difference, 1e-5);
            let error = Report(vec![near.clone(), far]).disagreement().unwrap().to_string();
            assert!(error.contains("kmeans: others") && !error.contains("them"), "{error}");
        }
    }
}
