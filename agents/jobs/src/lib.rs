//! Jobs: data in, a graph to run, a result out.
//!
//! A requester [`prepare`]s a [`JobSpec`] on a [`Table`]: that gives the graph, its input tensors and a label. A provider runs the
//! graph without knowing what it is for. Whoever holds the label and the outputs [`decode`]s them into a [`JobResult`].
//!
//! ```
//! use serde_json::json;
//! use tessera_compute::{Backend, Cancel, CpuBackend};
//! use tessera_jobs::{JobResult, JobSpec, Table, decode, prepare};
//!
//! let table = Table::from_csv(b"length,width,target\n1.0,2.0,0\n1.1,2.1,0\n8.0,9.0,1\n8.2,9.1,1\n")?;
//! let parameters = json!({"clusters": 2}).as_object().cloned().unwrap_or_default();
//! let job = prepare(&JobSpec::from_name("kmeans", parameters)?, &table)?;
//!
//! let outputs = CpuBackend::new().run(&job.graph, &job.inputs, &Cancel::default())?;
//!
//! let JobResult::KMeans(clusters) = decode(&JobSpec::from_label(&job.label)?, &outputs)? else {
//!     return Err("not a k-means".into());
//! };
//! assert_eq!(clusters.columns, ["length", "width"]);
//! assert_eq!(clusters.sizes, [2, 2]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Numerics
//! Graphs compute in f32 with one defined result for every bit. Each job takes out the means of its columns twice, scales what it
//! squares, and bounds magnitudes to 1e-12..1e12, so that it agrees with a computation in f64: `tests/jobs/agreement.rs` holds the bounds.
//!
//! # Jobs on weights
//! [`prepare_matmul`] takes two tables, [`prepare_mlp`] a table and [`Weights`], [`prepare_embedding`] an [`Encoder`] and texts. Weights
//! and tokenisers are strangers' files: they are read within limits, and what a job does not need is refused or not read.
//!
//! # A job of one's own
//! is a graph of one's own: `examples/own_job.rs` is a classifier, from its data to its decoded result, in 100 lines. Here, how far each row is from the mean of all rows:
//!
//! ```
//! use tessera_compute::{Backend, Cancel, CpuBackend, DType, GraphBuilder, Tensor};
//!
//! let mut g = GraphBuilder::new();
//! let rows = g.input(DType::F32, &[4, 2])?;
//! let columns = g.transpose(rows)?; // folds run over the last axis
//! let sums = g.reduce_sum(columns)?;
//! let mean = g.mul_scalar(sums, 0.25)?;
//! let offset = g.sub(rows, mean)?; // [4, 2] less [2], repeated for each row
//! let squares = g.rowdot(offset, offset)?;
//! let distance = g.sqrt(squares)?;
//! g.output(distance)?;
//! let graph = g.finish()?;
//!
//! let rows = Tensor::f32(&[4, 2], vec![0.0, 0.0, 6.0, 0.0, 0.0, 8.0, 6.0, 8.0])?;
//! let outputs = CpuBackend::new().run(&graph, &[rows], &Cancel::default())?;
//! assert_eq!(outputs[0].as_f32()?, [5.0; 4]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod centre;
mod embedding;
mod error;
mod kmeans;
mod linear_regression;
mod long;
mod matmul;
mod mlp;
mod model;
mod outputs;
mod pca;
mod prepare;
mod result;
mod softmax;
mod spec;
mod stack;
mod summary;
mod table;

pub use embedding::{EmbeddingResult, Encoder, MAX_TEXT_BYTES, MAX_TEXTS, MAX_TOKENS};
pub use error::JobError;
pub use kmeans::KMeansResult;
pub use linear_regression::LinearRegressionResult;
pub use matmul::MatmulResult;
pub use mlp::MlpResult;
pub use model::{MAX_HEADER_BYTES, MAX_WEIGHT_BYTES, ModelError, Weights};
pub use pca::PcaResult;
pub use prepare::{
    MAX_FEATURES, MAX_ROWS, Prepared, prepare, prepare_embedding, prepare_from_centres, prepare_matmul, prepare_mlp,
};
pub use result::{JobResult, decode};
pub use spec::{
    Activation, Embedding, JOB_NAMES, JobSpec, KMeans, LinearRegression, Matmul, Mlp, OutputActivation, Pca, Precision,
    Start, TARGET,
};
pub use table::{CellProblem, MAX_COLUMNS, MAX_FILE_BYTES, MAX_LINE_BYTES, MAX_VALUES, Table, TableError};
