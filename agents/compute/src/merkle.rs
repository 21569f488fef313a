//! Building trees over the referee's hashing.

use sha2::{Digest as _, Sha256 as Engine};
use tessera_referee::merkle::{self, Digest, Proof, RootKind, Sha256, TensorHeader, proof_length};
use tessera_referee::{DType, layout};

use crate::sha256::Two;
use crate::tensor::Data;
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

    /// The tree over a tensor's padded leaves.
    pub fn of_tensor(tensor: &Tensor) -> Self {
        let mut hasher = Leaves::new(leaf_count(tensor.dtype(), &tensor.shape()) as usize);
        for_each_leaf(tensor, |bytes| hasher.take(bytes));
        Self::over(hasher.finish())
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

/// Hashes a tensor's leaves, two at a time.
struct Leaves {
    digests: Vec<Digest>,
    /// `0x00 || index || bytes`.
    two: Two<9>,
    waiting: usize,
}

impl Leaves {
    fn new(count: usize) -> Self {
        Self { digests: Vec::with_capacity(count), two: Two::new(1 + 8 + layout::LEAF_BYTES as usize), waiting: 0 }
    }

    fn take(&mut self, bytes: &[u8]) {
        let message = self.two.message(self.waiting);
        message[1..9].copy_from_slice(&((self.digests.len() + self.waiting) as u64).to_le_bytes());
        message[9..].copy_from_slice(bytes);
        self.waiting += 1;
        if self.waiting == 2 {
            self.digests.extend(self.two.digests());
            self.waiting = 0;
        }
    }

    fn finish(mut self) -> Vec<Digest> {
        self.digests.extend((0..self.waiting).map(|which| self.two.digest(which)));
        self.digests
    }
}

/// Level by level: where a level is odd its last hash moves up as it is, which is the tree that splits at powers of two.
fn tree_hash(leaves: &[Digest]) -> Digest {
    // `0x01 || left || right`.
    let mut two = Two::<2>::new(65);
    let mut level = leaves.to_vec();
    while level.len() > 1 {
        let mut above = Vec::with_capacity(level.len().div_ceil(2));
        let (pairs, last) = level.as_chunks::<2>();
        for pairs in pairs.chunks(2) {
            for (which, pair) in pairs.iter().enumerate() {
                let message = two.message(which);
                message[0] = 0x01;
                message[1..].copy_from_slice(pair.as_flattened());
            }
            above.extend(two.digests().into_iter().take(pairs.len()));
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
    /// The tensor's Merkle root: type, shape and every bit of its elements.
    pub fn root(&self) -> Root {
        let tree = Tree::of_tensor(self);
        let header = header(self);
        Root(merkle::root::<Native>(RootKind::Tensor, tree.count(), &header, &tree.hash()))
    }
}

/// A tensor's encoded header.
pub(crate) fn header(tensor: &Tensor) -> Vec<u8> {
    // A shape is within the limits that the header checks.
    TensorHeader::new(tensor.dtype(), tensor.shape().dims()).map(|header| header.bytes().to_vec()).unwrap_or_default()
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

/// Calls `take` with each padded leaf in order.
pub(crate) fn for_each_leaf(tensor: &Tensor, take: impl FnMut(&[u8])) {
    match tensor.data() {
        Data::F32(data) => pad(tensor, data, |x| x.to_bits().to_le_bytes(), take),
        Data::I32(data) => pad(tensor, data, |x| x.to_le_bytes(), take),
        Data::I8(data) => pad(tensor, data, |x| x.to_le_bytes(), take),
    }
}

fn pad<T: Copy, const N: usize>(
    tensor: &Tensor,
    data: &[T],
    bytes: impl Fn(T) -> [u8; N],
    mut take: impl FnMut(&[u8]),
) {
    let shape = tensor.shape();
    let row = shape.row() as usize;
    if data.is_empty() {
        return;
    }
    let padded = layout::padded_row(tensor.dtype(), row as u64) as usize * N;
    let mut leaf = [0u8; layout::LEAF_BYTES as usize];
    let mut filled = 0;
    for row in data.chunks_exact(row) {
        // A padded row either divides a leaf or is a multiple of it, so a row never starts inside a leaf it leaves.
        let stretches = row.chunks(leaf.len() / N);
        for stretch in stretches {
            for (slot, &x) in leaf[filled..].chunks_exact_mut(N).zip(stretch) {
                slot.copy_from_slice(&bytes(x));
            }
            filled += padded.min(leaf.len());
            if filled == leaf.len() {
                take(&leaf);
                leaf = [0; layout::LEAF_BYTES as usize];
                filled = 0;
            }
        }
    }
    if filled > 0 {
        take(&leaf);
    }
}

/// Leaves of a tensor of this type, without its data.
pub fn leaf_count(dtype: DType, shape: &crate::Shape) -> u64 {
    layout::leaf_count(dtype, shape.rows(), shape.row())
}
