//! Building trees over the referee's hashing.

mod leaves;

use sha2::{Digest as _, Sha256 as Engine};
use tessera_referee::merkle::{self, Digest, Node, Proof, RootKind, Sha256, proof_length};
use tessera_referee::{DType, layout};

use crate::sha256::{Batch, MESSAGES};
use crate::{Root, Tensor};

/// SHA-256 of this machine.
#[derive(Clone, Copy, Debug)]
pub struct Native;

impl Sha256 for Native {
    fn hash(parts: &[&[u8]]) -> Digest {
        let mut engine = Engine::new();
        parts.iter().for_each(|part| engine.update(part));
        engine.finalize().into()
    }
}

/// A tree whose leaf hashes are kept, so that it can prove any of them.
#[derive(Clone, Debug)]
pub struct Tree {
    leaves: Vec<Digest>,
    hash: Digest,
}

impl Tree {
    /// The tree over these leaves' bytes.
    pub fn new<'a>(leaves: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let leaves = (0..).zip(leaves).map(|(i, bytes)| merkle::leaf::<Native>(i, bytes)).collect();
        Self::over(leaves)
    }

    /// The tree over these leaf hashes.
    pub(crate) fn over(leaves: Vec<Digest>) -> Self {
        let hash = tree_hash(&leaves);
        Self { leaves, hash }
    }

    /// The tree over a tensor's padded leaves, by this thread alone.
    pub fn of_tensor(tensor: &Tensor) -> Self {
        Self::over(leaves::digests(tensor, 1))
    }

    /// Number of leaves.
    pub fn count(&self) -> u64 {
        self.leaves.len() as u64
    }

    /// The leaf hashes.
    pub(crate) fn leaves(&self) -> &[Digest] {
        &self.leaves
    }

    /// The tree hash.
    pub fn hash(&self) -> Digest {
        self.hash
    }

    /// The siblings from this leaf to the top, lowest first; `None` if there is no such leaf.
    pub fn prove(&self, index: u64) -> Option<Vec<Digest>> {
        let mut proof = Vec::with_capacity(proof_length(index, self.count())?);
        let (mut at, mut leaves) = (index as usize, &self.leaves[..]);
        while leaves.len() > 1 {
            let (left, right) = leaves.split_at(split(leaves.len()));
            if at < left.len() {
                proof.push(tree_hash(right));
                leaves = left;
            } else {
                proof.push(tree_hash(left));
                at -= left.len();
                leaves = right;
            }
        }
        proof.reverse();
        Some(proof)
    }

    /// Hashes of the nodes so many levels below a node, in order, see [`merkle::frontier`]; `None` if the tree lacks some of their
    /// leaves.
    pub fn frontier(&self, of: Node, levels: u32) -> Option<Vec<Digest>> {
        let hash = |node: Node| {
            let end = node.first.checked_add(node.count)?;
            let range = usize::try_from(node.first).ok()?..usize::try_from(end).ok()?;
            self.leaves.get(range).map(tree_hash)
        };
        merkle::frontier(of, levels).map(hash).collect()
    }

    /// Whether a proof leads from a leaf's bytes to this tree.
    pub fn contains(&self, index: u64, bytes: &[u8], proof: &[Digest]) -> bool {
        let leaf = merkle::leaf::<Native>(index, bytes);
        merkle::verify::<Native>(leaf, index, self.count(), Proof(proof)) == Some(self.hash())
    }
}

/// The greatest power of two below `n`, for n of at least 2.
fn split(n: usize) -> usize {
    n.next_power_of_two() / 2
}

/// Leaves of a subtree that one thread hashes; a power of two.
const SUBTREE: usize = 1 << 12;

/// The tree's hash: with several threads, of subtrees of equal size first.
fn shared_tree_hash(leaves: &[Digest], threads: usize) -> Digest {
    let threads = threads.min(leaves.len() / SUBTREE);
    if threads < 2 {
        return tree_hash(leaves);
    }
    let part = leaves.len().div_ceil(SUBTREE).div_ceil(threads) * SUBTREE;
    let hashes = |leaves: &[Digest]| leaves.chunks(SUBTREE).map(tree_hash).collect::<Vec<_>>();
    tree_hash(&in_parts(leaves.chunks(part), hashes).concat())
}

