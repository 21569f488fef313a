//! The exponential function.

use super::constants::{
    EXP_GREATEST, EXP_LEAST, EXP_LN2_HIGH, EXP_LN2_LOW, EXP_LOG2_E, EXP_P0, EXP_P1, EXP_P2, EXP_P3, EXP_P4, EXP_P5,
    EXP_P6, EXP_ROUND,
};
use super::polynomial;
use crate::Arith;
use crate::float::{INFINITY, NAN, SIGN, is_nan, neg};

/// e to the x: +inf above 88.7228 (`0x42b17217`), +0 below -103.98; between them subnormal results are scaled
/// exactly and rounded once.
///
/// `x = n ln 2 + r` with n the nearest integer to `x / ln 2` and ln 2 in two parts; a polynomial of degree 6 in r
/// (minimax on `|r| <= ln 2 / 2`), times 2^n in two exact halves.
#[inline(always)]
pub fn exp<A: Arith>(x: u32) -> u32 {
    if is_nan(x) {
        return NAN;
    }
    if x & SIGN == 0 && x > EXP_GREATEST {
        return INFINITY;
    }
    if x & SIGN != 0 && x > EXP_LEAST {
        return 0;
    }
    let rounded = A::fma(x, EXP_LOG2_E, EXP_ROUND);
    let n = rounded.wrapping_sub(EXP_ROUND) as i32;
    let whole = A::sub(rounded, EXP_ROUND);
    let r = A::fma(neg(whole), EXP_LN2_HIGH, x);
    let r = A::fma(neg(whole), EXP_LN2_LOW, r);
    let p = polynomial::<A, _>([EXP_P6, EXP_P5, EXP_P4, EXP_P3, EXP_P2, EXP_P1, EXP_P0], r);
    let half = n >> 1;
    A::mul(A::mul(p, power_of_two(half)), power_of_two(n.wrapping_sub(half)))
}

/// 2^n for n in -126..=127.
#[inline(always)]
const fn power_of_two(n: i32) -> u32 {
    (n.wrapping_add(127) as u32) << 23
}
