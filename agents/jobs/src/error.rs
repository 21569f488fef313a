//! Why a job is refused, or its result not readable.

use tessera_compute::{GraphError, MAX_LABEL_BYTES, TensorError};

use crate::model::ModelError;
use crate::spec::JOB_NAMES;
use crate::table::TableError;

/// Why a job could not be prepared or its outputs not decoded.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// No job has this name.
    #[error("no job is called \"{0}\": there are {names}", names = JOB_NAMES.join(", "))]
    UnknownJob(String),
    /// The parameters do not fit the job.
    #[error("parameters of {job}: {source}")]
    Parameters {
        /// Name of the job.
        job: String,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// A task's label is not the JSON of a job.
    #[error("the task's label names no job that this build knows ({0}): read its raw outputs instead, or update")]
    Label(serde_json::Error),
    /// The table, or a column that the job uses.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A model's files, or the texts for it.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The job takes something else than one table.
    #[error("the job \"{job}\" takes {takes}")]
    Sources {
        /// Name of the job.
        job: &'static str,
        /// What it takes.
        takes: &'static str,
    },
    /// The matrices have no product.
    #[error(
        "a matrix of {} x {} times one of {} x {}: the left one needs as many columns as the right one has rows",
        left[0], left[1], right[0], right[1]
    )]
    MatrixShapes {
        /// Rows and columns of the left matrix.
        left: [usize; 2],
        /// Rows and columns of the right matrix.
        right: [usize; 2],
    },
    /// Sums of i8 products are exact only so far.
    #[error("{0} terms in each i8 product, at most 65,536 are exact: use precision f32 or split the matrices")]
    TooManyI8Terms(usize),
    /// The network reads another number of columns.
    #[error(
        "the network's first layer has {inputs} inputs, the table {columns} feature columns: choose them with `columns`"
    )]
    NetworkInputs {
        /// Inputs of the first layer.
        inputs: usize,
        /// Feature columns.
        columns: usize,
    },
    /// More batches of texts than fit a graph.
    #[error("{batches} batches of texts; a graph of this model has room for {most}: raise `batch`, or leave it out")]
    TooManyBatches {
        /// Batches asked for.
        batches: usize,
        /// The most there may be.
        most: usize,
    },
    /// No column is left to compute with.
    #[error("no feature column is left: name some in `columns`, or exclude fewer")]
    NoFeatures,
    /// A column was named twice, or is both feature and target.
    #[error("column \"{0}\" is used twice: name it once")]
    RepeatedColumn(String),
    /// The numbers of a column are too large or too small for sums of squares in f32.
    #[error(
        "the largest magnitude in column \"{column}\" is {magnitude:e}, outside 1e-12 to 1e12, where squares fit f32: rescale the column"
    )]
    Magnitude {
        /// Name of the column.
        column: String,
        /// Its largest magnitude.
        magnitude: f32,
    },
    /// More rows than a job takes.
    #[error("{rows} rows; a job takes at most {most}: take a sample or split the table")]
    TooManyRows {
        /// Rows of the table.
        rows: usize,
        /// The most there may be.
        most: usize,
    },
    /// More feature columns than a job takes.
    #[error("{columns} feature columns; a job takes at most {most}: choose them with `columns`, or `exclude` some")]
    TooManyFeatures {
        /// Feature columns.
        columns: usize,
        /// The most there may be.
        most: usize,
    },
    /// More clusters than rows.
    #[error("{clusters} clusters of {rows} rows: ask for at most {rows}")]
    TooManyClusters {
        /// Clusters asked for.
        clusters: u32,
        /// Rows of the table.
        rows: usize,
    },
    /// More components than there can be.
    #[error("{components} components of {rows} rows and {columns} columns: ask for at most {most}")]
    TooManyComponents {
        /// Components asked for.
        components: u32,
        /// Rows of the table.
        rows: usize,
        /// Feature columns.
        columns: usize,
        /// The most there can be.
        most: usize,
    },
    /// Nothing varies, so there is no principal direction.
    #[error("pca needs at least two rows that differ: check that the right columns are used")]
    NothingVaries,
    /// The ridge is negative or not finite.
    #[error("ridge is {0}: give zero or a positive number")]
    Ridge(f32),
    /// Initial centres do not fit the job.
    #[error("{rows} initial centres for {clusters} clusters: give one row per cluster")]
    InitialCentres {
        /// Rows of the table of centres.
        rows: usize,
        /// Clusters asked for.
        clusters: u32,
    },
    /// The job's start and the presence of a table of centres contradict each other.
    #[error("initial centres go with `\"start\": \"given\"` of kmeans, and only with it: set both or neither")]
    Start,
    /// The job needs more operations than a graph may have.
    #[error("the job does not fit one graph ({0}): lower `iterations`, `restarts` or `clusters`, or use fewer rows")]
    GraphTooLarge(GraphError),
    /// The graph could not be built.
    #[error("the job's graph could not be built: {0}")]
    Graph(GraphError),
    /// A tensor could not be made from the table, or an output not read as what it should be.
    #[error(transparent)]
    Tensor(#[from] TensorError),
    /// The label would be too long for a manifest.
    #[error("the job's label has {0} bytes, at most {MAX_LABEL_BYTES} fit: shorten the target column's name")]
    LongLabel(usize),
    /// The outputs are not those of this job.
    #[error("the outputs do not fit the job \"{job}\": {reason}")]
    Outputs {
        /// Name of the job.
        job: &'static str,
        /// What does not fit.
        reason: String,
    },
    /// The outputs hold NaN or infinities.
    #[error("the result is not finite: the data are too badly scaled for f32; centre or rescale the columns")]
    NotFinite,
}

impl From<GraphError> for JobError {
    fn from(error: GraphError) -> Self {
        match error {
            GraphError::Limit { .. } => Self::GraphTooLarge(error),
            _ => Self::Graph(error),
        }
    }
}
