//! A tensor's leaves, made when they are read.

use std::cell::OnceCell;

use tessera_referee::dispute::{LEAF, Leaves, Slot};
use tessera_referee::layout::{LEAF_BYTES, padded_row};

use super::{NeededLeaf, Opened};
use crate::Tensor;
use crate::tensor::Data;

impl Tensor {
    /// The padded bytes of a Merkle leaf, if there is such a leaf.
    pub fn leaf(&self, index: u64) -> Option<[u8; LEAF]> {
        if index >= self.tensor_type().leaves() {
            return None;
        }
        let row = self.shape().row() as usize;
        Some(match self.data() {
            Data::F32(data) => bytes(data, row, padded(self), index, |x| x.to_bits().to_le_bytes()),
            Data::I32(data) => bytes(data, row, padded(self), index, |x| x.to_le_bytes()),
            Data::I8(data) => bytes(data, row, padded(self), index, |x| x.to_le_bytes()),
        })
    }
}

/// Bytes of a padded row.
fn padded(tensor: &Tensor) -> u64 {
    padded_row(tensor.dtype(), tensor.shape().row()) * tensor.dtype().size()
}

fn bytes<T: Copy, const N: usize>(
    data: &[T],
    row: usize,
    padded: u64,
    index: u64,
    encode: impl Fn(T) -> [u8; N],
) -> [u8; LEAF] {
    let mut leaf = [0; LEAF];
    let mut put = |at: usize, from: &[T]| {
        let slots = leaf[at..].as_chunks_mut::<N>().0;
        slots.iter_mut().zip(from).for_each(|(slot, x)| *slot = encode(*x));
    };
    if padded <= LEAF_BYTES {
        // A leaf holds whole padded rows.
        let rows = (LEAF_BYTES / padded) as usize;
        let of_leaf = data.chunks(row).skip(index as usize * rows).take(rows);
        of_leaf.enumerate().for_each(|(i, row)| put(i * padded as usize, row));
    } else {
        // A padded row fills whole leaves.
        let leaves = padded / LEAF_BYTES;
        let (of, part) = ((index / leaves) as usize, (index % leaves) as usize);
        let start = of * row + part * (LEAF / N);
        put(0, &data[start..(start + LEAF / N).min((of + 1) * row)]);
    }
    leaf
}

/// The leaves that a check reads, kept as it reads them: no check reads more than four.
pub(super) struct Lazy<'a> {
    opened: &'a Opened<'a>,
    kept: [OnceCell<NeededLeaf>; 4],
}

impl<'a> Lazy<'a> {
    pub(super) fn new(opened: &'a Opened<'a>) -> Self {
        Self { opened, kept: Default::default() }
    }

    /// What was read.
    pub(super) fn read(self) -> Vec<NeededLeaf> {
        self.kept.into_iter().filter_map(OnceCell::into_inner).collect()
    }

    fn make(&self, slot: Slot, index: u64) -> Option<NeededLeaf> {
        let tensor = match slot {
            Slot::Output => self.opened.output,
            Slot::Operand(operand) => self.opened.operands.get(usize::from(operand))?,
        };
        Some(NeededLeaf { slot, index, bytes: tensor.leaf(index)? })
    }
}

impl Leaves for Lazy<'_> {
    fn leaf(&self, slot: Slot, index: u64) -> Option<&[u8; LEAF]> {
        for cell in &self.kept {
            if let Some(leaf) = cell.get() {
                if (leaf.slot, leaf.index) == (slot, index) {
                    return Some(&leaf.bytes);
                }
                continue;
            }
            let made = self.make(slot, index)?;
            return Some(&cell.get_or_init(|| made).bytes);
        }
        None
    }
}
