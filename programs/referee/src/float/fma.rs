//! Fused multiply-add and what follows from it.

use super::{Accumulator, ONE, SIGN};

/// `a * b + c` with one rounding.
pub const fn fma(a: u32, b: u32, c: u32) -> u32 {
    Accumulator::new(c).plus_product(a, b).bits()
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
