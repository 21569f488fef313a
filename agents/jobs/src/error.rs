//! Why a job is refused, or its result not readable.

use tessera_compute::{GraphError, MAX_LABEL_BYTES, TensorError};

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
    /// More rows than one f32 fold takes.
    #[error("{rows} rows; a job takes at most {most}: take a sample or split the table")]
    TooManyRows {
        /// Rows of the table.
        rows: usize,
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
    #[error("the job does not fit one graph ({0}): lower `iterations`, `restarts` or `clusters`")]
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
