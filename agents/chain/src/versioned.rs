//! Accounts with the slot that they were read at.

use std::ops::Deref;

use anchor_lang::prelude::Pubkey;
use anchor_lang::{AccountDeserialize, Discriminator};
use tessera::state::{
    Audit, Balance, Buffer, Dispute, EpochPool, LAYOUT_VERSION, Market, Model, Provider, Run, Share, Task,
};

use crate::error::ChainError;

/// An account as it was at a slot.
#[derive(Clone, Debug, PartialEq)]
pub struct Versioned<T> {
    /// Its address.
    pub key: Pubkey,
    /// The slot that the answer was given for; the content may be older, never newer than this slot.
    pub slot: u64,
    /// Its content.
    pub data: T,
}

impl<T> Deref for Versioned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.data
    }
}

/// An account type of the program: what [`crate::Chain`] reads.
pub trait Stored: AccountDeserialize + Discriminator + Clone + Send + Sync + 'static {
    /// What messages call it.
    const NAME: &'static str;
}

macro_rules! stored {
    ($($account:ty: $name:literal),* $(,)?) => {
        $(impl Stored for $account { const NAME: &'static str = $name; })*
    };
}

stored! {
    Market: "market",
    Provider: "provider",
    Model: "model",
    Task: "task",
    Run: "run",
    Audit: "audit",
    Dispute: "dispute",
    Buffer: "buffer",
    EpochPool: "pool",
    Share: "share",
    Balance: "balance",
}

/// Decodes an account of the program; its owner must have been checked.
///
/// # Errors
/// [`ChainError::Layout`] if another version of the program wrote it, [`ChainError::Decode`] if the discriminator or the
/// content is another's.
pub fn decode<T: Stored>(key: Pubkey, mut bytes: &[u8]) -> Result<T, ChainError> {
    let version = bytes.strip_prefix(T::DISCRIMINATOR).and_then(<[u8]>::first);
    if let Some(&version) = version.filter(|version| **version != LAYOUT_VERSION) {
        return Err(ChainError::Layout { what: T::NAME.to_owned(), key, version });
    }
    T::try_deserialize(&mut bytes).map_err(|error| ChainError::Decode {
        what: T::NAME.to_owned(),
        key,
        reason: error.to_string(),
    })
}
