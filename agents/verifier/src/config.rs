//! What an operator decides about a verifier.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use tessera_chain::Pubkey;
use tessera_node::{DaemonFile, NodeTuning};

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
    /// Tasks that are executed at the same time.
    pub max_audits: u16,
    /// Whether to audit runs that another verifier has agreed with. Without it a false agreement keeps this verifier away;
    /// with it an audit that comes second earns nothing.
    pub audit_all: bool,
}

impl Default for VerifierTuning {
    fn default() -> Self {
        Self { max_audits: 1, audit_all: false }
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
    /// [`VerifierError::Missing`] without market or data directory, [`VerifierError::Invalid`] for a market that is no key.
    pub fn resolve(file: VerifierFile) -> Result<Self, VerifierError> {
        let missing = |what| VerifierError::Missing { what };
        let market = file.market.ok_or(missing("market"))?;
        let market = market.parse::<Pubkey>().map_err(|error| VerifierError::Invalid {
            what: "market",
            value: market,
            reason: error.to_string(),
        })?;
        let data_dir = file.data_dir.ok_or(missing("data_dir"))?;
        Ok(Self { market, data_dir, node: file.node, work: file.work })
    }

    /// The part that plans depend on.
    pub fn limits(&self) -> Limits {
        Limits {
            max_audits: self.work.max_audits,
            audit_all: self.work.audit_all,
            crank_others: self.node.crank_others,
            crank_after: self.node.crank_after,
            cranks_at_once: CRANKS_AT_ONCE,
        }
    }
}

/// Due transitions that are sent at the same time, at most.
const CRANKS_AT_ONCE: usize = 4;
/// Strangers of one transition take turns this many seconds apart, in this many turns.
const TURN_SECONDS: i64 = 5;
const TURNS: u8 = 8;

/// The part of a configuration that plans depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// See [`VerifierTuning::max_audits`].
    pub max_audits: u16,
    /// See [`VerifierTuning::audit_all`].
    pub audit_all: bool,
    /// See [`NodeTuning::crank_others`].
    pub crank_others: bool,
    /// See [`NodeTuning::crank_after`].
    pub crank_after: Duration,
    /// Due transitions in flight, at most.
    pub cranks_at_once: usize,
}

impl Limits {
    /// Seconds that `me` leaves a stranger's due transition to others.
    pub(crate) fn stranger_patience(&self, me: &Pubkey) -> i64 {
        let turn = me.to_bytes().first().map_or(0, |byte| byte % TURNS);
        let after = i64::try_from(self.crank_after.as_secs()).unwrap_or(i64::MAX);
        after.saturating_add(i64::from(turn).saturating_mul(TURN_SECONDS))
    }
}
