//! What a requester asks for.

mod models;
mod tables;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use models::{Activation, Embedding, Matmul, Mlp, OutputActivation, Precision};
pub use tables::{KMeans, LinearRegression, Pca, Start};

use crate::JobError;

/// Names of all jobs, as the command line and [`JobSpec::from_name`] know them.
pub const JOB_NAMES: [&str; 6] = ["linear-regression", "kmeans", "pca", "matmul", "mlp", "embedding"];

/// The column that supervised jobs predict unless told otherwise, and that others leave out unless they name it.
pub const TARGET: &str = "target";

/// A job with its parameters. Its JSON is the label of a task's manifest, so that whoever holds the outputs can decode them.
///
/// **Columns.** Each job on a table has `columns` (use these, in this order) and `exclude` (use all but these). Without `columns`, a job uses
/// every column but the one it predicts; `kmeans`, `pca` and `mlp`, which read no target, leave out a column called `target`.
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
    /// The product of two matrices.
    Matmul(Matmul),
    /// Inference of a multilayer perceptron.
    Mlp(Mlp),
    /// Sentence vectors by a BERT-style encoder.
    Embedding(Embedding),
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
            Self::Matmul(_) => "matmul",
            Self::Mlp(_) => "mlp",
            Self::Embedding(_) => "embedding",
        }
    }

    pub(crate) fn columns(&self) -> Option<&[String]> {
        match self {
            Self::LinearRegression(LinearRegression { columns, .. })
            | Self::KMeans(KMeans { columns, .. })
            | Self::Pca(Pca { columns, .. })
            | Self::Mlp(Mlp { columns, .. }) => columns.as_deref(),
            Self::Matmul(_) | Self::Embedding(_) => None,
        }
    }

    pub(crate) fn exclude(&self) -> &[String] {
        match self {
            Self::LinearRegression(LinearRegression { exclude, .. })
            | Self::KMeans(KMeans { exclude, .. })
            | Self::Pca(Pca { exclude, .. })
            | Self::Mlp(Mlp { exclude, .. }) => exclude,
            Self::Matmul(_) | Self::Embedding(_) => &[],
        }
    }

    /// The column that is no feature unless named.
    pub(crate) fn target(&self) -> &str {
        match self {
            Self::LinearRegression(spec) => &spec.target,
            Self::KMeans(_) | Self::Pca(_) | Self::Matmul(_) | Self::Mlp(_) | Self::Embedding(_) => TARGET,
        }
    }

    /// The same job with its choice of columns spelt out, or forgotten.
    pub(crate) fn with_columns(mut self, names: Option<Vec<String>>) -> Self {
        match &mut self {
            Self::LinearRegression(LinearRegression { columns, exclude, .. })
            | Self::KMeans(KMeans { columns, exclude, .. })
            | Self::Pca(Pca { columns, exclude, .. })
            | Self::Mlp(Mlp { columns, exclude, .. }) => {
                *columns = names;
                exclude.clear();
            }
            Self::Matmul(_) | Self::Embedding(_) => {}
        }
        self
    }
}
