//! Conversions between types, quantisation.

use crate::Arith;
use crate::float::{INFINITY, SIGN, is_nan, round_pack};

/// An i32 as the nearest f32, ties to even.
#[inline(always)]
pub const fn i32_to_f32(x: i32) -> u32 {
    if x == 0 {
        return 0;
    }
    round_pack(x as u32 & SIGN, x.unsigned_abs() as u64, 0)
}

/// An f32 truncated towards zero, saturated to `least..=greatest` (with `least < 0 < greatest`), NaN to 0.
#[inline(always)]
const fn truncate(x: u32, least: i32, greatest: i32) -> i32 {
    if is_nan(x) {
        return 0;
    }
    let exponent = ((x >> 23) & 0xff) as i32;
    let negative = x & SIGN != 0;
    let magnitude = if exponent < 127 {
        0
    } else if exponent > 157 {
        i64::MAX
    } else {
        let m = (x & 0x007f_ffff | 0x0080_0000) as i64;
        let shift = exponent - 150;
        if shift < 0 { m >> -shift } else { m << shift }
    };
    if negative {
        if magnitude > -(least as i64) { least } else { -magnitude as i32 }
    } else if magnitude > greatest as i64 {
        greatest
    } else {
        magnitude as i32
    }
}

/// An f32 truncated towards zero and saturated, NaN to 0.
#[inline(always)]
pub const fn f32_to_i32(x: u32) -> i32 {
    truncate(x, i32::MIN, i32::MAX)
}

/// An f32 truncated towards zero and saturated, NaN to 0.
#[inline(always)]
pub const fn f32_to_i8(x: u32) -> i8 {
    truncate(x, -128, 127) as i8
}

/// An i32's low eight bits.
#[inline(always)]
pub const fn i32_to_i8(x: i32) -> i8 {
    x as i8
}

/// `x / scale`, NaN to 0, clamped to +-127, rounded half to even.
#[inline(always)]
pub fn quantise<A: Arith>(x: u32, scale: u32) -> i8 {
    let scaled = A::div(x, scale);
    if is_nan(scaled) {
        return 0;
    }
    let negative = scaled & SIGN != 0;
    let magnitude = scaled & !SIGN;
    let rounded = if magnitude >= 0x42fe_0000 || magnitude == INFINITY {
        127
    } else if magnitude <= 0x3f00_0000 {
        // One half and less: a tie at one half goes to zero.
        0
    } else {
        // In 1/2..127: shift the significand so that units are at bit 0.
        let m = magnitude & 0x007f_ffff | 0x0080_0000;
        let shift = 150 - (magnitude >> 23);
        let kept = m >> shift;
        let rest = m & ((1 << shift) - 1);
        let half = 1u32 << (shift - 1);
        kept + (rest > half || (rest == half && kept & 1 == 1)) as u32
    };
    if negative { -(rounded as i32) as i8 } else { rounded as i8 }
}

/// `f32(x) * scale`, two roundings.
#[inline(always)]
pub fn dequantise<A: Arith>(x: i32, scale: u32) -> u32 {
    A::mul(i32_to_f32(x), scale)
}
