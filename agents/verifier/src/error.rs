//! Why a verifier ended, or did not start.

use tessera_chain::{ChainError, Pubkey};
use tessera_compute::Root;
use tessera_node::{ConfigError, ExecuteError, JournalError, Lost};

/// A verifier ended, or did not start.
#[derive(Debug, thiserror::Error)]
pub enum VerifierError {
    /// The chain cannot be followed, or refused something that a person must mend.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The journal cannot be written.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The key has no account in the market.
    #[error(
        "{authority} is not registered in market {market}; run `tessera provider register --verify` with this key first"
    )]
    NotRegistered {
        /// Whose account is missing.
        authority: Pubkey,
        /// The market.
        market: Pubkey,
    },
    /// The account lacks the verify role.
    #[error("provider {0} has no verify role; run `tessera provider update --verify` with its key first")]
    NoVerifyRole(Pubkey),
    /// The configuration is not complete or not valid.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The agent's own task was lost.
    #[error("the verifier {0}")]
    Lost(#[from] Lost),
}

/// A task's outputs are not known.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum WorkError {
    #[error(transparent)]
    Execute(#[from] ExecuteError),
    #[error("two executions gave {first} and {second}; this machine or its backend is faulty: take it out of service")]
    Unstable { first: Root, second: Root },
}
