//! From a job and a table to a graph and its inputs.

use tessera_compute::{Graph, MAX_LABEL_BYTES, Tensor};

use crate::embedding::{self, Encoder};
use crate::model::Weights;
use crate::spec::{Embedding, Matmul, Mlp, Start};
use crate::table::{Table, TableError};
use crate::{JobError, JobSpec, kmeans, linear_regression, matmul, mlp, pca};

/// Most rows of a job's table: up to here, f32 counts exactly.
pub const MAX_ROWS: usize = 1 << 24;
/// Most feature columns of a job.
pub const MAX_FEATURES: usize = 4_096;
/// Magnitudes whose squares, and sums of them over every row, are normal f32 numbers with room to spare.
const MAGNITUDES: std::ops::RangeInclusive<f32> = 1e-12..=1e12;

/// A job that is ready to run.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// What is computed.
    pub graph: Graph,
    /// The graph's inputs, in order.
    pub inputs: Vec<Tensor>,
    /// The job with its columns spelt out, so that [`decode`](crate::decode) can name them; they are left away if the label
    /// would not fit a manifest.
    pub spec: JobSpec,
    /// `spec` as JSON, at most [`MAX_LABEL_BYTES`] long.
    pub label: String,
}

/// The feature columns of a table, chosen and checked.
pub(crate) struct Features {
    pub names: Vec<String>,
    pub rows: usize,
    /// Row-major.
    pub values: Vec<f32>,
}

impl Features {
    pub fn into_tensor(self) -> Result<Tensor, JobError> {
        Ok(Tensor::f32(&[self.rows as u64, self.names.len() as u64], self.values)?)
    }
}

/// The graph and inputs of a job on a table.
///
/// # Errors
/// The job does not fit the table: a column is missing or not numeric, there are more clusters than rows, and the like.
pub fn prepare(spec: &JobSpec, table: &Table) -> Result<Prepared, JobError> {
    build(spec, table, None)
}

/// As [`prepare`], for a `kmeans` whose `start` is [`Start::Given`]: `centres` has one row per cluster and (at least) the
/// feature columns.
///
/// # Errors
/// As [`prepare`]; also when the centres do not fit the job.
pub fn prepare_from_centres(spec: &JobSpec, table: &Table, centres: &Table) -> Result<Prepared, JobError> {
    build(spec, table, Some(centres))
}

/// The product of two matrices, each the whole of a table.
///
/// # Errors
/// The left one has other than as many columns as the right one has rows, or a cell is no finite number.
pub fn prepare_matmul(spec: &Matmul, left: &Table, right: &Table) -> Result<Prepared, JobError> {
    let (graph, inputs) = matmul::build(spec, left, right)?;
    ready(JobSpec::Matmul(*spec), graph, inputs)
}

/// What a network answers for each row of a table. Its layers are called `0.weight` `[outputs, inputs]`, `0.bias` `[outputs]`,
/// `2.weight`, ..., with any common prefix, and run in the order of their numbers, as `torch.nn.Sequential` saves them.
///
/// # Errors
/// The weights are no such network, or the table's columns do not fit its inputs.
pub fn prepare_mlp(spec: &Mlp, table: &Table, weights: &Weights<'_>) -> Result<Prepared, JobError> {
    let job = JobSpec::Mlp(spec.clone());
    let features = features(&job, table)?;
    let (resolved, label) = label(&job, &features.names)?;
    let (graph, inputs) = mlp::build(spec, features, weights)?;
    Ok(Prepared { graph, inputs, spec: resolved, label })
}

/// A vector for each text.
///
/// # Errors
/// There are too many texts, or they do not fit one graph; the weights hold numbers that are not finite.
pub fn prepare_embedding<S: AsRef<str>>(
    spec: &Embedding,
    encoder: &Encoder,
    texts: &[S],
) -> Result<Prepared, JobError> {
    let (graph, inputs) = embedding::build(spec, encoder, texts)?;
    ready(JobSpec::Embedding(*spec), graph, inputs)
}

