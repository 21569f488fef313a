//! Reading a tensor's leaves.

use core::fmt;

use crate::layout::{LEAF_BYTES, leaf_elements, locate, padded_row};
use crate::limits::MAX_ELEMENTS;
use crate::{DType, TensorType};

/// Bytes of a leaf.
pub const LEAF: usize = LEAF_BYTES as usize;

/// A tensor that a check reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Slot {
    /// The operation's output: cholesky and solve read earlier elements of their own.
    Output,
    /// The operand with this index.
    Operand(u8),
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Output => f.write_str("the output"),
            Self::Operand(index) => write!(f, "operand {index}"),
        }
    }
}

/// The leaves that a check may read, each proven to be in its tensor's tree.
pub trait Leaves {
    /// A leaf's bytes, if it was given.
    fn leaf(&self, slot: Slot, index: u64) -> Option<&[u8; LEAF]>;
}

/// Row and column of the element at a row-major index, if there is such an element.
fn position(ty: &TensorType, element: u64) -> Option<(u64, u64)> {
    let row = ty.shape.row();
    let inside = element < ty.shape.elements();
    if inside { Some((element.checked_div(row)?, element.checked_rem(row)?)) } else { None }
}

/// The leaf that the element at this row-major index lies in, if there is such an element.
pub fn leaf_of(ty: &TensorType, element: u64) -> Option<u64> {
    let (row, column) = position(ty, element)?;
    Some(locate(ty.dtype, ty.shape.row(), row, column).0)
}

/// The element at this row-major index as a word, from the leaf that [`leaf_of`] names: an f32's bits, integers
/// sign-extended.
pub fn value_in_leaf(ty: &TensorType, element: u64, leaf: &[u8; LEAF]) -> Option<u32> {
    let (row, column) = position(ty, element)?;
    let (_, byte) = locate(ty.dtype, ty.shape.row(), row, column);
    let rest = leaf.get(byte as usize..)?;
    match ty.dtype {
        DType::I8 => rest.first().map(|byte| i32::from(*byte as i8) as u32),
        DType::F32 | DType::I32 => rest.first_chunk().map(|word| u32::from_le_bytes(*word)),
    }
}

/// Whether all bytes of a leaf that hold no element are zero. There is no element in a leaf beyond the tensor's last.
pub fn padding_is_zero(ty: &TensorType, leaf_index: u64, leaf: &[u8; LEAF]) -> bool {
    let (row, rows) = (ty.shape.row(), ty.shape.rows());
    let (per_leaf, padded) = (leaf_elements(ty.dtype), padded_row(ty.dtype, row));
    let size = ty.dtype.size();
    // No tensor has more leaves, and no product below then overflows.
    let leaf_index = leaf_index.min(MAX_ELEMENTS);
    if padded == row {
        // Only the last leaf has padding, at its end.
        let before = leaf_index.wrapping_mul(per_leaf);
        let held = rows.wrapping_mul(row).saturating_sub(before).min(per_leaf).wrapping_mul(size);
        return leaf.iter().skip(held as usize).all(|byte| *byte == 0);
    }
    // Padded rows lie whole in a leaf or fill whole leaves, so a leaf is cut into equal stretches of one row each.
    let stretch = padded.min(per_leaf);
    let first = leaf_index.wrapping_mul(per_leaf.checked_div(stretch).unwrap_or(0));
    let per_row = padded.checked_div(stretch).unwrap_or(0);
    let bytes = stretch.wrapping_mul(size).max(1) as usize;
    (first..u64::MAX).zip(leaf.chunks(bytes)).all(|(at, chunk)| {
        let (in_row, part) = (at.checked_div(per_row), at.checked_rem(per_row));
        let (Some(in_row), Some(part)) = (in_row, part) else { return chunk.iter().all(|byte| *byte == 0) };
        let before = part.wrapping_mul(stretch);
        let held = if in_row < rows { row.saturating_sub(before).min(stretch) } else { 0 };
        let held = held.wrapping_mul(size) as usize;
        chunk.iter().skip(held).all(|byte| *byte == 0)
    })
}
