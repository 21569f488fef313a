//! Roots: a tree hash bound to what the tree is.

use super::{Digest, Sha256};
use crate::bytes::Reader;
use crate::limits::MAX_RANK;
use crate::{DType, TensorType};

/// What a tree is over. The discriminant is the kind byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum RootKind {
    /// Leaves of a tensor.
    Tensor = 1,
    /// Encoded operations of a graph.
    Graph = 2,
    /// Tensor roots of all operations' outputs, in order.
    Trace = 3,
    /// Tensor roots of a task's inputs, in order.
    Inputs = 4,
    /// Tensor roots of a graph's outputs, in order.
    Output = 5,
}

/// The root of a tree.
pub fn root<H: Sha256>(kind: RootKind, leaves: u64, header: &[u8], tree: &Digest) -> Digest {
    H::hash(&[&[0x02, kind as u8], &leaves.to_le_bytes(), header, tree])
}

/// A tensor's header: its encoded type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TensorHeader {
    bytes: [u8; 2 + 8 * MAX_RANK],
    length: usize,
    leaves: u64,
}

impl TensorHeader {
    /// The header of a tensor; `None` if it has more than 4 axes or 2^40 elements (zero dimensions count as one).
    pub fn new(dtype: DType, dims: &[u64]) -> Option<Self> {
        TensorType::new(dtype, dims).ok().map(|ty| Self::of(&ty))
    }

    /// The header of a tensor of this type.
    pub fn of(ty: &TensorType) -> Self {
        let dims = ty.shape.dims();
        let mut bytes = [0; 2 + 8 * MAX_RANK];
        let (codes, words) = bytes.split_at_mut(2);
        codes.copy_from_slice(&[ty.dtype.code(), ty.shape.rank() as u8]);
        for (slot, dim) in words.as_chunks_mut::<8>().0.iter_mut().zip(dims) {
            *slot = dim.to_le_bytes();
        }
        let length = dims.len().wrapping_mul(8).wrapping_add(2);
        Self { bytes, length, leaves: ty.leaves() }
    }

    /// The header with this encoding; `None` if no tensor within the limits has it.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let ty = TensorType::read(&mut reader).ok()?;
        (reader.remaining() == 0).then(|| Self::of(&ty))
    }

    /// The encoded header.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or(&self.bytes)
    }

    /// Number of leaves of such a tensor.
    pub const fn leaves(&self) -> u64 {
        self.leaves
    }
}

/// The root of a tensor.
pub fn tensor_root<H: Sha256>(header: &TensorHeader, tree: &Digest) -> Digest {
    root::<H>(RootKind::Tensor, header.leaves, header.bytes(), tree)
}
