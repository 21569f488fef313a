//! What an operator decides about a verifier.

use std::path::PathBuf;

use serde::Deserialize;
use tessera_chain::Pubkey;
use tessera_node::config::required;
use tessera_node::{CrankLimits, DaemonFile, NodeTuning};

use crate::error::VerifierError;

/// A verifier's configuration, resolved: nothing in it is missing or unparsed.
#[derive(Clone, Debug)]
pub struct VerifierConfig {
    /// The market to work in.
    pub market: Pubkey,
    /// Folder of the journal; one per agent, locked while it runs.
    pub data_dir: PathBuf,
    /// What agents have in common.
    pub node: NodeTuning,
    /// What is a verifier's own.
    pub work: VerifierTuning,
}

/// The file form: `[work]` of a verifier is [`VerifierTuning`]; `store` and `public_store` have no use.
pub type VerifierFile = DaemonFile<VerifierTuning>;

/// What is a verifier's own.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct VerifierTuning {
    /// Tasks that are executed at the same time, and audits that are claimed and not computed, at most.
    pub max_audits: u16,
    /// Whether to audit runs in dispute without a winning ticket, too: such an audit earns a share of a slash, or nothing.
    pub disputes: bool,
    /// Which runs are executed again.
    pub watch: Watch,
}

/// Which runs a verifier executes again. Those that differ from what it computes are challenged as far as `[node.challenge]` lets it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Watch {
    /// Those whose audit it has.
    #[default]
    Audits,
    /// All that are submitted, after what it owes and what it may claim.
    All,
}

impl Default for VerifierTuning {
    fn default() -> Self {
        Self { max_audits: 1, disputes: true, watch: Watch::Audits }
    }
}

impl VerifierConfig {
    /// A configuration with defaults.
    pub fn new(market: Pubkey, data_dir: impl Into<PathBuf>) -> Self {
        Self { market, data_dir: data_dir.into(), node: NodeTuning::default(), work: VerifierTuning::default() }
    }

    /// Resolves a file whose fields the command line may have overridden.
    ///
    /// # Errors
    /// [`VerifierError::Config`] without market or data directory or for a market that is no key.
    pub fn resolve(file: VerifierFile) -> Result<Self, VerifierError> {
        let market = file.market_key()?;
        let data_dir = required(file.data_dir, "data_dir")?;
        Ok(Self { market, data_dir, node: file.node, work: file.work })
    }

    /// The part that plans depend on.
    pub fn limits(&self) -> Limits {
        Limits {
            max_audits: self.work.max_audits,
            disputes: self.work.disputes,
            watch: self.work.watch,
            cranks: self.node.crank_limits(),
        }
    }
}

/// The part of a configuration that plans depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// See [`VerifierTuning::max_audits`].
    pub max_audits: u16,
    /// See [`VerifierTuning::disputes`].
    pub disputes: bool,
    /// See [`VerifierTuning::watch`].
    pub watch: Watch,
    /// When errands are sent.
    pub cranks: CrankLimits,
}
