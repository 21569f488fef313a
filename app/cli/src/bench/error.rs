//! Why something was not measured.

use std::path::PathBuf;
use std::time::Duration;

use tessera_compute::{ExecError, GraphError, TensorError};
use tessera_jobs::JobError;

/// Why a benchmark was not finished.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// A peer did not do what it should.
    #[error(transparent)]
    Peer(#[from] PeerError),
    /// A job could not be prepared or its outputs not read.
    #[error(transparent)]
    Job(#[from] JobError),
    /// Our run failed.
    #[error(transparent)]
    Exec(#[from] ExecError),
    /// A product's graph could not be built.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// A tensor could not be made.
    #[error(transparent)]
    Tensor(#[from] TensorError),
    /// A file could not be read or written.
    #[error("cannot {verb} {}: {source}", path.display())]
    File {
        /// What was tried.
        verb: &'static str,
        /// The file.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// The measuring was ended.
    #[error("interrupted: nothing is printed, as figures belong to one run")]
    Interrupted,
    /// Results differ by more than they may.
    #[error("{0}")]
    Disagreement(String),
}

impl BenchError {
    pub(super) fn file(verb: &'static str, path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self::File { verb, path: path.into(), source }
    }
}

/// What is wrong with a peer, a process that answers requests.
#[derive(Debug, thiserror::Error)]
pub enum PeerError {
    /// It could not be started.
    #[error("cannot start {program}: {source}")]
    Start {
        /// The program.
        program: String,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// It ended while it was asked something.
    #[error("{program} ended ({status}) instead of answering{}", last.as_ref().map_or(String::new(), |line| format!("; its last words: {line}")))]
    Ended {
        /// The program.
        program: String,
        /// Its exit status.
        status: String,
        /// The last line on its stderr.
        last: Option<String>,
    },
    /// It did not answer in time.
    #[error("{program} did not answer within {patience:?}")]
    Silent {
        /// The program.
        program: String,
        /// How long it had.
        patience: Duration,
    },
    /// Its answer is not JSON; NaN is not.
    #[error("{program} answered something else than JSON ({reason}): {excerpt}")]
    NotJson {
        /// The program.
        program: String,
        /// What the parser says.
        reason: String,
        /// The beginning of the answer.
        excerpt: String,
    },
    /// It could not do what it was asked.
    #[error("{program} reports: {reason}")]
    Refused {
        /// The program.
        program: String,
        /// In its words.
        reason: String,
    },
    /// Its answer is JSON, but none to the question.
    #[error("{program} gave an unusable answer: {reason}")]
    Answer {
        /// The program.
        program: String,
        /// What is wrong with it.
        reason: String,
    },
}
