//! What can go wrong with a content store, and whether waiting helps.

use tessera_compute::ContentId;

use crate::locator::Locator;

/// An object could not be stored or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Not a locator.
    #[error("{locator:?} is not a usable store locator: {reason}")]
    Locator {
        /// What was given.
        locator: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The store's client refuses its settings.
    #[error("the store {locator} cannot be used: {reason}; set its credentials and region in the environment (AWS_*)")]
    Config {
        /// Where.
        locator: String,
        /// What the client said.
        reason: String,
    },
    /// The store has no such object (yet).
    #[error("the store {locator} has no object {id}; whoever named it must upload it there")]
    NotFound {
        /// The object.
        id: ContentId,
        /// Where.
        locator: String,
    },
    /// No answer, or a failure on the store's side.
    #[error("the store {locator} does not answer: {reason}; check that it is up and reachable from here")]
    Unreachable {
        /// Where.
        locator: String,
        /// What the client said.
        reason: String,
    },
    /// The store does not allow it.
    #[error("the store {locator} refuses the request: {reason}; check its permissions")]
    Refused {
        /// Where.
        locator: String,
        /// What the store said.
        reason: String,
    },
    /// Larger than the caller takes.
    #[error("object {id} in {locator} has {size} bytes or more; at most {limit} are accepted here")]
    TooLarge {
        /// The object.
        id: ContentId,
        /// Where.
        locator: String,
        /// Bytes announced, or read until it was given up.
        size: u64,
        /// The limit.
        limit: u64,
    },
    /// The bytes are others than the id says. The store may be mended, so this is no fault of the task itself.
    #[error(
        "the store {locator} gives wrong bytes for object {expected}: they hash to {actual}; upload the object again"
    )]
    WrongContent {
        /// The id asked for.
        expected: ContentId,
        /// The id of the bytes received.
        actual: ContentId,
        /// Where.
        locator: String,
    },
}

impl StoreError {
    /// Whether the same request may succeed later without anybody changing the request.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::NotFound { .. } | Self::Unreachable { .. } | Self::Refused { .. } | Self::WrongContent { .. } => true,
            Self::Locator { .. } | Self::Config { .. } | Self::TooLarge { .. } => false,
        }
    }
}

/// Sorts an error of the store's client.
pub(crate) fn of_object_store(error: object_store::Error, locator: &Locator, id: &ContentId) -> StoreError {
    use object_store::Error as Client;
    let locator = locator.to_string();
    match error {
        Client::NotFound { .. } => StoreError::NotFound { id: *id, locator },
        Client::PermissionDenied { .. }
        | Client::Unauthenticated { .. }
        | Client::NotSupported { .. }
        | Client::NotImplemented { .. } => StoreError::Refused { locator, reason: error.to_string() },
        other => StoreError::Unreachable { locator, reason: other.to_string() },
    }
}
