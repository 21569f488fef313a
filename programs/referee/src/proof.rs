//! One leaf of a run's outputs, proven up to the output root: leaf, tensor root, output root.
//!
//! The same path serves two trees. A run's output tree holds the leaf hashes as they are; a verifier's keyed tree holds
//! `SHA-256(0x03 || key || leaf hash)` in their place, and is otherwise made alike. Whoever has only seen hashes cannot make
//! the second from the first without the verifier's key, and whoever has another's keyed root cannot use it as his own.

use crate::limits::MAX_OUTPUTS;
use crate::merkle::{self, Digest, Proof, RootKind, Sha256, TensorHeader};

/// A leaf's hash in the tree of the holder of `key`.
pub fn keyed_leaf<H: Sha256>(key: &[u8; 32], leaf: &Digest) -> Digest {
    H::hash(&[&[0x03], key, leaf])
}

/// A number below `count` from eight bytes of a random digest: `word` 0 for its first eight, 1 for its second.
/// `None` when there is nothing to pick from or no such word.
pub fn pick(random: &Digest, word: usize, count: u64) -> Option<u64> {
    let bytes = random.as_chunks::<8>().0.get(word)?;
    u64::from_le_bytes(*bytes).checked_rem(count)
}

/// Where a leaf of a run's outputs is, and the hashes beside its way to the output root.
#[derive(Clone, Copy, Debug)]
pub struct OutputLeaf<'a> {
    /// Output tensors of the run.
    pub outputs: u64,
    /// The one that the leaf is in.
    pub output: u64,
    /// That tensor's header.
    pub header: &'a TensorHeader,
    /// The leaf's index in it. A tensor without leaves is proven with index 0, no proof and a hash of zeros.
    pub index: u64,
    /// The leaf's hash, as the tree holds it.
    pub hash: Digest,
    /// From the leaf to the top of the tensor's tree.
    pub leaf_proof: Proof<'a>,
    /// From the tensor's root to the top of the outputs' tree.
    pub output_proof: Proof<'a>,
}

impl OutputLeaf<'_> {
    /// The output root that this leads to; `None` for an index out of range, a proof that is not exactly as long as it
    /// must be, or more outputs than a graph has. The caller compares it with the root that was committed to.
    pub fn root<H: Sha256>(&self) -> Option<Digest> {
        if self.outputs > MAX_OUTPUTS as u64 {
            return None;
        }
        let tree = match self.header.leaves() {
            0 => {
                let nothing = self.index == 0 && self.hash == [0; 32] && self.leaf_proof.0.is_empty();
                nothing.then(merkle::empty::<H>)?
            }
            leaves => merkle::verify::<H>(self.hash, self.index, leaves, self.leaf_proof)?,
        };
        let tensor = merkle::tensor_root::<H>(self.header, &tree);
        let leaf = merkle::leaf::<H>(self.output, &tensor);
        let tree = merkle::verify::<H>(leaf, self.output, self.outputs, self.output_proof)?;
        Some(merkle::root::<H>(RootKind::Output, self.outputs, &[], &tree))
    }
}
