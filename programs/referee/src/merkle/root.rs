//! Roots: a tree hash bound to what the tree is.

use super::{Digest, Sha256};
use crate::limits::MAX_RANK;
use crate::{DType, layout};

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

/// A tensor's header: type code, rank, dimensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TensorHeader {
    bytes: [u8; 2 + 8 * MAX_RANK],
    length: usize,
    leaves: u64,
}

impl TensorHeader {
    /// The header of a tensor; `None` if it has more than 4 axes or 2^40 elements (zero dimensions count as one).
    pub fn new(dtype: DType, dims: &[u64]) -> Option<Self> {
        if dims.len() > MAX_RANK {
            return None;
        }
        let mut bytes = [0; 2 + 8 * MAX_RANK];
        bytes[0] = dtype.code();
        bytes[1] = dims.len() as u8;
        let mut elements = 1u64;
        for (slot, dim) in bytes[2..].chunks_exact_mut(8).zip(dims) {
            slot.copy_from_slice(&dim.to_le_bytes());
            elements = elements.checked_mul((*dim).max(1))?;
            if elements > crate::limits::MAX_ELEMENTS {
                return None;
            }
        }
        let (row, rows) = match dims.split_last() {
            Some((row, outer)) => (*row, outer.iter().product()),
            None => (1, 1),
        };
        let leaves = layout::leaf_count(dtype, rows, row);
        Some(Self { bytes, length: 2 + 8 * dims.len(), leaves })
    }

    /// The header with this encoding; `None` if no tensor within the limits has it.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (&[dtype, rank], dims) = bytes.split_first_chunk::<2>()?;
        let (words, rest) = dims.as_chunks::<8>();
        if words.len() != usize::from(rank) || !rest.is_empty() || words.len() > MAX_RANK {
            return None;
        }
        let mut dims = [0; MAX_RANK];
        for (dim, word) in dims.iter_mut().zip(words) {
            *dim = u64::from_le_bytes(*word);
        }
        Self::new(DType::from_code(dtype)?, dims.get(..words.len())?)
    }

    /// The encoded header.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
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
