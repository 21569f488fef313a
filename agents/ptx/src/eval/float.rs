//! f32 arithmetic, rounded to nearest even with subnormals kept, by the referee's integer code: no host setting can
//! change a bit.
//!
//! NaN: PTX gives the canonical 0x7fffffff for arithmetic, min and max; `neg` and `abs` of a NaN are unspecified there
//! and canonical here. Moves, selections, loads and stores keep NaN bits.

use tessera_referee::float::{self, NAN, ONE, SIGN, is_nan};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Float {
    Add,
    Sub,
    Mul,
    Fma,
    Div,
    Reciprocal,
    Sqrt,
    Neg,
    Abs,
    /// `nan`: any NaN gives NaN; else the other operand. -0 is below +0.
    Min {
        nan: bool,
    },
    Max {
        nan: bool,
    },
    /// b with the sign of a.
    CopySign,
}

impl Float {
    #[inline]
    pub fn eval(self, a: u32, b: u32, c: u32) -> u32 {
        match self {
            Self::Add => float::add(a, b),
            Self::Sub => float::sub(a, b),
            Self::Mul => float::mul(a, b),
            Self::Fma => float::fma(a, b, c),
            Self::Div => float::div(a, b),
            Self::Reciprocal => float::div(ONE, a),
            Self::Sqrt => float::sqrt(a),
            Self::Neg => float::neg(a),
            Self::Abs => float::abs(a),
            Self::Min { nan } => extreme(a, b, nan, |a, b| key(a) <= key(b)),
            Self::Max { nan } => extreme(a, b, nan, |a, b| key(a) >= key(b)),
            Self::CopySign => (a & SIGN) | (b & !SIGN),
        }
    }
}

fn extreme(a: u32, b: u32, nan: bool, first: impl Fn(u32, u32) -> bool) -> u32 {
    match (is_nan(a), is_nan(b)) {
        (false, false) => {
            if first(a, b) {
                a
            } else {
                b
            }
        }
        (true, false) if !nan => b,
        (false, true) if !nan => a,
        _ => NAN,
    }
}

/// Numbers in their order, -0 below +0.
const fn key(x: u32) -> i32 {
    let bits = x as i32;
    if bits < 0 { !(bits & i32::MAX) } else { bits }
}
