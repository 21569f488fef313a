//! Everything that can go wrong in a command: what happened, what to do next, and the exit code.

use std::path::PathBuf;

use serde::Serialize;
use tessera_chain::{ChainError, Pubkey, TaskState};
use tessera_jobs::JobError;
use tessera_migrations::MigrationError;
use tessera_migrations::units::AmountError;
use tessera_node::StoreError;

use crate::bench::{BenchError, PeerError};
use crate::cluster::ClusterError;

/// The command did what it was asked to do.
pub const EXIT_OK: u8 = 0;
/// The command failed; nothing that it reports as done has to be done again.
pub const EXIT_FAILED: u8 = 1;
/// The command line cannot be understood; nothing was tried.
pub const EXIT_USAGE: u8 = 2;
/// The task is over and has no result: cancelled, expired or refunded after a slash.
pub const EXIT_NO_RESULT: u8 = 3;

/// A failed command.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The arguments contradict each other or make no sense; nothing was tried.
    #[error("{message}")]
    Usage {
        /// What is wrong.
        message: String,
        /// What to write instead.
        hint: String,
    },
    /// Something that the command needs is not set up: a wallet, a market, a registration, a configuration file.
    #[error("{message}")]
    Config {
        /// What is missing or wrong.
        message: String,
        /// How to set it up.
        hint: String,
    },
    /// A file could not be read or written.
    #[error("cannot {verb} {}: {source}", path.display())]
    File {
        /// What was tried: `read`, `write`, ...
        verb: &'static str,
        /// The file.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// An amount that the market's mint cannot express.
    #[error(transparent)]
    Amount(#[from] AmountError),
    /// A cluster without a usable address.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// A benchmark was not finished, or its results differ.
    #[error(transparent)]
    Bench(#[from] BenchError),
    /// The data or the job's parameters were refused, or a result could not be read.
    #[error(transparent)]
    Job(#[from] JobError),
    /// The chain refused or could not be reached.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The content store refused or could not be reached.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A market could not be set up.
    #[error(transparent)]
    Migration(#[from] MigrationError),
    /// An agent's settings file is wrong.
    #[error(transparent)]
    Settings(#[from] tessera_node::ConfigError),
    /// The chosen backend cannot be used.
    #[error(transparent)]
    Backend(#[from] tessera_node::FleetError),
    /// A provider could not start, or had to give up.
    #[error(transparent)]
    Provider(#[from] tessera_provider::ProviderError),
    /// A verifier could not start, or had to give up.
    #[error(transparent)]
    Verifier(#[from] tessera_verifier::VerifierError),
    /// The embedded chain failed.
    #[error(transparent)]
    Localnet(#[from] tessera_localnet::LocalnetError),
    /// There is no such account on this cluster.
    #[error("there is no {what} {key} on this cluster")]
    NotFound {
        /// `task`, `market`, ...
        what: &'static str,
        /// Its address.
        key: Pubkey,
    },
    /// The task is over and has no result.
    #[error("task {task} ended without a result: {why}")]
    NoResult {
        /// The task.
        task: Pubkey,
        /// Its last state, if the task still exists.
        state: Option<TaskState>,
        /// How it ended.
        why: String,
    },
    /// The work is not over yet.
    #[error("{message}")]
    NotYet {
        /// What is still going on.
        message: String,
        /// How to wait for it.
        hint: String,
    },
    /// An agent, the embedded chain or another part of this process failed.
    #[error("{message}")]
    Failed {
        /// What failed.
        message: String,
        /// What to do about it.
        hint: String,
    },
}

/// How an error is printed with `--output json`.
#[derive(Debug, Serialize)]
pub struct ErrorReport {
    /// What went wrong.
    pub error: String,
    /// A stable name of the kind of error.
    pub code: &'static str,
    /// What to do next.
    pub hint: Option<String>,
}

impl CliError {
    pub(crate) fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), hint: hint.into() }
    }

    pub(crate) fn config(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Config { message: message.into(), hint: hint.into() }
    }

    pub(crate) fn failed(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Failed { message: message.into(), hint: hint.into() }
    }

    pub(crate) fn file(verb: &'static str, path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self::File { verb, path: path.into(), source }
    }

    /// The process's exit code.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Usage { .. } | Self::Amount(_) | Self::Cluster(_) => EXIT_USAGE,
            Self::NoResult { .. } => EXIT_NO_RESULT,
            _ => EXIT_FAILED,
        }
    }

    /// A stable name of the kind of error, for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Usage { .. } | Self::Amount(_) | Self::Cluster(_) => "usage",
            Self::Config { .. } => "config",
            Self::File { .. } => "file",
            Self::Bench(_) => "bench",
            Self::Job(_) => "job",
            Self::Chain(_) => "chain",
            Self::Store(_) => "store",
            Self::Migration(_) => "migration",
            Self::Settings(_) => "config",
            Self::Backend(_) => "backend",
            Self::Provider(_) => "provider",
            Self::Verifier(_) => "verifier",
            Self::Localnet(_) => "localnet",
            Self::NotFound { .. } => "not_found",
            Self::NoResult { .. } => "no_result",
            Self::NotYet { .. } => "not_yet",
            Self::Failed { .. } => "failed",
        }
    }

    /// What to do next, where the message does not say it already.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Usage { hint, .. }
            | Self::Config { hint, .. }
            | Self::NotYet { hint, .. }
            | Self::Failed { hint, .. } => Some(hint.clone()),
            Self::File { .. } => Some("check the path and its permissions".to_owned()),
            Self::Amount(_) => Some("nothing is rounded: give an amount that the mint can express".to_owned()),
            Self::Bench(BenchError::Peer(PeerError::Start { .. })) => {
                Some("give the path of the interpreter or program itself, or leave the peer out".to_owned())
            }
            Self::Bench(BenchError::Peer(_)) => Some(
                "peers need the packages of tools/bench/requirements.txt, or a build of tools/bench/candle; without --python and --candle ours is measured alone"
                    .to_owned(),
            ),
            Self::Bench(BenchError::Disagreement(_)) => {
                Some("the times above compare different results: report this with the versions of the peers".to_owned())
            }
            Self::Bench(BenchError::Job(_)) => Some("check --model".to_owned()),
            Self::Job(_) => Some("nothing was sent: correct the data or the flags and submit again".to_owned()),
            Self::NotFound { what: "task", .. } => Some(
                "check the address, and the cluster with --url; `tessera task result` also finds tasks that are over"
                    .to_owned(),
            ),
            Self::NotFound { .. } => Some("check the address, and the cluster with --url".to_owned()),
            Self::NoResult { .. } => Some("its escrow went back to the requester; submit it again".to_owned()),
            Self::Chain(ChainError::Unreachable { .. }) => {
                Some("check --url and the network; `tessera localnet` starts a chain on this machine".to_owned())
            }
            Self::Localnet(tessera_localnet::LocalnetError::PortInUse { .. }) => {
                Some("`tessera localnet` takes other ports with --rpc-port and --ws-port".to_owned())
            }
            Self::Bench(_)
            | Self::Cluster(_)
            | Self::Chain(_)
            | Self::Store(_)
            | Self::Migration(_)
            | Self::Settings(_)
            | Self::Backend(_)
            | Self::Provider(_)
            | Self::Verifier(_)
            | Self::Localnet(_) => None,
        }
    }

    /// The error for programs.
    #[must_use]
    pub fn report(&self) -> ErrorReport {
        ErrorReport { error: self.to_string(), code: self.code(), hint: self.hint() }
    }
}
