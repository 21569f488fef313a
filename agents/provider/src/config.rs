//! What an operator decides about a provider.

use std::path::PathBuf;

use serde::Deserialize;
use tessera_chain::Pubkey;
use tessera_node::config::required;
use tessera_node::dispute::ServeTuning;
use tessera_node::{ContentStore, CrankLimits, DaemonFile, Locator, NodeTuning};

use crate::error::ProviderError;

/// A provider's configuration, resolved: nothing in it is missing or unparsed.
#[derive(Clone, Debug)]
pub struct ProviderConfig {
    /// The market to work in.
    pub market: Pubkey,
    /// Folder of the journal; one per agent, locked while it runs.
    pub data_dir: PathBuf,
    /// Where outputs are stored.
    pub store: ContentStore,
    /// Under which locator others read them; at most 96 bytes, checked at the start.
    pub public_store: Locator,
    /// What agents have in common.
    pub node: NodeTuning,
    /// Whether and where traces of disputed runs are served.
    pub serve: ServeTuning,
    /// What is a provider's own.
    pub work: ProviderTuning,
}

/// The file form: `[work]` of a provider is [`ProviderTuning`].
pub type ProviderFile = DaemonFile<ProviderTuning>;

/// What is a provider's own.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProviderTuning {
    /// Runs that are executed at the same time. The registered maximum also counts runs that wait for their settlement.
    pub max_runs: u16,
    /// Lowest reward that is taken, in base units; the registered price floor holds beside it.
    pub min_reward: u64,
    /// Open tasks whose data are fetched ahead of a claim, at most; each may take `memory_mib` of memory.
    pub prefetch: u16,
    /// Whether to open this provider's share in an epoch's pool when a run may be settled in it. The rent comes back with the
    /// share's claim.
    pub open_shares: bool,
}

impl Default for ProviderTuning {
    fn default() -> Self {
        Self { max_runs: 1, min_reward: 0, prefetch: 2, open_shares: true }
    }
}

impl ProviderConfig {
    /// A configuration with defaults: others read outputs where they are stored.
    pub fn new(market: Pubkey, data_dir: impl Into<PathBuf>, store: ContentStore) -> Self {
        Self {
            market,
            data_dir: data_dir.into(),
            public_store: store.locator().clone(),
            store,
            node: NodeTuning::default(),
            serve: ServeTuning::default(),
            work: ProviderTuning::default(),
        }
    }

    /// Resolves a file whose fields the command line may have overridden.
    ///
    /// # Errors
    /// [`ProviderError::Config`] without market, data directory or store or for a market that is no key,
    /// [`ProviderError::Store`] for a locator that cannot be used.
    pub fn resolve(file: ProviderFile) -> Result<Self, ProviderError> {
        let market = file.market_key()?;
        let data_dir = required(file.data_dir, "data_dir")?;
        let store = ContentStore::open(&required(file.store, "store")?)?;
        let public_store = match file.public_store {
            Some(locator) => Locator::parse_url(&locator)?,
            None => store.locator().clone(),
        };
        Ok(Self { market, data_dir, store, public_store, node: file.node, serve: file.serve, work: file.work })
    }

    /// The part that plans depend on.
    pub fn limits(&self) -> Limits {
        Limits {
            max_runs: self.work.max_runs,
            min_reward: self.work.min_reward,
            prefetch: self.work.prefetch,
            open_shares: self.work.open_shares,
            cranks: self.node.crank_limits(),
        }
    }
}

/// The part of a configuration that plans depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// See [`ProviderTuning::max_runs`].
    pub max_runs: u16,
    /// See [`ProviderTuning::min_reward`].
    pub min_reward: u64,
    /// See [`ProviderTuning::prefetch`].
    pub prefetch: u16,
    /// See [`ProviderTuning::open_shares`].
    pub open_shares: bool,
    /// When errands are sent.
    pub cranks: CrankLimits,
}