/// Does the work for each part on a thread of its own, in order.
fn in_parts<P: Send, T: Send>(parts: impl Iterator<Item = P>, work: impl Fn(P) -> T + Sync) -> Vec<T> {
    std::thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = parts.map(|part| scope.spawn(move || work(part))).collect();
        let join = |thread: std::thread::ScopedJoinHandle<'_, T>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        threads.into_iter().map(join).collect()
    })
}

/// Level by level: where a level is odd its last hash moves up as it is, which is the tree that splits at powers of two.
fn tree_hash(leaves: &[Digest]) -> Digest {
    // `0x01 || left || right`.
    let mut batch = Batch::<2>::new(65);
    let mut level = leaves.to_vec();
    while level.len() > 1 {
        let mut above = Vec::with_capacity(level.len().div_ceil(2));
        let (pairs, last) = level.as_chunks::<2>();
        for pairs in pairs.chunks(MESSAGES) {
            for (which, pair) in pairs.iter().enumerate() {
                let message = batch.message(which);
                message[0] = 0x01;
                message[1..].copy_from_slice(pair.as_flattened());
            }
            batch.digests(pairs.len(), &mut above);
        }
        above.extend(last);
        level = above;
    }
    level.first().copied().unwrap_or_else(merkle::empty::<Native>)
}

/// The root of a tree of this kind.
pub(crate) fn root_of(kind: RootKind, header: &[u8], tree: &Tree) -> Root {
    Root(merkle::root::<Native>(kind, tree.count(), header, &tree.hash()))
}

impl Tensor {
    /// The tensor's Merkle root: type, shape and every bit of its elements. A large one is hashed by all of the machine's threads.
    pub fn root(&self) -> Root {
        // To ask for their number takes longer than hashing a small tensor.
        let large = leaf_count(self.dtype(), &self.shape()) >= SUBTREE as u64;
        let threads = if large { std::thread::available_parallelism().map_or(1, usize::from) } else { 1 };
        let leaves = leaves::digests(self, threads);
        let hash = shared_tree_hash(&leaves, threads);
        Root(merkle::root::<Native>(RootKind::Tensor, leaves.len() as u64, &header(self), &hash))
    }
}

/// A tensor's encoded header.
pub(crate) fn header(tensor: &Tensor) -> Vec<u8> {
    tensor.tensor_type().header().bytes().to_vec()
}

/// The root over tensor roots, in order.
pub fn tensors_root(kind: RootKind, roots: &[Root]) -> Root {
    root_of(kind, &[], &Tree::new(roots.iter().map(|root| &root.0[..])))
}

/// The root of a task's inputs.
pub fn inputs_root(inputs: &[Tensor]) -> Root {
    tensors_root(RootKind::Inputs, &inputs.iter().map(Tensor::root).collect::<Vec<_>>())
}

/// The root of a run's outputs.
pub fn output_root(outputs: &[Tensor]) -> Root {
    tensors_root(RootKind::Output, &outputs.iter().map(Tensor::root).collect::<Vec<_>>())
}

/// The root of a trace: the outputs of all operations, in order.
pub fn trace_root(tensors: &[Root]) -> Root {
    tensors_root(RootKind::Trace, tensors)
}

/// Leaves of a tensor of this type, without its data.
pub fn leaf_count(dtype: DType, shape: &crate::Shape) -> u64 {
    layout::leaf_count(dtype, shape.rows(), shape.row())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_threads_gives_the_same_tree() {
        for dims in [[9_001, 130], [70_000, 3], [3, 700_001], [8_193, 128]] {
            let data = (0..dims[0] * dims[1]).map(|i| i as f32 * 0.7).collect();
            let tensor = Tensor::f32(&dims, data).unwrap();
            let tree = Tree::of_tensor(&tensor);
            for threads in [2, 3, 7] {
                let leaves = leaves::digests(&tensor, threads);
                assert_eq!(leaves, tree.leaves, "{dims:?}, {threads} threads");
                assert_eq!(shared_tree_hash(&leaves, threads), tree.hash(), "{dims:?}, {threads} threads");
            }
            let bytes = Tensor::i8(&[dims[0] * dims[1]], vec![3; (dims[0] * dims[1]) as usize]).unwrap();
            assert_eq!(leaves::digests(&bytes, 5), leaves::digests(&bytes, 1));
        }
    }
}
