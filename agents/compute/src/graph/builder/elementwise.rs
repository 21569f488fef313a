//! map1, map2 and select.

use tessera_referee::{DType, Map1, Map2};

use super::{Built, GraphBuilder, Value};
use crate::graph::OpKind;

/// Elementwise, f32 to f32 unless said otherwise; the output has the operand's shape.
impl GraphBuilder {
    /// `x + s`.
    pub fn add_scalar(&mut self, x: Value, s: f32) -> Built {
        self.map1(Map1::AddScalar(s.to_bits()), x)
    }

    /// `x * s`.
    pub fn mul_scalar(&mut self, x: Value, s: f32) -> Built {
        self.map1(Map1::MulScalar(s.to_bits()), x)
    }

    /// `|x|`; NaN stays NaN.
    pub fn abs(&mut self, x: Value) -> Built {
        self.map1(Map1::Abs, x)
    }

    /// `-x`; NaN stays NaN.
    pub fn neg(&mut self, x: Value) -> Built {
        self.map1(Map1::Neg, x)
    }

    /// `max(x, +0)`: -0 gives +0, NaN gives NaN.
    pub fn relu(&mut self, x: Value) -> Built {
        self.map1(Map1::Relu, x)
    }

    /// `0.5 x (1 + erf(x / sqrt 2))`, by the referee's erf; -0 at -inf.
    pub fn gelu(&mut self, x: Value) -> Built {
        self.map1(Map1::Gelu, x)
    }

    /// e to the x, by the referee's polynomial; +inf above 88.7228, +0 below -103.98.
    pub fn exp(&mut self, x: Value) -> Built {
        self.map1(Map1::Exp, x)
    }

    /// Natural logarithm, by the referee's polynomial; -inf at both zeros, NaN below zero.
    pub fn log(&mut self, x: Value) -> Built {
        self.map1(Map1::Log, x)
    }

    /// Hyperbolic tangent, by the referee's polynomial; -0 stays -0.
    pub fn tanh(&mut self, x: Value) -> Built {
        self.map1(Map1::Tanh, x)
    }

    /// Error function, by the referee's polynomials; -0 stays -0.
    pub fn erf(&mut self, x: Value) -> Built {
        self.map1(Map1::Erf, x)
    }

    /// Correctly rounded square root; -0 stays -0, below zero gives NaN.
    pub fn sqrt(&mut self, x: Value) -> Built {
        self.map1(Map1::Sqrt, x)
    }

    /// `1 / sqrt(x)`, two roundings: +inf at +0, -inf at -0.
    pub fn rsqrt(&mut self, x: Value) -> Built {
        self.map1(Map1::Rsqrt, x)
    }

    /// Any type to another one, as Rust's `as`: f32 to an integer truncates, saturates and turns NaN into 0; i32 to i8
    /// keeps the low bits; i32 to f32 rounds to nearest even.
    pub fn cast(&mut self, x: Value, to: DType) -> Built {
        let shape = self.shape_of(x)?;
        self.push(OpKind::Map1(Map1::Cast), &[x], to, shape)
    }

    /// f32 to i8: `x / scale`, NaN to 0, clamped to +-127, rounded half to even.
    pub fn quantise(&mut self, x: Value, scale: f32) -> Built {
        self.map1(Map1::Quantise(scale.to_bits()), x)
    }

    /// i8 or i32 to f32: `f32(x) * scale`.
    pub fn dequantise(&mut self, x: Value, scale: f32) -> Built {
        self.map1(Map1::Dequantise(scale.to_bits()), x)
    }
}

/// Elementwise with broadcasting; f32 or i32 (wrapping) operands of one type.
impl GraphBuilder {
    /// `a + b`.
    pub fn add(&mut self, a: Value, b: Value) -> Built {
        self.map2(Map2::Add, a, b)
    }

    /// `a - b`.
    pub fn sub(&mut self, a: Value, b: Value) -> Built {
        self.map2(Map2::Sub, a, b)
    }

    /// `a * b`.
    pub fn mul(&mut self, a: Value, b: Value) -> Built {
        self.map2(Map2::Mul, a, b)
    }

    /// `a / b`, f32 only.
    pub fn div(&mut self, a: Value, b: Value) -> Built {
        self.map2(Map2::Div, a, b)
    }

    /// The lesser; -0 is below +0, any NaN gives NaN.
    pub fn min(&mut self, a: Value, b: Value) -> Built {
        self.map2(Map2::Min, a, b)
    }

    /// The greater; -0 is below +0, any NaN gives NaN.
    pub fn max(&mut self, a: Value, b: Value) -> Built {
        self.map2(Map2::Max, a, b)
    }

    /// i32: 1 where `a == b`, else 0; -0 equals +0, NaN equals nothing.
    pub fn eq(&mut self, a: Value, b: Value) -> Built {
        self.map2(Map2::Eq, a, b)
    }

    /// i32: 1 where `a < b`, else 0; false for NaN.
    pub fn lt(&mut self, a: Value, b: Value) -> Built {
        self.map2(Map2::Lt, a, b)
    }

    /// `a` where the i32 condition is not zero, else `b`; copies bits of any type.
    pub fn select(&mut self, condition: Value, a: Value, b: Value) -> Built {
        self.derived(OpKind::Select, &[condition, a, b])
    }
}
