//! Comparisons, greatest and least.

use crate::float::{NAN, SIGN, is_nan};

/// A key whose integer order is that of the numbers, -0 below +0. NaN has no meaningful key.
#[inline(always)]
const fn key(x: u32) -> i32 {
    let bits = x as i32;
    bits ^ ((bits >> 31) as u32 >> 1) as i32
}

/// The greater of two numbers: -0 below +0, any NaN gives NaN.
#[inline(always)]
pub const fn max(a: u32, b: u32) -> u32 {
    if is_nan(a) || is_nan(b) {
        NAN
    } else if key(a) >= key(b) {
        a
    } else {
        b
    }
}

/// The lesser of two numbers: -0 below +0, any NaN gives NaN.
#[inline(always)]
pub const fn min(a: u32, b: u32) -> u32 {
    if is_nan(a) || is_nan(b) {
        NAN
    } else if key(a) <= key(b) {
        a
    } else {
        b
    }
}

/// IEEE equality: -0 equals +0, NaN equals nothing.
#[inline(always)]
pub const fn eq(a: u32, b: u32) -> bool {
    !is_nan(a) && !is_nan(b) && (a == b || (a | b) & !SIGN == 0)
}

/// IEEE less-than: -0 is not below +0, false for NaN.
#[inline(always)]
pub const fn lt(a: u32, b: u32) -> bool {
    !is_nan(a) && !is_nan(b) && rank(a) < rank(b)
}

/// The place of a number in argmin's and argmax's order: both zeros are one place, all NaN one place above +inf.
#[inline(always)]
pub const fn rank(x: u32) -> i32 {
    if is_nan(x) {
        i32::MAX
    } else if x & !SIGN == 0 {
        0
    } else {
        key(x)
    }
}