fn ready(spec: JobSpec, graph: Graph, inputs: Vec<Tensor>) -> Result<Prepared, JobError> {
    let (spec, label) = label(&spec, &[])?;
    Ok(Prepared { graph, inputs, spec, label })
}

fn sources(spec: &JobSpec) -> JobError {
    let takes = match spec {
        JobSpec::Matmul(_) => "two matrices: give a left and a right one",
        JobSpec::Mlp(_) => "a table and weights: give a safetensors file",
        JobSpec::Embedding(_) => "an encoder and texts: give model.safetensors, config.json and tokenizer.json",
        JobSpec::LinearRegression(_) | JobSpec::KMeans(_) | JobSpec::Pca(_) => "one table",
    };
    JobError::Sources { job: spec.name(), takes }
}

fn build(spec: &JobSpec, table: &Table, centres: Option<&Table>) -> Result<Prepared, JobError> {
    let wants_centres = matches!(spec, JobSpec::KMeans(kmeans) if kmeans.start == Start::Given);
    if wants_centres != centres.is_some() {
        return Err(JobError::Start);
    }
    let features = features(spec, table)?;
    let (resolved, label) = label(spec, &features.names)?;
    let (graph, inputs) = match spec {
        JobSpec::LinearRegression(spec) => {
            let target = usable(table, std::slice::from_ref(&spec.target))?;
            linear_regression::build(spec, features, target)?
        }
        JobSpec::KMeans(spec) => kmeans::build(spec, features, centres)?,
        JobSpec::Pca(spec) => pca::build(spec, features)?,
        JobSpec::Matmul(_) | JobSpec::Mlp(_) | JobSpec::Embedding(_) => return Err(sources(spec)),
    };
    Ok(Prepared { graph, inputs, spec: resolved, label })
}

fn features(spec: &JobSpec, table: &Table) -> Result<Features, JobError> {
    if table.rows() > MAX_ROWS {
        return Err(JobError::TooManyRows { rows: table.rows(), most: MAX_ROWS });
    }
    for name in spec.exclude() {
        if !table.names().any(|known| known == name) {
            return Err(
                TableError::NoColumn { name: name.clone(), known: table.names().map(str::to_owned).collect() }.into()
            );
        }
    }
    let named = spec.columns().map(<[String]>::to_vec);
    let mut names =
        named.unwrap_or_else(|| table.names().filter(|&name| name != spec.target()).map(str::to_owned).collect());
    names.retain(|name| !spec.exclude().contains(name));
    if names.is_empty() {
        return Err(JobError::NoFeatures);
    }
    if names.len() > MAX_FEATURES {
        return Err(JobError::TooManyFeatures { columns: names.len(), most: MAX_FEATURES });
    }
    for (index, name) in names.iter().enumerate() {
        let is_target = matches!(spec, JobSpec::LinearRegression(_)) && name == spec.target();
        if is_target || names[..index].contains(name) {
            return Err(JobError::RepeatedColumn(name.clone()));
        }
    }
    let values = usable(table, &names)?;
    Ok(Features { names, rows: table.rows(), values })
}

/// The named columns, if they are finite and of usable magnitude.
pub(crate) fn usable(table: &Table, names: &[String]) -> Result<Vec<f32>, JobError> {
    let values = table.select(names)?;
    for (index, name) in names.iter().enumerate() {
        let column = values.iter().skip(index).step_by(names.len());
        let magnitude = column.fold(0f32, |most, value| most.max(value.abs()));
        if magnitude != 0.0 && !MAGNITUDES.contains(&magnitude) {
            return Err(JobError::Magnitude { column: name.clone(), magnitude });
        }
    }
    Ok(values)
}

fn label(spec: &JobSpec, names: &[String]) -> Result<(JobSpec, String), JobError> {
    let mut last = 0;
    for columns in [Some(names.to_vec()), None] {
        let spec = spec.clone().with_columns(columns);
        let label = serde_json::to_string(&spec).map_err(JobError::Label)?;
        if label.len() <= MAX_LABEL_BYTES {
            return Ok((spec, label));
        }
        last = label.len();
    }
    Err(JobError::LongLabel(last))
}
