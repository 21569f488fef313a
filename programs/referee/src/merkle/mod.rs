//! RFC 6962 trees over SHA-256, with the leaf's index in its hash.
//!
//! - leaf: `SHA-256(0x00 || index || bytes)`
//! - node: `SHA-256(0x01 || left || right)`; a tree of n > 1 leaves splits at the greatest power of two below n
//! - no leaves: `SHA-256()`
//! - root: `SHA-256(0x02 || kind || leaf count || header || tree hash)`
//!
//! Integers are little-endian u64, the kind one byte. The hash function is a parameter, so that an on-chain program can
//! use its system call.

mod frontier;
mod proof;
mod root;

pub use frontier::{FRONTIER_LEVELS, Node, frontier, frontier_hash};
pub use proof::{Proof, proof_length, verify};
pub use root::{RootKind, TensorHeader, root, tensor_root};

/// A SHA-256 digest.
pub type Digest = [u8; 32];

/// SHA-256 of the concatenation of parts.
pub trait Sha256 {
    /// The digest of all parts, one after the other.
    fn hash(parts: &[&[u8]]) -> Digest;
}

/// Hash of a leaf. A tensor's leaf is 512 bytes long; leaves of other trees have any length.
pub fn leaf<H: Sha256>(index: u64, bytes: &[u8]) -> Digest {
    H::hash(&[&[0x00], &index.to_le_bytes(), bytes])
}

/// Hash of an inner node.
pub fn node<H: Sha256>(left: &Digest, right: &Digest) -> Digest {
    H::hash(&[&[0x01], left, right])
}

/// Hash of a tree without leaves.
pub fn empty<H: Sha256>() -> Digest {
    H::hash(&[])
}
