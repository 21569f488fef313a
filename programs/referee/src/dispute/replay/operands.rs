//! Reading operands from the leaves that were given.

use core::ops::Range;

use crate::TensorType;
use crate::descriptor::Descriptor;
use crate::dispute::{ClaimError, LEAF, Leaves, Slot, leaf_of, plan, value_in_leaf};
use crate::layout::locate;
use crate::step::RowBytes;

/// The tensors of an operation, as far as their leaves were given.
pub(super) struct Operands<'a, L> {
    pub(super) d: &'a Descriptor,
    pub(super) leaves: &'a L,
}

impl<'a, L: Leaves> Operands<'a, L> {
    /// The type of a tensor.
    pub(super) fn ty(&self, slot: Slot) -> Result<&'a TensorType, ClaimError> {
        match slot {
            Slot::Output => Ok(&self.d.output),
            Slot::Operand(index) => plan::operand(self.d, index),
        }
    }

    fn leaf(&self, slot: Slot, index: u64) -> Result<&'a [u8; LEAF], ClaimError> {
        self.leaves.leaf(slot, index).ok_or(ClaimError::LeafMissing(slot, index))
    }

    /// The element at a row-major index as a word.
    pub(super) fn element(&self, slot: Slot, element: u64) -> Result<u32, ClaimError> {
        let ty = self.ty(slot)?;
        let index = leaf_of(ty, element).ok_or(ClaimError::Operation)?;
        value_in_leaf(ty, element, self.leaf(slot, index)?).ok_or(ClaimError::Operation)
    }

    /// Elements of a row that lie in one leaf, as bytes.
    pub(super) fn bytes(&self, slot: Slot, row: u64, columns: &Range<u64>) -> Result<&'a [u8], ClaimError> {
        let ty = self.ty(slot)?;
        let (index, byte) = locate(ty.dtype, ty.shape.row(), row, columns.start);
        let count = columns.end.saturating_sub(columns.start).wrapping_mul(ty.dtype.size());
        let end = byte.saturating_add(count);
        self.leaf(slot, index)?.get(byte as usize..end as usize).ok_or(ClaimError::Operation)
    }

    /// Elements of a row of f32 or i32 that lie in one leaf.
    pub(super) fn words(&self, slot: Slot, row: u64, columns: &Range<u64>) -> Result<RowBytes<'a>, ClaimError> {
        Ok(self.bytes(slot, row, columns)?.as_chunks::<4>().0)
    }
}
