//! The hyperbolic tangent.

use super::constants::{TANH_LARGE_FROM, TANH_P0, TANH_P1, TANH_P2, TANH_P3, TANH_P4, TANH_P5, TANH_P6, TWO};
use super::{exp, polynomial};
use crate::Arith;
use crate::float::{NAN, ONE, SIGN, is_nan};

/// Hyperbolic tangent: -0 stays -0, +-1 from 9.02 on.
///
/// With t = |x|: below 13/16 it is `t + t z P(z)` with z = t^2; beyond, `1 - 2 / (e^2t + 1)`, which rounds to 1 by itself. The
/// sign is put back at the end.
#[inline(always)]
pub fn tanh<A: Arith>(x: u32) -> u32 {
    if is_nan(x) {
        return NAN;
    }
    let t = x & !SIGN;
    let result = if t < TANH_LARGE_FROM {
        let z = A::mul(t, t);
        let p = polynomial::<A, _>([TANH_P6, TANH_P5, TANH_P4, TANH_P3, TANH_P2, TANH_P1, TANH_P0], z);
        A::fma(A::mul(z, p), t, t)
    } else {
        let e = exp::<A>(A::mul(TWO, t));
        A::sub(ONE, A::div(TWO, A::add(e, ONE)))
    };
    result | x & SIGN
}
