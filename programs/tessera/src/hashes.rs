//! The hashes that parties commit to, for the program and for everybody who talks to it.

use anchor_lang::prelude::Pubkey;
use solana_sha256_hasher::hashv;
use tessera_referee::merkle::{Digest, Sha256};
use tessera_referee::proof;

/// Domain tag of a sealed root.
pub const SEAL_TAG: &[u8] = b"tessera/seal";
/// Domain tag of a step in a verifier's ticket chain.
pub const CHAIN_TAG: &[u8] = b"tessera/ticket-chain";
/// Domain tag of an audit ticket.
pub const TICKET_TAG: &[u8] = b"tessera/ticket";
/// Seconds that one element of a ticket chain serves.
pub const CHAIN_SECONDS: i64 = 3_600;
/// Most steps that are walked along a ticket chain at once: 30 days.
pub const MAX_CHAIN_STEPS: u64 = 720;

/// SHA-256 by the cluster's system call, or in software off chain.
#[derive(Clone, Copy, Debug)]
pub struct Hasher;

impl Sha256 for Hasher {
    fn hash(parts: &[&[u8]]) -> Digest {
        hashv(parts).to_bytes()
    }
}

/// `SHA-256("tessera/seal" || task || provider || output root || salt)`: what a provider of a redundant task commits to
/// before it shows its root. It names the provider, so a copied seal cannot be opened by the copier.
pub fn seal_hash(task: &Pubkey, provider: &Pubkey, output_root: &[u8; 32], salt: &[u8; 32]) -> [u8; 32] {
    Hasher::hash(&[SEAL_TAG, task.as_ref(), provider.as_ref(), output_root, salt])
}

/// `SHA-256("tessera/ticket" || run || element || slot hash)`: a verifier's ticket for a run.
pub fn ticket_hash(run: &Pubkey, element: &[u8; 32], draw: &[u8; 32]) -> [u8; 32] {
    Hasher::hash(&[TICKET_TAG, run.as_ref(), element, draw])
}

/// The element of the hour before: `SHA-256("tessera/ticket-chain" || element)`.
pub fn chain_step(element: &[u8; 32]) -> [u8; 32] {
    Hasher::hash(&[CHAIN_TAG, element])
}

/// The element `hours` before this one.
pub fn chain_walk(element: &[u8; 32], hours: u64) -> [u8; 32] {
    (0..hours).fold(*element, |element, _| chain_step(&element))
}

/// Whether `element` is a chain's element at hour `at`, where `head` is that of `hour`: the later of the two leads to the
/// earlier in [`MAX_CHAIN_STEPS`] at most.
pub fn chain_holds(head: &[u8; 32], hour: i64, element: &[u8; 32], at: i64) -> bool {
    let steps = at.abs_diff(hour);
    let (later, earlier) = if at > hour { (element, head) } else { (head, element) };
    steps <= MAX_CHAIN_STEPS && chain_walk(later, steps) == *earlier
}

/// The hour of a moment, whose chain element draws for what was submitted in it. (The target has no signed division.)
pub fn chain_hour(unix: i64) -> i64 {
    let hours = u64::try_from(unix).unwrap_or(0).checked_div(CHAIN_SECONDS.unsigned_abs()).unwrap_or(0);
    i64::try_from(hours).unwrap_or(i64::MAX)
}

/// `SHA-256(0x03 || verifier || leaf hash)`: a leaf in the verifier's keyed tree. `verifier` is its Provider account.
pub fn keyed_leaf(verifier: &Pubkey, leaf: &[u8; 32]) -> [u8; 32] {
    proof::keyed_leaf::<Hasher>(&verifier.to_bytes(), leaf)
}

/// `SHA-256(leaf hash || header)`: what both openings of an audit must agree on. The header fixes the number of leaves.
pub fn shown_leaf(leaf: &[u8; 32], header: &[u8]) -> [u8; 32] {
    Hasher::hash(&[leaf, header])
}
