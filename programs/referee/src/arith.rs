//! The arithmetic that operations are written in.

use crate::float;

/// Correctly rounded binary32 arithmetic on bits, NaN in its canonical form. Operations are generic over it, so that
/// their formulas exist once: the referee runs them on [`Soft`], a CPU backend on hardware instructions that must
/// give the same bits.
pub trait Arith {
    /// `a * b + c` with one rounding.
    fn fma(a: u32, b: u32, c: u32) -> u32;
    /// `a + b`.
    fn add(a: u32, b: u32) -> u32;
    /// `a - b`.
    fn sub(a: u32, b: u32) -> u32;
    /// `a * b`.
    fn mul(a: u32, b: u32) -> u32;
    /// `a / b`.
    fn div(a: u32, b: u32) -> u32;
    /// Square root.
    fn sqrt(x: u32) -> u32;
}

/// The truth: integer instructions only.
#[derive(Clone, Copy, Debug)]
pub struct Soft;

impl Arith for Soft {
    fn fma(a: u32, b: u32, c: u32) -> u32 {
        float::fma(a, b, c)
    }

    fn add(a: u32, b: u32) -> u32 {
        float::add(a, b)
    }

    fn sub(a: u32, b: u32) -> u32 {
        float::sub(a, b)
    }

    fn mul(a: u32, b: u32) -> u32 {
        float::mul(a, b)
    }

    fn div(a: u32, b: u32) -> u32 {
        float::div(a, b)
    }

    fn sqrt(x: u32) -> u32 {
        float::sqrt(x)
    }
}
