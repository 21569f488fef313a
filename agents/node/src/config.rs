//! The daemons' configuration file: TOML, durations as people write them (`30s`, `5m`), unknown keys refused.
//!
//! ```toml
//! market = "7h3kzYm5Jv9Wv1m8d2Xo3q5cV6b7n8M9a1S2d3F4g5H6"
//! data_dir = "/var/lib/tessera"
//! store = "s3://my-bucket/outputs"
//! public_store = "https://my-bucket.example.com/outputs"
//!
//! [cluster]
//! rpc = ["https://rpc-a.example.com", "https://rpc-b.example.com"]
//! priority_fee_micro_lamports = 1000
//!
//! [node]
//! fetch_from = ["http", "s3"]
//! memory_mib = 16384
//! megaflops = 20000
//! backend = "cuda:0,1"
//!
//! [node.gpu]
//! overflow = "cpu"
//!
//! [node.challenge]
//! at_once = 4
//! max_bond = 50000000
//!
//! [serve]
//! listen = "0.0.0.0:7300"
//!
//! [work]
//! max_runs = 2
//! ```

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use tessera_chain::Pubkey;

use crate::backoff::Backoff;
use crate::dispute::{ChallengeTuning, Fault, ServeTuning};
use crate::errands::CrankLimits;
use crate::fetch::Capacity;
use crate::fleet::{BackendChoice, GpuTuning, Speed};
use crate::locator::Scheme;

/// A daemon's file. `W` is the agent's own part. What is missing must come from flags.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, bound = "W: Default + DeserializeOwned")]
pub struct DaemonFile<W> {
    /// The market to work in, base58.
    pub market: Option<String>,
    /// Where the journal lies; one folder per agent.
    pub data_dir: Option<PathBuf>,
    /// Where outputs are stored: a URL or a folder. Providers only.
    pub store: Option<String>,
    /// Under which locator others read them, if not under `store`. At most 96 bytes.
    pub public_store: Option<String>,
    /// How to reach the cluster.
    pub cluster: ClusterSettings,
    /// What agents have in common.
    pub node: NodeTuning,
    /// What is served beside the chain. Providers only.
    pub serve: ServeTuning,
    /// What is this agent's own.
    pub work: W,
}

/// How to reach the cluster. Empty lists leave it to the command line.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClusterSettings {
    /// RPC endpoints, tried in order.
    pub rpc: Vec<String>,
    /// Websocket endpoints; empty: derived from `rpc`.
    pub ws: Vec<String>,
    /// Priority fee per compute unit, in micro-lamports.
    pub priority_fee_micro_lamports: u64,
    /// How often all accounts are re-read to find what a lost message hid.
    #[serde(with = "humantime_serde")]
    pub sweep_every: Duration,
}

impl Default for ClusterSettings {
    fn default() -> Self {
        Self { rpc: Vec::new(), ws: Vec::new(), priority_fee_micro_lamports: 0, sweep_every: Duration::from_secs(5) }
    }
}

/// What agents have in common.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NodeTuning {
    /// Kinds of locators that are followed when a task names them. Contents are checked by hash whatever they come from;
    /// leave `file` out where requesters must not learn which files exist.
    pub fetch_from: Vec<Scheme>,
    /// What executes; `--backend` wins over it.
    pub backend: BackendChoice,
    /// Memory that one task may need, in MiB. On a GPU: for its inputs and outputs.
    pub memory_mib: u64,
    /// Speed of the CPU in million floating point operations per second, for estimates.
    pub megaflops: u64,
    /// Speed of its memory in million bytes per second, for estimates.
    pub megabytes_per_second: u64,
    /// Whether results are checked in part by the referee's code before anything is committed to them, see
    /// [`SelfCheck`](tessera_compute::SelfCheck). Without it a faulty device costs stake.
    pub self_check: bool,
    /// What concerns GPUs.
    pub gpu: GpuTuning,
    /// When runs are challenged.
    pub challenge: ChallengeTuning,
    /// How this agent's disputes are distorted, in tests.
    #[serde(skip)]
    pub fault: Fault,
    /// After a request to stop: how long work that is owed may take to finish before it is abandoned.
    #[serde(with = "humantime_serde")]
    pub grace: Duration,
    /// First wait after a failure; it doubles from there.
    #[serde(with = "humantime_serde")]
    pub retry_first: Duration,
    /// Longest wait between attempts.
    #[serde(with = "humantime_serde")]
    pub retry_most: Duration,
    /// Attempts at one transaction before the task is left alone.
    pub send_attempts: u32,
    /// Whether to send other people's due transitions too, for the crank bounty.
    pub crank_others: bool,
    /// How long others' due transitions are left to those whom they concern.
    #[serde(with = "humantime_serde")]
    pub crank_after: Duration,
}

