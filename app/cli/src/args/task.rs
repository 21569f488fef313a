//! `task submit|list|show|wait|result|cancel|audit|explain`.

use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use tessera_chain::{Pubkey, TaskState};

use super::{EmbeddingArgs, MatmulArgs, MlpArgs, StoreArgs, TrustArgs};
use tessera_migrations::units::Amount;
use tessera_migrations::units::Window;

/// Submit tasks and follow them to their results.
#[derive(Debug, Subcommand)]
pub enum TaskCommand {
    /// Escrow a reward for a job on your data
    #[command(subcommand, subcommand_value_name = "JOB", subcommand_help_heading = "Jobs")]
    Submit(Box<Job>),
    /// List the market's open tasks
    List {
        /// Only the wallet's own
        #[arg(long)]
        mine: bool,
        /// Only those in this state
        #[arg(long)]
        state: Option<StateFilter>,
    },
    /// Show one task: terms, runs, audits
    Show {
        /// The task's address
        task: Pubkey,
    },
    /// Wait until a task is over, then print its result
    Wait {
        /// The task's address
        task: Pubkey,
    },
    /// Fetch and check a task's result, also after the task was closed
    Result {
        /// The task's address
        task: Pubkey,
        /// Write the whole result there as JSON
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Cancel a task that nobody has claimed; the escrow comes back
    Cancel {
        /// The task's address
        task: Pubkey,
    },
    /// Make sure that a submitted run of your task is audited: every ticket wins from now on
    Audit {
        /// The task's address
        task: Pubkey,
        /// The run, by the Provider account that executed it [default: the only one that can be audited]
        #[arg(long, value_name = "ADDRESS")]
        provider: Option<Pubkey>,
        /// What to pay for it where the task has no audit reward; else it costs that once more [default: the market's
        /// smallest reward]
        #[arg(long, value_name = "TOKENS")]
        pay: Option<Amount>,
    },
    /// Tell what happened to a task, in order: who was paid what, and why; also after it was closed
    Explain {
        /// The task's address
        task: Pubkey,
        /// Transactions to read, newest first
        #[arg(long, value_name = "TRANSACTIONS", default_value_t = 1_000)]
        limit: usize,
    },
}

/// The jobs.
#[derive(Debug, Subcommand)]
pub enum Job {
    /// Coefficients, intercept and mean squared error
    LinearRegression(LinearRegressionArgs),
    /// Centres, labels and inertia
    Kmeans(KmeansArgs),
    /// Components, explained variance and its ratio
    Pca(PcaArgs),
    /// The product of two matrices
    Matmul(MatmulArgs),
    /// What a trained network answers for each row
    Mlp(MlpArgs),
    /// A vector for each text, by a BERT-style encoder
    Embedding(EmbeddingArgs),
}

/// Flags of `task submit linear-regression`.
#[derive(Debug, Args)]
pub struct LinearRegressionArgs {
    /// Column to predict
    #[arg(long, value_name = "COLUMN", default_value = "target")]
    pub target: String,
    /// Weight of the squared coefficients in the loss; 0 is ordinary least squares
    #[arg(long, value_name = "WEIGHT", default_value_t = 0.0)]
    pub ridge: f32,
    /// The table.
    #[command(flatten)]
    pub table: DataArgs,
    /// Flags of every job.
    #[command(flatten)]
    pub submit: SubmitArgs,
}

/// Flags of `task submit kmeans`.
#[derive(Debug, Args)]
pub struct KmeansArgs {
    /// Number of clusters
    #[arg(long, value_name = "K")]
    pub clusters: NonZeroU32,
    /// Seed of the k-means++ draws
    #[arg(long, default_value_t = 0, conflicts_with = "centers")]
    pub seed: u64,
    /// Independent k-means++ draws, of which the best is the result
    #[arg(long, default_value = "4", conflicts_with = "centers")]
    pub restarts: NonZeroU32,
    /// Initial centres, one per row (CSV or .npy), instead of draws
    #[arg(long, value_name = "FILE")]
    pub centers: Option<PathBuf>,
    /// Lloyd iterations
    #[arg(long, default_value_t = 30)]
    pub iterations: u32,
    /// The table.
    #[command(flatten)]
    pub table: DataArgs,
    /// Flags of every job.
    #[command(flatten)]
    pub submit: SubmitArgs,
}

/// Flags of `task submit pca`.
#[derive(Debug, Args)]
pub struct PcaArgs {
    /// Number of components
    #[arg(long, value_name = "K")]
    pub components: NonZeroU32,
    /// The table.
    #[command(flatten)]
    pub table: DataArgs,
    /// Flags of every job.
    #[command(flatten)]
    pub submit: SubmitArgs,
}

/// Flags of every job on a table.
#[derive(Debug, Args)]
pub struct DataArgs {
    /// Table of numbers: CSV with a header, or .npy
    #[arg(long, value_name = "FILE")]
    pub data: PathBuf,
    /// Feature columns, in this order [default: all but `target`]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub columns: Option<Vec<String>>,
    /// Columns to leave out
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub exclude: Vec<String>,
}

/// Flags of every job.
#[derive(Debug, Args)]
pub struct SubmitArgs {
    /// What a run is worth; redundant tasks pay it for each
    #[arg(long, value_name = "TOKENS")]
    pub reward: Amount,
    /// What the checks of a run are worth; returned when nobody checks [default: a tenth of the reward]
    #[arg(long, value_name = "TOKENS")]
    pub audit_reward: Option<Amount>,
    /// For whoever sends the transactions that end the task; the rest returns [default: a hundredth of the reward]
    #[arg(long, value_name = "TOKENS")]
    pub bounty: Option<Amount>,
    /// How long each part may take.
    #[command(flatten)]
    pub windows: WindowArgs,
    /// How the result is trusted, and by whom it is run.
    #[command(flatten)]
    pub trust: TrustArgs,
    /// Address of the registered model that earns its share
    #[arg(long, value_name = "ADDRESS")]
    pub model: Option<Pubkey>,
    /// Where the data go.
    #[command(flatten)]
    pub store: StoreArgs,
    /// Wait for the result and print it
    #[arg(long)]
    pub wait: bool,
}

/// How long each part of a task may take.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct WindowArgs {
    /// For a provider to claim the task [default: 10m, or the market's maximum]
    #[arg(long, value_name = "DURATION")]
    pub open: Option<Window>,
    /// For the run [default: 5s with `tessera localnet`, else 1m, or the market's maximum]
    #[arg(long, value_name = "DURATION")]
    pub execution: Option<Window>,
    /// For checks, at least twice the execution [default: twice the execution]
    #[arg(long, value_name = "DURATION")]
    pub audit: Option<Window>,
    /// Until the run is paid, at least the audit window [default: the audit window]
    #[arg(long, value_name = "DURATION")]
    pub challenge: Option<Window>,
    /// For redundant runs to show what they sealed [default: the execution, or the market's maximum]
    #[arg(long, value_name = "DURATION")]
    pub reveal: Option<Window>,
    /// After the creation, in which only the shortlist may claim [default: a fifth of the open window with a shortlist]
    #[arg(long, value_name = "DURATION", requires = "shortlist")]
    pub exclusive: Option<Window>,
    /// After a claim, in which it may be given back without harm [default: none]
    #[arg(long, value_name = "DURATION")]
    pub grace: Option<Window>,
}

/// A task's state, as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StateFilter {
    /// Nobody has claimed it.
    Open,
    /// A provider runs it.
    Claimed,
    /// Its result waits for checks.
    Submitted,
    /// A check gave something else.
    Disputed,
    /// Its run was paid.
    Settled,
    /// The requester took it back.
    Cancelled,
    /// It ended without a result.
    Expired,
}

impl From<StateFilter> for TaskState {
    fn from(filter: StateFilter) -> Self {
        match filter {
            StateFilter::Open => Self::Open,
            StateFilter::Claimed => Self::Claimed,
            StateFilter::Submitted => Self::Submitted,
            StateFilter::Disputed => Self::Disputed,
            StateFilter::Settled => Self::Settled,
            StateFilter::Cancelled => Self::Cancelled,
            StateFilter::Expired => Self::Expired,
        }
    }
}
