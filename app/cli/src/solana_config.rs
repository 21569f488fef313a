//! The Solana command line's configuration file, so that both tools agree on cluster and wallet.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::CliError;

/// What is read from the file; everything else in it is left to the Solana tools.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct SolanaConfig {
    /// RPC address or moniker.
    pub json_rpc_url: Option<String>,
    /// Websocket address; empty when it follows from the RPC address.
    #[serde(default)]
    pub websocket_url: String,
    /// The wallet's keypair file.
    pub keypair_path: Option<PathBuf>,
}

impl SolanaConfig {
    /// Reads `path`, or `~/.config/solana/cli/config.yml` when none is given. A missing default file is an empty
    /// configuration; a missing file that was asked for is an error.
    ///
    /// # Errors
    /// [`CliError::File`] when the file cannot be read, [`CliError::Config`] when it is not such a file.
    pub fn load(path: Option<&Path>) -> Result<Self, CliError> {
        let (path, asked) = match path {
            Some(path) => (path.to_owned(), true),
            None => match default_path() {
                Some(path) => (path, false),
                None => return Ok(Self::default()),
            },
        };
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text).map_err(|e| {
                CliError::config(
                    format!("{} is no Solana configuration file: {e}", path.display()),
                    "write one with `solana config set --url localhost`, or name another with --config",
                )
            }),
            Err(e) if e.kind() == ErrorKind::NotFound && !asked => Ok(Self::default()),
            Err(source) => Err(CliError::file("read", path, source)),
        }
    }

    fn parse(text: &str) -> Result<Self, serde_yaml_ng::Error> {
        serde_yaml_ng::from_str(text)
    }
}

/// `~/.config/solana/id.json`, where the Solana tools keep the default wallet.
#[must_use]
pub fn default_keypair_path() -> Option<PathBuf> {
    Some(dirs::home_dir()?.join(".config/solana/id.json"))
}

fn default_path() -> Option<PathBuf> {
    Some(dirs::home_dir()?.join(".config/solana/cli/config.yml"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn file_of_the_solana_tools_is_understood() {
        let text = "---\njson_rpc_url: https://api.devnet.solana.com\nwebsocket_url: ''\n\
            keypair_path: /home/u/.config/solana/id.json\naddress_labels:\n  '11111111111111111111111111111111': \
            System Program\ncommitment: confirmed\n";
        let config = SolanaConfig::parse(text).unwrap();
        assert_eq!(config.json_rpc_url.as_deref(), Some("https://api.devnet.solana.com"));
        assert_eq!(config.websocket_url, "");
        assert_eq!(config.keypair_path.as_deref(), Some(Path::new("/home/u/.config/solana/id.json")));
    }

    #[test]
    fn file_that_was_asked_for_must_be_there_and_make_sense() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.yml");
        assert!(matches!(SolanaConfig::load(Some(&path)), Err(CliError::File { .. })));
        std::fs::write(&path, "- just\n- a list\n").unwrap();
        assert!(matches!(SolanaConfig::load(Some(&path)), Err(CliError::Config { .. })));
    }
}
