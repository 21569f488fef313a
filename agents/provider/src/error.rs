//! Why a provider ended, or did not start.

use tessera_chain::{ChainError, Pubkey};
use tessera_node::dispute::ListenError;
use tessera_node::{ConfigError, ExecuteError, JournalError, Lost, RecordError, StoreError};

/// A provider ended, or did not start.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// The chain cannot be followed, or refused something that a person must mend.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The journal cannot be written.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// What seals are made of cannot be written down.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The output store is not usable.
    #[error("outputs cannot be stored: {0}")]
    Store(#[from] StoreError),
    /// The key has no provider account in the market.
    #[error("{authority} is not registered in market {market}; run `tessera provider register` with this key first")]
    NotRegistered {
        /// Whose account is missing.
        authority: Pubkey,
        /// The market.
        market: Pubkey,
    },
    /// The account lacks the compute role.
    #[error("provider {0} has no compute role; run `tessera provider update --compute` with its key first")]
    NoComputeRole(Pubkey),
    /// The configuration is not complete or not valid.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// What is served beside the chain cannot be.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The agent's own task was lost.
    #[error("the provider {0}")]
    Lost(#[from] Lost),
}

/// A claimed run's outputs are not stored.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum WorkError {
    #[error(transparent)]
    Execute(#[from] ExecuteError),
    #[error("the outputs cannot be stored: {0}")]
    Store(#[from] StoreError),
}
