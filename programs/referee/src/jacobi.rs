//! One round of cyclic Jacobi rotations.

/// Rounds of a sweep over a matrix of side `p`: every pair meets in exactly one of them. At least 1.
pub const fn rounds(p: u32) -> u32 {
    let players = p + p % 2;
    if players < 2 { 1 } else { players - 1 }
}
