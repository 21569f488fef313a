//! Fused multiply-add and what follows from it.

use super::pack::{round_pack, unpack};
use super::{INFINITY, NAN, ONE, SIGN, is_nan};

/// `a * b + c` with one rounding.
pub const fn fma(a: u32, b: u32, c: u32) -> u32 {
    if is_nan(a) || is_nan(b) || is_nan(c) {
        return NAN;
    }
    let sign = (a ^ b) & SIGN;
    let (a, b) = (a & !SIGN, b & !SIGN);
    let infinite_c = c & !SIGN == INFINITY;
    if a == INFINITY || b == INFINITY {
        if a == 0 || b == 0 || (infinite_c && c & SIGN != sign) {
            return NAN;
        }
        return sign | INFINITY;
    }
    if infinite_c {
        return c;
    }
    let sign_c = c & SIGN;
    if a == 0 || b == 0 {
        // The product is a zero: it matters only against another zero.
        return if c & !SIGN == 0 { sign & sign_c } else { c };
    }
    let (ma, ea) = unpack(a);
    let (mb, eb) = unpack(b);
    // In 2^60..2^62, with 14 zero bits below.
    let product = ma.wrapping_mul(mb) << 14;
    let e = ea.wrapping_add(eb).wrapping_sub(14);
    if c & !SIGN == 0 {
        return round_pack(sign, product, e);
    }
    let (mc, ec) = unpack(c & !SIGN);
    // In 2^61..2^62, with 38 zero bits below.
    let addend = mc << 38;
    let ec = ec.wrapping_sub(38);
    // Bits are only lost below the lesser operand's zeros, and then it is so much less that cancellation cannot
    // bring the sticky bit near the rounding place.
    let (x, y, e) = if e >= ec {
        (product, shift_sticky(addend, e.wrapping_sub(ec) as u32), e)
    } else {
        (shift_sticky(product, ec.wrapping_sub(e) as u32), addend, ec)
    };
    if sign == sign_c {
        round_pack(sign, x.wrapping_add(y), e)
    } else if x > y {
        round_pack(sign, x.wrapping_sub(y), e)
    } else if y > x {
        round_pack(sign_c, y.wrapping_sub(x), e)
    } else {
        0
    }
}

/// `x >> shift` with a lowest bit that tells whether ones were lost.
const fn shift_sticky(x: u64, shift: u32) -> u64 {
    if shift >= 64 {
        (x != 0) as u64
    } else {
        let kept = x >> shift;
        kept | (kept << shift != x) as u64
    }
}

/// `a + b`.
pub const fn add(a: u32, b: u32) -> u32 {
    fma(a, ONE, b)
}

/// `a - b`.
pub const fn sub(a: u32, b: u32) -> u32 {
    fma(a, ONE, b ^ SIGN)
}

/// `a * b`.
pub const fn mul(a: u32, b: u32) -> u32 {
    // A zero of the product's own sign changes neither a value nor a zero.
    fma(a, b, (a ^ b) & SIGN)
}
