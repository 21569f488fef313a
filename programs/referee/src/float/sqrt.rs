//! Square root.

use super::pack::{round_pack, unpack};
use super::{INFINITY, NAN, SIGN, is_nan};

/// The square root, correctly rounded: -0 stays -0, numbers below zero give NaN.
pub const fn sqrt(x: u32) -> u32 {
    if is_nan(x) {
        return NAN;
    }
    if x & !SIGN == 0 || x == INFINITY {
        return x;
    }
    if x & SIGN != 0 {
        return NAN;
    }
    let (m, e) = unpack(x);
    // An even exponent, and a radicand in 2^59..2^61, so that the root has 30 or 31 bits.
    let shift = 36u32.wrapping_add((e & 1) as u32);
    let radicand = m.wrapping_shl(shift);
    let root = integer_root(radicand);
    let sticky = (root.wrapping_mul(root) != radicand) as u64;
    round_pack(0, root << 1 | sticky, (e.wrapping_sub(shift as i32) / 2).wrapping_sub(1))
}

/// The greatest integer whose square is at most `x`, digit by digit; x below 2^62.
const fn integer_root(x: u64) -> u64 {
    let mut rest = x;
    let mut root = 0u64;
    let mut bit = 1u64 << 60;
    while bit != 0 {
        let next = root.wrapping_add(bit);
        if rest >= next {
            rest = rest.wrapping_sub(next);
            root = (root >> 1).wrapping_add(bit);
        } else {
            root >>= 1;
        }
        bit >>= 2;
    }
    root
}
