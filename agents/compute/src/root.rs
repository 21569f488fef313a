//! Hashes that name tensors, graphs and objects.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};
use tessera_referee::merkle::Sha256 as _;

use crate::merkle::Native;

/// Why a text is not a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a hash: give 64 hexadecimal digits")]
pub struct HexError;

fn write_hex(bytes: &[u8; 32], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

fn read_hex(text: &str) -> Result<[u8; 32], HexError> {
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return Err(HexError);
    }
    let digit = |d: u8| char::from(d).to_digit(16).ok_or(HexError);
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = (digit(pair[0])? << 4 | digit(pair[1])?) as u8;
    }
    Ok(bytes)
}

macro_rules! hash_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub [u8; 32]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_hex(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = HexError;

            fn from_str(text: &str) -> Result<Self, HexError> {
                read_hex(text).map(Self)
            }
        }
    };
}

hash_type! {
    /// A Merkle root: of a tensor, a graph, a trace, or lists of tensors.
    Root
}
hash_type! {
    /// SHA-256 of an object's bytes: its name in an object store.
    ContentId
}

impl ContentId {
    /// The name of an object with these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Native::hash(&[bytes]))
    }
}

/// The name of an object whose bytes come part by part.
#[derive(Clone, Debug, Default)]
pub struct ContentHasher(Sha256);

impl ContentHasher {
    /// Takes the next bytes.
    pub fn update(&mut self, part: &[u8]) {
        self.0.update(part);
    }

    /// The name of all that was taken.
    pub fn finish(self) -> ContentId {
        ContentId(self.0.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_have_the_name_of_the_whole() {
        let bytes: Vec<u8> = (0..300).map(|i| (i * 7 % 251) as u8).collect();
        let mut hasher = ContentHasher::default();
        bytes.chunks(77).for_each(|part| hasher.update(part));
        assert_eq!(hasher.finish(), ContentId::of(&bytes));
        assert_eq!(ContentHasher::default().finish(), ContentId::of(&[]));
    }
}
