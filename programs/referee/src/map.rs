//! Elementwise operations: one output element from one or two operand elements.
//!
//! Elements travel as 32-bit words: an f32 as its bits, an i32 as its two's complement, an i8 sign-extended.

use crate::{Arith, DType, convert, float, functions, order};

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
    /// f32: `0.5 x (1 + erf(x / sqrt 2))`.
    Gelu,
    /// f32: e to the x.
    Exp,
    /// f32: natural logarithm.
    Log,
    /// f32: hyperbolic tangent.
    Tanh,
    /// f32: error function.
    Erf,
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

impl Map1 {
    /// The element of type `to` for this element of type `from`. Total: combinations that no graph contains give 0.
    #[inline(always)]
    pub fn apply<A: Arith>(self, from: DType, to: DType, x: u32) -> u32 {
        match self {
            Self::AddScalar(s) => A::add(x, s),
            Self::MulScalar(s) => A::mul(x, s),
            Self::Abs => float::abs(x),
            Self::Neg => float::neg(x),
            Self::Relu => order::max(x, 0),
            Self::Gelu => functions::gelu::<A>(x),
            Self::Exp => functions::exp::<A>(x),
            Self::Log => functions::log::<A>(x),
            Self::Tanh => functions::tanh::<A>(x),
            Self::Erf => functions::erf::<A>(x),
            Self::Sqrt => A::sqrt(x),
            Self::Rsqrt => A::div(float::ONE, A::sqrt(x)),
            Self::Cast => cast(from, to, x),
            Self::Quantise(scale) => i32::from(convert::quantise::<A>(x, scale)) as u32,
            Self::Dequantise(scale) => convert::dequantise::<A>(x as i32, scale),
        }
    }
}

#[inline(always)]
fn cast(from: DType, to: DType, x: u32) -> u32 {
    match (from, to) {
        (DType::F32, DType::I32) => convert::f32_to_i32(x) as u32,
        (DType::F32, DType::I8) => i32::from(convert::f32_to_i8(x)) as u32,
        (DType::I32 | DType::I8, DType::F32) => convert::i32_to_f32(x as i32),
        (DType::I32, DType::I8) => i32::from(convert::i32_to_i8(x as i32)) as u32,
        (DType::I8, DType::I32) => x,
        (DType::F32, DType::F32) | (DType::I32, DType::I32) | (DType::I8, DType::I8) => 0,
    }
}

impl Map2 {
    /// The element for these two of type `dtype`, f32 or i32; division of integers, which no graph contains, gives 0.
    #[inline(always)]
    pub fn apply<A: Arith>(self, dtype: DType, a: u32, b: u32) -> u32 {
        if matches!(dtype, DType::F32) {
            return match self {
                Self::Add => A::add(a, b),
                Self::Sub => A::sub(a, b),
                Self::Mul => A::mul(a, b),
                Self::Div => A::div(a, b),
                Self::Min => order::min(a, b),
                Self::Max => order::max(a, b),
                Self::Eq => order::eq(a, b).into(),
                Self::Lt => order::lt(a, b).into(),
            };
        }
        let (signed_a, signed_b) = (a as i32, b as i32);
        match self {
            Self::Add => a.wrapping_add(b),
            Self::Sub => a.wrapping_sub(b),
            Self::Mul => a.wrapping_mul(b),
            Self::Div => 0,
            Self::Min => signed_a.min(signed_b) as u32,
            Self::Max => signed_a.max(signed_b) as u32,
            Self::Eq => (a == b).into(),
            Self::Lt => (signed_a < signed_b).into(),
        }
    }
}

/// `condition ? a : b` on words.
#[inline(always)]
pub const fn select(condition: u32, a: u32, b: u32) -> u32 {
    if condition != 0 { a } else { b }
}
