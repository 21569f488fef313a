//! Transcendental functions: one range reduction and polynomial each, in fma, the same constants everywhere.
//!
//! Errors are measured by `cargo run --release -p tessera-referee --example function_errors`.

use crate::Arith;
use crate::float::{INFINITY, NAN, NEG_INFINITY, ONE, SIGN, is_nan, neg};

/// The bits of a constant; used in constants only, so that no float exists when the code runs.
const fn bits(x: f32) -> u32 {
    x.to_bits()
}

/// Natural logarithm: -inf at both zeros, NaN below zero.
///
/// `x = 2^k m` with m in `[sqrt(1/2), sqrt(2))`; with `f = m - 1`, `s = f / (2 + f)`, `log m = f - (f^2/2 - s (f^2/2 + R))`
/// and R a polynomial in `s^2`: the reduction and constants of FreeBSD's `e_logf.c`. At most 0.84 units in the last place off.
#[inline(always)]
pub fn log<A: Arith>(x: u32) -> u32 {
    const LN2_HIGH: u32 = 0x3f31_7180;
    const LN2_LOW: u32 = 0x3717_f7d1;
    const R1: u32 = 0x3f2a_aaaa;
    const R2: u32 = 0x3ecc_ce13;
    const R3: u32 = 0x3e91_e9ee;
    const R4: u32 = 0x3e78_9e26;
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
    let (x, scaled) = if x < 0x0080_0000 { (A::mul(x, const { bits(33_554_432.0) }), 25) } else { (x, 0) };
    // Moving sqrt(1/2) to 1 splits off k so that m starts at sqrt(1/2).
    const SQRT_HALF: u32 = 0x3f35_04f3;
    let moved = x.wrapping_add(ONE - SQRT_HALF);
    let k = (moved >> 23) as i32 - 127 - scaled;
    let m = (moved & 0x007f_ffff) + SQRT_HALF;
    let k = crate::convert::i32_to_f32(k);
    let f = A::sub(m, ONE);
    let s = A::div(f, A::add(f, const { bits(2.0) }));
    let z = A::mul(s, s);
    let r = A::fma(z, R4, R3);
    let r = A::fma(z, r, R2);
    let r = A::fma(z, r, R1);
    let r = A::mul(z, r);
    let half_square = A::mul(A::mul(const { bits(0.5) }, f), f);
    let correction = A::fma(s, A::add(half_square, r), A::mul(k, LN2_LOW));
    A::fma(k, LN2_HIGH, A::sub(f, A::sub(half_square, correction)))
}

/// e to the x: +inf above 88.7228 (`0x42b17217`), +0 below -103.98; between them subnormal results are scaled
/// exactly and rounded once.
///
/// `x = n ln 2 + r` with n the nearest integer to `x / ln 2` and ln 2 in two parts; a polynomial of degree 6 in r
/// (minimax on `|r| <= ln 2 / 2`), times 2^n in two exact halves. At most 0.85 units in the last place off.
#[inline(always)]
pub fn exp<A: Arith>(x: u32) -> u32 {
    const GREATEST: u32 = 0x42b1_7217;
    const LEAST: u32 = bits(-103.98);
    // Adding 1.5 * 2^23 leaves the nearest integer in the low bits.
    const ROUND: u32 = 0x4b40_0000;
    const COEFFICIENTS: [u32; 6] =
        [bits(8.373_124_5e-3), bits(4.166_953_6e-2), bits(1.666_647_2e-1), bits(4.999_998_5e-1), ONE, ONE];
    if is_nan(x) {
        return NAN;
    }
    if x & SIGN == 0 && x > GREATEST {
        return INFINITY;
    }
    if x & SIGN != 0 && x > LEAST {
        return 0;
    }
    let rounded = A::fma(x, const { bits(core::f32::consts::LOG2_E) }, ROUND);
    let n = rounded.wrapping_sub(ROUND) as i32;
    let whole = A::sub(rounded, ROUND);
    let r = A::fma(neg(whole), const { bits(6.931_457_5e-1) }, x);
    let r = A::fma(neg(whole), const { bits(1.428_606_8e-6) }, r);
    let mut p = const { bits(1.378_059_4e-3) };
    for coefficient in COEFFICIENTS {
        p = A::fma(p, r, coefficient);
    }
    let half = n >> 1;
    A::mul(A::mul(p, power_of_two(half)), power_of_two(n - half))
}

/// 2^n for n in -126..=127.
#[inline(always)]
const fn power_of_two(n: i32) -> u32 {
    ((n + 127) as u32) << 23
}
