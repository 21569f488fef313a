//! Secrets that an agent can find again: hashes of its authority's signatures.

use std::fmt;
use std::sync::Arc;

use tessera_chain::{Keypair, Signer};
use tessera_compute::ContentId;

/// Derives secrets from one key. Clones share it.
#[derive(Clone)]
pub struct Secrets(Arc<Keypair>);

impl Secrets {
    /// The secrets of this key.
    pub fn new(keypair: Arc<Keypair>) -> Self {
        Self(keypair)
    }

    /// SHA-256 of the key's signature of `parts` in a row. Ed25519 signatures are deterministic, so that a restart finds the
    /// same secret. Whoever lets this key sign such a message elsewhere gives the secret away: the first part names its use.
    pub fn of(&self, parts: &[&[u8]]) -> [u8; 32] {
        ContentId::of(self.0.sign_message(&parts.concat()).as_ref()).0
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Secrets").field(&self.0.pubkey()).finish()
    }
}
