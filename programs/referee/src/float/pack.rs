//! From bits to integers and back.
//!
//! Nothing here can overflow; arithmetic is written as wrapping so that no build checks for it, neither on chain, where each
//! check is paid for, nor in kernels, which could not be vectorised.

use super::{INFINITY, SIGN};

/// Exponent of the last place of the least numbers.
const MIN_EXPONENT: i32 = -149;

/// Significand and exponent of a finite number other than zero.
#[inline(always)]
pub(super) const fn unpack(x: u32) -> (u64, i32) {
    let fraction = x & 0x007f_ffff;
    let exponent = ((x >> 23) & 0xff) as i32;
    if exponent == 0 {
        let shift = fraction.leading_zeros().wrapping_sub(8);
        (fraction.wrapping_shl(shift) as u64, MIN_EXPONENT.wrapping_sub(shift as i32))
    } else {
        ((fraction | 0x0080_0000) as u64, exponent - 150)
    }
}

/// The index of the highest bit of what is not zero and below 2^63. Sums and products without much cancellation have it at
/// 60 to 62: on chain two comparisons cost far less than counting zeros, which takes no instruction there but dozens.
#[inline(always)]
const fn top_bit(m: u64) -> i32 {
    if m >> 60 == 0 {
        63i32.wrapping_sub(m.leading_zeros() as i32)
    } else {
        60i32.wrapping_add((m >> 61 != 0) as i32).wrapping_add((m >> 62 != 0) as i32)
    }
}

/// `m << by` in `2^61..2^62` and `by`; m less than that and not zero. In loops, since few turns are usual, and counting zeros
/// takes the chain's machine dozens of instructions.
#[inline(always)]
pub(super) const fn raised(m: u64) -> (u64, i64) {
    let (mut m, mut by) = (m, 0i64);
    while m >> 46 == 0 {
        (m, by) = (m << 16, by.wrapping_add(16));
    }
    while m >> 58 == 0 {
        (m, by) = (m << 4, by.wrapping_add(4));
    }
    while m >> 61 == 0 {
        (m, by) = (m << 1, by.wrapping_add(1));
    }
    (m, by)
}

/// The number nearest to `m * 2^e`, ties to even. m is not zero and below 2^63; its lowest bit may stand for
/// everything below it (a sticky bit) if m is at least 2^26.
#[inline(always)]
pub(crate) const fn round_pack(sign: u32, m: u64, e: i32) -> u32 {
    let top = top_bit(m);
    let mut last = top.wrapping_add(e).wrapping_sub(23);
    if last < MIN_EXPONENT {
        last = MIN_EXPONENT;
    }
    let shift = last.wrapping_sub(e);
    let rounded = if shift <= 0 {
        m.wrapping_shl(shift.wrapping_neg() as u32)
    } else if shift < 64 {
        // Less than a half is added to an even number and a half to an odd one, so that a tie carries into an odd one only.
        let half = 1u64.wrapping_shl(shift.wrapping_sub(1) as u32);
        let odd = m.wrapping_shr(shift as u32) & 1;
        m.wrapping_add(half).wrapping_sub(1).wrapping_add(odd).wrapping_shr(shift as u32)
    } else {
        0
    };
    // A carry out of the significand moves into the exponent by itself, and a subnormal has exponent field 0.
    let field = last.wrapping_sub(MIN_EXPONENT);
    if field >= 255 {
        return sign | INFINITY;
    }
    let bits = ((field as u32) << 23).wrapping_add(rounded as u32);
    if bits >= INFINITY { sign | INFINITY } else { sign & SIGN | bits }
}