impl Default for NodeTuning {
    fn default() -> Self {
        Self {
            fetch_from: vec![Scheme::File, Scheme::S3, Scheme::Http],
            backend: BackendChoice::Auto,
            memory_mib: 4_096,
            megaflops: 500,
            megabytes_per_second: 1_000,
            self_check: true,
            gpu: GpuTuning::default(),
            challenge: ChallengeTuning::default(),
            fault: Fault::default(),
            grace: Duration::from_secs(30),
            retry_first: Duration::from_secs(1),
            retry_most: Duration::from_secs(60),
            send_attempts: 8,
            crank_others: false,
            crank_after: Duration::from_secs(30),
        }
    }
}

/// Errands that are sent at the same time, at most.
const CRANKS_AT_ONCE: usize = 4;

impl NodeTuning {
    /// Waits between attempts.
    pub fn backoff(&self) -> Backoff {
        Backoff { first: self.retry_first, most: self.retry_most }
    }

    /// What the CPU takes of tasks that must be done within `time`.
    pub fn capacity(&self, time: Duration) -> Capacity {
        Capacity {
            memory_bytes: self.memory_bytes(),
            flops_per_second: self.megaflops.saturating_mul(1_000_000),
            bytes_per_second: self.megabytes_per_second.saturating_mul(1_000_000),
            time,
        }
    }

    /// Bytes that one task may need.
    pub fn memory_bytes(&self) -> u64 {
        self.memory_mib.saturating_mul(1024 * 1024)
    }

    /// How fast one GPU is.
    pub fn gpu_speed(&self) -> Speed {
        Speed {
            flops_per_second: self.gpu.megaflops.saturating_mul(1_000_000),
            bytes_per_second: self.gpu.megabytes_per_second.saturating_mul(1_000_000),
        }
    }

    /// What plans for due transitions depend on.
    pub fn crank_limits(&self) -> CrankLimits {
        CrankLimits { others: self.crank_others, after: self.crank_after, at_once: CRANKS_AT_ONCE }
    }
}

/// Why a configuration was refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Not readable.
    #[error("cannot read the configuration {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Not valid.
    #[error("the configuration {} is not valid: {source}", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: Box<toml::de::Error>,
    },
    /// Something needed is in neither flags nor file.
    #[error("{what} is missing; give it as a flag or in the configuration file")]
    Missing {
        /// What.
        what: &'static str,
    },
    /// Something is not what it should be.
    #[error("{what} {value:?} is not valid: {reason}")]
    Invalid {
        /// What.
        what: &'static str,
        /// As given.
        value: String,
        /// Why not.
        reason: String,
    },
}

impl<W: Default + DeserializeOwned> DaemonFile<W> {
    /// Reads a file.
    ///
    /// # Errors
    /// [`ConfigError`], with the line where the file is wrong.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text =
            std::fs::read_to_string(path).map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
        toml::from_str(&text).map_err(|source| ConfigError::Parse { path: path.to_owned(), source: Box::new(source) })
    }
    /// The market's address.
    ///
    /// # Errors
    /// [`ConfigError::Missing`], [`ConfigError::Invalid`] for one that is no key.
    pub fn market_key(&self) -> Result<Pubkey, ConfigError> {
        let market = required(self.market.as_deref(), "market")?;
        market.parse().map_err(|error: <Pubkey as std::str::FromStr>::Err| ConfigError::Invalid {
            what: "market",
            value: market.to_owned(),
            reason: error.to_string(),
        })
    }
}

/// What must be given.
///
/// # Errors
/// [`ConfigError::Missing`] with `what`.
pub fn required<T>(value: Option<T>, what: &'static str) -> Result<T, ConfigError> {
    value.ok_or(ConfigError::Missing { what })
}
