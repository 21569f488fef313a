//! The natural logarithm.

use super::constants::{
    EXP_ROUND, HALF, LOG_LN2_HIGH, LOG_LN2_LOW, LOG_R1, LOG_R2, LOG_R3, LOG_R4, LOG_SQRT_HALF, LOG_SUBNORMAL_SCALE, TWO,
};
use super::polynomial;
use crate::Arith;
use crate::float::{INFINITY, NAN, NEG_INFINITY, ONE, SIGN, is_nan};

/// Natural logarithm: -inf at both zeros, NaN below zero.
///
/// `x = 2^k m` with m in `[sqrt(1/2), sqrt(2))`; with `f = m - 1`, `s = f / (2 + f)`, `log m = f - (f^2/2 - s (f^2/2 + R))`
/// and R a polynomial in `s^2`: the reduction and constants of FreeBSD's `e_logf.c`.
#[inline(always)]
pub fn log<A: Arith>(x: u32) -> u32 {
    if x & !SIGN == 0 {
        return NEG_INFINITY;
    }
    if is_nan(x) || x & SIGN != 0 {
        return NAN;
    }
    if x == INFINITY {
        return INFINITY;
    }
    // A subnormal is scaled by 2^25 exactly.
    let (x, scaled) = if x < 0x0080_0000 { (A::mul(x, LOG_SUBNORMAL_SCALE), 25) } else { (x, 0) };
    // Moving sqrt(1/2) to 1 splits off k so that m starts at sqrt(1/2).
    let moved = x.wrapping_add(ONE - LOG_SQRT_HALF);
    // The integer k as a number: adding it to the low bits of 1.5 * 2^23 and subtracting that is exact.
    let k = (moved >> 23).wrapping_sub(127 + scaled);
    let k = A::sub(EXP_ROUND.wrapping_add(k), EXP_ROUND);
    let m = (moved & 0x007f_ffff).wrapping_add(LOG_SQRT_HALF);
    let f = A::sub(m, ONE);
    let s = A::div(f, A::add(f, TWO));
    let z = A::mul(s, s);
    let r = A::mul(z, polynomial::<A, _>([LOG_R4, LOG_R3, LOG_R2, LOG_R1], z));
    let half_square = A::mul(A::mul(HALF, f), f);
    let correction = A::fma(s, A::add(half_square, r), A::mul(k, LOG_LN2_LOW));
    A::fma(k, LOG_LN2_HIGH, A::sub(f, A::sub(half_square, correction)))
}
