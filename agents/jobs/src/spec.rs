//! What a requester asks for.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::JobError;

/// Names of all jobs, as the command line and [`JobSpec::from_name`] know them.
pub const JOB_NAMES: [&str; 3] = ["linear-regression", "kmeans", "pca"];

/// The column that supervised jobs predict unless told otherwise, and that others leave out unless they name it.
pub const TARGET: &str = "target";

/// A job with its parameters. Its JSON is the label of a task's manifest, so that whoever holds the outputs can decode them.
///
/// **Columns.** Each job has `columns` (use these, in this order) and `exclude` (use all but these). Without `columns`, a job uses
/// every column but the one it predicts; `kmeans` and `pca`, which predict none, leave out a column called `target`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "job", rename_all = "kebab-case")]
pub enum JobSpec {
    /// Least squares with an intercept.
    LinearRegression(LinearRegression),
    /// Lloyd's k-means.
    #[serde(rename = "kmeans")]
    KMeans(KMeans),
    /// Principal component analysis.
    Pca(Pca),
}

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

impl JobSpec {
    /// The job called `name` with the parameters that were given, under their JSON names; the others keep their defaults.
    ///
    /// ```
    /// # use serde_json::json;
    /// # use tessera_jobs::JobSpec;
    /// let parameters = json!({"clusters": 3, "start": {"plus_plus": {"seed": 7}}});
    /// let spec = JobSpec::from_name("kmeans", parameters.as_object().cloned().unwrap_or_default())?;
    /// assert_eq!(spec.name(), "kmeans");
    /// # Ok::<(), tessera_jobs::JobError>(())
    /// ```
    ///
    /// # Errors
    /// There is no such job (the error lists them), or a parameter is missing, unknown or of the wrong type.
    pub fn from_name(name: &str, mut parameters: Map<String, Value>) -> Result<Self, JobError> {
        if !JOB_NAMES.contains(&name) {
            return Err(JobError::UnknownJob(name.to_owned()));
        }
        parameters.insert("job".to_owned(), name.into());
        serde_json::from_value(Value::Object(parameters))
            .map_err(|source| JobError::Parameters { job: name.to_owned(), source })
    }

    /// Reads a label, the JSON of a spec.
    ///
    /// # Errors
    /// The label is not the JSON of a job that this build knows.
    pub fn from_label(label: &str) -> Result<Self, JobError> {
        serde_json::from_str(label).map_err(JobError::Label)
    }

    /// The job's name, one of [`JOB_NAMES`].
    pub fn name(&self) -> &'static str {
        match self {
            Self::LinearRegression(_) => "linear-regression",
            Self::KMeans(_) => "kmeans",
            Self::Pca(_) => "pca",
        }
    }

    pub(crate) fn columns(&self) -> Option<&[String]> {
        match self {
            Self::LinearRegression(LinearRegression { columns, .. })
            | Self::KMeans(KMeans { columns, .. })
            | Self::Pca(Pca { columns, .. }) => columns.as_deref(),
        }
    }

    pub(crate) fn exclude(&self) -> &[String] {
        match self {
            Self::LinearRegression(LinearRegression { exclude, .. })
            | Self::KMeans(KMeans { exclude, .. })
            | Self::Pca(Pca { exclude, .. }) => exclude,
        }
    }

    /// The column that is no feature unless named.
    pub(crate) fn target(&self) -> &str {
        match self {
            Self::LinearRegression(spec) => &spec.target,
            Self::KMeans(_) | Self::Pca(_) => TARGET,
        }
    }

    /// The same job with its choice of columns spelt out, or forgotten.
    pub(crate) fn with_columns(mut self, names: Option<Vec<String>>) -> Self {
        match &mut self {
            Self::LinearRegression(LinearRegression { columns, exclude, .. })
            | Self::KMeans(KMeans { columns, exclude, .. })
            | Self::Pca(Pca { columns, exclude, .. }) => {
                *columns = names;
                exclude.clear();
            }
        }
        self
    }
}
