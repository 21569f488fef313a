//! The error function and the Gaussian error linear unit.

use super::constants::{
    ERF_GREATEST, ERF_LARGE_FROM, ERF_P0, ERF_P1, ERF_P2, ERF_P3, ERF_P4, ERF_P5, ERF_P6, ERF_Q0, ERF_Q1, ERF_Q2,
    ERF_Q3, ERF_Q4, ERF_Q5, ERF_Q6, GELU_SQRT_HALF, HALF,
};
use super::{exp, polynomial};
use crate::Arith;
use crate::float::{NAN, NEG_INFINITY, ONE, SIGN, is_nan, neg};

/// Error function: -0 stays -0, +-1 from 3.92 on.
///
/// With t = |x|: below 59/64 it is `t + t P(t^2)`; beyond, `1 - e^-(t + t Q(t))` with t at most 4, where it has long
/// been 1. The sign is put back at the end.
#[inline(always)]
pub fn erf<A: Arith>(x: u32) -> u32 {
    if is_nan(x) {
        return NAN;
    }
    let t = x & !SIGN;
    let result = if t < ERF_LARGE_FROM {
        let p = polynomial::<A, _>([ERF_P6, ERF_P5, ERF_P4, ERF_P3, ERF_P2, ERF_P1, ERF_P0], A::mul(t, t));
        A::fma(p, t, t)
    } else {
        let t = if t > ERF_GREATEST { ERF_GREATEST } else { t };
        let q = polynomial::<A, _>([ERF_Q6, ERF_Q5, ERF_Q4, ERF_Q3, ERF_Q2, ERF_Q1, ERF_Q0], t);
        A::sub(ONE, exp::<A>(neg(A::fma(q, t, t))))
    };
    result | x & SIGN
}

/// Gaussian error linear unit, `0.5 x (1 + erf(x / sqrt 2))`: +inf at +inf, -0 at -inf and wherever erf gives -1.
///
/// Four roundings besides erf's: `x` times the f32 nearest to `1 / sqrt 2`, `1 +`, `0.5 x`, and their product. As in every
/// program that computes it so, `1 + erf` cancels for x below 0: the error is small against x, not against the result.
#[inline(always)]
pub fn gelu<A: Arith>(x: u32) -> u32 {
    // -inf times 0 would be NaN.
    if x == NEG_INFINITY {
        return SIGN;
    }
    let weight = A::add(ONE, erf::<A>(A::mul(x, GELU_SQRT_HALF)));
    A::mul(A::mul(HALF, x), weight)
}
