//! Keypair files, in the Solana tools' format: a JSON array of 64 numbers.

use std::path::Path;

use tessera_chain::Keypair;

use crate::error::CliError;
use crate::files;

/// Wallets that `tessera localnet` funds; commands use the one of their role there, unless told otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalWallet {
    /// Owns the market and its mint.
    Operator,
    /// Submits tasks.
    Requester,
    /// Runs tasks.
    Provider,
    /// A second provider.
    Provider2,
    /// Checks runs.
    Verifier,
    /// A second verifier.
    Verifier2,
}

impl LocalWallet {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Operator, Self::Requester, Self::Provider, Self::Provider2, Self::Verifier, Self::Verifier2];

    /// Its name, for `--keypair`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Requester => "requester",
            Self::Provider => "provider",
            Self::Provider2 => "provider2",
            Self::Verifier => "verifier",
            Self::Verifier2 => "verifier2",
        }
    }
}

/// Reads a keypair file.
///
/// # Errors
/// [`CliError::Config`] when there is none or it is not a keypair.
pub fn read(path: &Path) -> Result<Keypair, CliError> {
    let Some(text) = files::read_if_there(path)? else {
        return Err(CliError::config(
            format!("there is no wallet at {}", path.display()),
            format!("make one with `tessera wallet new --out {}`, or name another with --keypair", path.display()),
        ));
    };
    serde_json::from_slice::<Vec<u8>>(&text).ok().and_then(|bytes| Keypair::try_from(bytes.as_slice()).ok()).ok_or_else(
        || {
            CliError::config(
                format!("{} is no keypair file", path.display()),
                "a keypair file is a JSON array of 64 numbers, as `solana-keygen new` writes it",
            )
        },
    )
}

/// Writes a new keypair to a file that does not exist yet.
///
/// # Errors
/// [`CliError::File`] when it cannot be written or is there already.
pub fn create(path: &Path) -> Result<Keypair, CliError> {
    let keypair = Keypair::new();
    let text = serde_json::to_vec(&keypair.to_bytes().to_vec())
        .map_err(|e| CliError::failed(format!("the keypair has no JSON form: {e}"), "report this"))?;
    files::create_secret(path, &text)?;
    Ok(keypair)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use tessera_chain::Signer;

    use super::*;

    #[test]
    fn keypair_file_is_read_as_written_and_never_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("wallets/id.json");
        let written = create(&path).unwrap();
        assert_eq!(read(&path).unwrap().pubkey(), written.pubkey());
        assert!(matches!(create(&path), Err(CliError::File { verb: "create", .. })));
    }

    #[test]
    fn missing_and_malformed_wallets_say_what_to_do() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("id.json");
        assert!(read(&path).unwrap_err().hint().unwrap().contains("wallet new"));
        for text in ["", "[]", "[1,2,3]", "{}", "[256]"] {
            std::fs::write(&path, text).unwrap();
            assert!(matches!(read(&path), Err(CliError::Config { .. })), "{text:?}");
        }
    }
}
