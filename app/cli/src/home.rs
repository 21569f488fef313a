//! Where the command line keeps its own files: recorded markets, the default content store, journals, wallets of `localnet`.

use std::path::PathBuf;

use tessera_chain::Pubkey;

use crate::cluster::Cluster;
use crate::error::CliError;

/// Names another home than the user's data directory.
pub const HOME_VARIABLE: &str = "TESSERA_HOME";

/// The directory of the command line's own files; nothing in it is created before it is written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home(PathBuf);

impl Home {
    /// `$TESSERA_HOME`, else `tessera` in the user's data directory (`~/.local/share` on Linux).
    ///
    /// # Errors
    /// [`CliError::Config`] when there is neither.
    pub fn find() -> Result<Self, CliError> {
        let given = std::env::var_os(HOME_VARIABLE).filter(|v| !v.is_empty()).map(PathBuf::from);
        let path = match given.or_else(|| Some(dirs::data_dir()?.join("tessera"))) {
            Some(path) => path,
            None => {
                return Err(CliError::config(
                    "this user has no home directory",
                    format!("set {HOME_VARIABLE} to a directory for Tessera's files"),
                ));
            }
        };
        // Locators built from it must mean the same from everywhere.
        std::path::absolute(&path).map(Self).map_err(|e| CliError::file("find", path, e))
    }

    /// A home at a given place.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The record of a cluster's market.
    #[must_use]
    pub fn cluster_record(&self, cluster: &Cluster) -> PathBuf {
        self.0.join("clusters").join(format!("{}.json", cluster.file_stem()))
    }

    /// Where tasks' data and results are kept when nothing else is asked for.
    #[must_use]
    pub fn store(&self) -> PathBuf {
        self.0.join("store")
    }

    /// Notes of submissions that may have been interrupted.
    #[must_use]
    pub fn submissions(&self) -> PathBuf {
        self.0.join("submissions")
    }

    /// The directory of an agent that signs with `wallet`.
    #[must_use]
    pub fn agent(&self, agent: &str, wallet: &Pubkey) -> PathBuf {
        self.0.join("agents").join(format!("{agent}-{wallet}"))
    }

    /// State of `tessera localnet`.
    #[must_use]
    pub fn localnet(&self) -> PathBuf {
        self.0.join("localnet")
    }
}
