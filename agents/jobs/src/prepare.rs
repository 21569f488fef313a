//! From a job and a table to a graph and its inputs.

use tessera_compute::{Graph, MAX_LABEL_BYTES, Tensor};

use crate::spec::Start;
use crate::table::{Table, TableError};
use crate::{JobError, JobSpec, kmeans, linear_regression, pca};

/// Most rows of a job's table: the terms of one f32 fold.
pub const MAX_ROWS: usize = 524_288;
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

fn build(spec: &JobSpec, table: &Table, centres: Option<&Table>) -> Result<Prepared, JobError> {
    if table.rows() > MAX_ROWS {
        return Err(JobError::TooManyRows { rows: table.rows(), most: MAX_ROWS });
    }
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
    };
    Ok(Prepared { graph, inputs, spec: resolved, label })
}

fn features(spec: &JobSpec, table: &Table) -> Result<Features, JobError> {
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
