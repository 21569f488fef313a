//! What this machine remembers about a cluster, so that commands need no flags: its market, content store and, for a
//! chain on this machine, its wallets.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tessera_chain::Pubkey;
use url::Url;

use crate::error::CliError;
use crate::files;

/// One cluster's record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterRecord {
    /// RPC address.
    pub rpc: Url,
    /// Websocket address.
    pub ws: Url,
    /// The market that commands use unless told otherwise.
    #[serde(with = "tessera_migrations::units::as_text")]
    pub market: Pubkey,
    /// Locator of the content store that tasks and agents share, if the cluster has one.
    pub store: Option<String>,
    /// Present for a chain that `tessera localnet` runs.
    pub local: Option<LocalRecord>,
}

/// What only a chain on this machine has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalRecord {
    /// Directory of `<name>.json` keypair files of funded wallets.
    pub wallets: PathBuf,
}

impl ClusterRecord {
    /// Reads a record; `None` when there is none.
    ///
    /// # Errors
    /// [`CliError::File`] or [`CliError::Config`] for a file that cannot be read or understood.
    pub fn load(path: &Path) -> Result<Option<Self>, CliError> {
        let Some(bytes) = files::read_if_there(path)? else { return Ok(None) };
        serde_json::from_slice(&bytes).map(Some).map_err(|e| {
            CliError::config(
                format!("{} is no record of a cluster: {e}", path.display()),
                "delete it, and name the market with --market",
            )
        })
    }

    /// Writes the record, replacing an older one at once.
    ///
    /// # Errors
    /// [`CliError::File`] when it cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), CliError> {
        let text = serde_json::to_vec_pretty(self)
            .map_err(|e| CliError::failed(format!("the record has no JSON form: {e}"), "report this"))?;
        files::replace(path, &text)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn record_is_read_as_written_and_a_torn_one_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("clusters/localhost-8899.json");
        assert_eq!(ClusterRecord::load(&path).unwrap(), None);
        let record = ClusterRecord {
            rpc: "http://127.0.0.1:8899".parse().unwrap(),
            ws: "ws://127.0.0.1:8900".parse().unwrap(),
            market: Pubkey::new_unique(),
            store: Some("file:///store".into()),
            local: Some(LocalRecord { wallets: dir.path().to_owned() }),
        };
        record.save(&path).unwrap();
        assert_eq!(ClusterRecord::load(&path).unwrap(), Some(record));
        std::fs::write(&path, "{\"rpc\":").unwrap();
        assert!(matches!(ClusterRecord::load(&path), Err(CliError::Config { .. })));
    }
}
