//! Which elements a map reads: row-major indices of operands for one of the output.
//!
//! Dimensions are those of a valid graph: at most four axes, products below 2^40. Others give some index, never a panic; the
//! caller finds no element there.

use crate::limits::MAX_RANK;

/// Coordinates of a row-major index; entries beyond the rank are 0.
pub fn coordinates(dims: &[u64], index: u64) -> [u64; MAX_RANK] {
    let mut at = [0; MAX_RANK];
    let rank = dims.len().min(MAX_RANK);
    let mut rest = index;
    for (slot, dim) in at[..rank].iter_mut().zip(dims).rev() {
        // No element has a coordinate on an empty axis.
        *slot = rest.checked_rem(*dim).unwrap_or(0);
        rest = rest.checked_div(*dim).unwrap_or(0);
    }
    at
}

/// The row-major index of coordinates.
pub fn flat(dims: &[u64], at: &[u64; MAX_RANK]) -> u64 {
    dims.iter().zip(at).fold(0, |index: u64, (dim, at)| index.wrapping_mul(*dim).wrapping_add(*at))
}

/// Where an operand that broadcasts is read: axes are aligned from the last, and axes of length 1 are repeated.
pub fn broadcast(operand: &[u64], output: &[u64], index: u64) -> u64 {
    let from = coordinates(output, index);
    let missing = output.len().saturating_sub(operand.len());
    let mut at = [0; MAX_RANK];
    for ((slot, dim), coordinate) in at.iter_mut().zip(operand).zip(from.iter().skip(missing)) {
        *slot = if *dim == 1 { 0 } else { *coordinate };
    }
    flat(operand, &at)
}

/// Where `permute` reads: output axis i is operand axis `axes[i]`.
pub fn permute(operand: &[u64], output: &[u64], axes: &[u8; MAX_RANK], index: u64) -> u64 {
    let mut at = [0; MAX_RANK];
    for (axis, coordinate) in axes.iter().zip(coordinates(output, index)).take(output.len()) {
        if let Some(slot) = at.get_mut(usize::from(*axis)) {
            *slot = coordinate;
        }
    }
    flat(operand, &at)
}

/// Where `slice` reads: the window of the output's shape that begins at `starts`.
pub fn slice(operand: &[u64], output: &[u64], starts: &[u64; MAX_RANK], index: u64) -> u64 {
    let mut at = coordinates(output, index);
    at.iter_mut().zip(starts).for_each(|(at, start)| *at = at.wrapping_add(*start));
    flat(operand, &at)
}

/// Where `concat` along `axis` reads: which operand, and where in it.
pub fn concat<'a>(
    operands: impl IntoIterator<Item = &'a [u64]>,
    output: &[u64],
    axis: usize,
    index: u64,
) -> Option<(usize, u64)> {
    let mut at = coordinates(output, index);
    for (which, dims) in operands.into_iter().enumerate() {
        let (slot, length) = (at.get_mut(axis)?, *dims.get(axis)?);
        if *slot < length {
            return Some((which, flat(dims, &at)));
        }
        *slot -= length;
    }
    None
}

/// Where `gather` reads its second operand: the index that picks the row.
pub fn gather_index(table: &[u64], index: u64) -> u64 {
    index.checked_div(row_of(table)).unwrap_or(0)
}

/// Where `gather` reads its table, given the index that it picked; `None` out of range, where the element is 0.
pub fn gather_row(table: &[u64], picked: i32, index: u64) -> Option<u64> {
    let picked = u64::try_from(picked).ok().filter(|picked| table.first().is_some_and(|rows| picked < rows))?;
    let row = row_of(table);
    Some(picked.wrapping_mul(row).wrapping_add(index.checked_rem(row)?))
}

/// Elements of a row of a table: of all its axes but the first.
fn row_of(table: &[u64]) -> u64 {
    table.iter().skip(1).fold(1, |row, dim| row.wrapping_mul(*dim))
}
