//! Elementwise operations: one output element from one or two operand elements.
//!
//! Elements travel as 32-bit words: an f32 as its bits, an i32 as its two's complement, an i8 sign-extended.

/// A map of one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Map1 {
    /// f32: `x + s`, `s` given as bits.
    AddScalar(u32),
    /// f32: `x * s`, `s` given as bits.
    MulScalar(u32),
    /// f32: clears the sign.
    Abs,
    /// f32: flips the sign.
    Neg,
    /// f32: `max(x, +0)`.
    Relu,
    /// f32: e to the x.
    Exp,
    /// f32: natural logarithm.
    Log,
    /// f32: square root.
    Sqrt,
    /// f32: `1 / sqrt(x)`, two roundings.
    Rsqrt,
    /// Any type to any other, as Rust's `as`.
    Cast,
    /// f32 to i8: `x / s`, NaN to 0, clamped to +-127, half to even; `s` given as bits.
    Quantise(u32),
    /// i8 or i32 to f32: `f32(x) * s`, `s` given as bits.
    Dequantise(u32),
}

/// A map of two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Map2 {
    /// f32 or i32 (wraps): `a + b`.
    Add,
    /// f32 or i32 (wraps): `a - b`.
    Sub,
    /// f32 or i32 (wraps): `a * b`.
    Mul,
    /// f32: `a / b`.
    Div,
    /// f32 or i32: the lesser; -0 below +0, any NaN gives NaN.
    Min,
    /// f32 or i32: the greater; -0 below +0, any NaN gives NaN.
    Max,
    /// f32 or i32 to i32: 1 where `a == b`, else 0; -0 equals +0, NaN equals nothing.
    Eq,
    /// f32 or i32 to i32: 1 where `a < b`, else 0; false for NaN.
    Lt,
}

/// A fold over the last axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reduce {
    /// f32: chained sum; i8 and i32: wrapping sum as i32. +0 over an empty axis.
    Sum,
    /// f32 or i32: greatest; -inf or `i32::MIN` over an empty axis.
    Max,
    /// f32 or i32: least; +inf or `i32::MAX` over an empty axis.
    Min,
    /// f32 or i32 to i32: index of the least, lowest index first, NaN above +inf; -1 over an empty axis.
    ArgMin,
    /// f32 or i32 to i32: index of the greatest, lowest index first, NaN above +inf; -1 over an empty axis.
    ArgMax,
}
