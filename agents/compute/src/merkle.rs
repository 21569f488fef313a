//! Building trees over the referee's hashing.

use sha2::{Digest as _, Sha256 as Engine};
use tessera_referee::merkle::{self, Digest, Proof, RootKind, Sha256, TensorHeader, proof_length};
use tessera_referee::{DType, layout};

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

    fn over(leaves: Vec<Digest>) -> Self {
        let hash = tree_hash(&leaves);
        Self { leaves, hash }
    }

    /// The tree over a tensor's padded leaves.
    pub fn of_tensor(tensor: &Tensor) -> Self {
        let mut leaves = Vec::new();
        for_each_leaf(tensor, |bytes| {
            leaves.push(merkle::leaf::<Native>(leaves.len() as u64, bytes));
        });
        Self::over(leaves)
    }

    /// Number of leaves.
    pub fn count(&self) -> u64 {
        self.leaves.len() as u64
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

fn tree_hash(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => merkle::empty::<Native>(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            merkle::node::<Native>(&tree_hash(left), &tree_hash(right))
        }
    }
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

fn header(tensor: &Tensor) -> Vec<u8> {
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
