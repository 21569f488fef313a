//! How a tensor's elements lie in its Merkle leaves.
//!
//! For hashing only, each innermost row is padded with zero bytes: up to one leaf to the next power of two
//! elements, beyond to whole leaves. So a segment (128 terms, 512 for i8) never crosses a leaf. The last leaf
//! is filled up with zero bytes. A tensor without elements has no leaves.
//!
//! Tensors have at most 2^40 elements, so that nothing here overflows; arithmetic is written as wrapping so that no build
//! checks for it.

use crate::DType;

/// Bytes of a leaf: 128 f32 or i32, 512 i8.
pub const LEAF_BYTES: u64 = 512;

/// Elements of a leaf.
pub const fn leaf_elements(dtype: DType) -> u64 {
    LEAF_BYTES / dtype.size()
}

/// Elements of a row of `row` elements once padded. `row` is at most 2^40.
pub const fn padded_row(dtype: DType, row: u64) -> u64 {
    let leaf = leaf_elements(dtype);
    if row == 0 {
        0
    } else if row <= leaf {
        row.next_power_of_two()
    } else {
        row.div_ceil(leaf).wrapping_mul(leaf)
    }
}

/// Bytes of a tensor of `rows` innermost rows of `row` elements once padded, whole leaves.
/// `rows * row` is at most 2^40.
pub const fn padded_bytes(dtype: DType, rows: u64, row: u64) -> u64 {
    leaf_count(dtype, rows, row).wrapping_mul(LEAF_BYTES)
}

/// Number of leaves of a tensor of `rows` innermost rows of `row` elements.
pub const fn leaf_count(dtype: DType, rows: u64, row: u64) -> u64 {
    rows.wrapping_mul(padded_row(dtype, row)).wrapping_mul(dtype.size()).div_ceil(LEAF_BYTES)
}

/// Where an element lies: its leaf and the byte offset in it.
pub const fn locate(dtype: DType, row_length: u64, row: u64, column: u64) -> (u64, u64) {
    let byte = row.wrapping_mul(padded_row(dtype, row_length)).wrapping_add(column).wrapping_mul(dtype.size());
    (byte / LEAF_BYTES, byte % LEAF_BYTES)
}
