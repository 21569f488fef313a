//! Proofs that a leaf is in a tree.

use super::{Digest, Sha256, node};

/// The sibling hashes on the way from a leaf to the top, lowest first.
#[derive(Clone, Copy, Debug)]
pub struct Proof<'a>(pub &'a [Digest]);

/// Number of hashes in the proof for this leaf; `None` if there is no such leaf.
pub const fn proof_length(index: u64, count: u64) -> Option<usize> {
    if index >= count {
        return None;
    }
    let (mut index, mut last, mut length) = (index, count - 1, 0usize);
    while last > 0 {
        // The last node of a level without a sibling moves up as it is.
        if index % 2 == 1 || index < last {
            length = length.wrapping_add(1);
        }
        index /= 2;
        last /= 2;
    }
    Some(length)
}

/// The tree hash that this proof gives for a leaf hash, if the index is in range and the proof has exactly the length
/// that index and count ask for. The caller compares it, through its root, with one that was committed to.
pub fn verify<H: Sha256>(leaf: Digest, index: u64, count: u64, proof: Proof<'_>) -> Option<Digest> {
    if proof_length(index, count)? != proof.0.len() {
        return None;
    }
    let mut siblings = proof.0.iter();
    let (mut index, mut last, mut hash) = (index, count.checked_sub(1)?, leaf);
    while last > 0 {
        if index % 2 == 1 {
            hash = node::<H>(siblings.next()?, &hash);
        } else if index < last {
            hash = node::<H>(&hash, siblings.next()?);
        }
        index /= 2;
        last /= 2;
    }
    Some(hash)
}
