//! Results of instructions on values: pure functions of operand bits.

mod convert;
mod float;
mod integer;
mod lanes;
mod test;

pub use convert::{Convert, Rounding};
pub use float::Float;
pub use integer::Int;
pub use lanes::{Permute, dot, permute};
pub use test::{Comparison, Join, Test};

use crate::fault::Fault;
use crate::types::{Type, mask};

/// An instruction whose result depends on its operands alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compute {
    Move,
    /// `a + offset`: changes between generic and other addresses.
    Rebase(u64),
    Int(Int, Type),
    Float(Float),
    /// `c ? a : b`
    Select,
    /// `c >= 0 ? a : b`, with c of this type.
    SignSelect(Type),
    Convert(Convert),
    /// All ones (or 1.0 if `float`) where the test holds.
    Set {
        test: Test,
        float: bool,
    },
    Permute(Permute),
    /// `dp4a` (4 parts) and `dp2a` (2 parts, of b the low or high ones).
    Dot {
        a_signed: bool,
        b_signed: bool,
        parts: u32,
        high: bool,
    },
}

impl Compute {
    /// The result for operands cut to their widths.
    pub fn eval(self, [a, b, c, d]: [u64; 4]) -> Result<u64, Fault> {
        Ok(match self {
            Self::Move => a,
            Self::Rebase(offset) => a.wrapping_add(offset),
            Self::Int(op, ty) => return op.eval(ty, [a, b, c, d]),
            Self::Float(op) => u64::from(op.eval(a as u32, b as u32, c as u32)),
            Self::Select => {
                if c & 1 == 1 {
                    a
                } else {
                    b
                }
            }
            Self::SignSelect(Type::F32) => {
                let c = f32::from_bits(c as u32);
                if c >= 0.0 { a } else { b }
            }
            Self::SignSelect(ty) => {
                if ty.number(c) >= 0 {
                    a
                } else {
                    b
                }
            }
            Self::Convert(convert) => convert.eval(a),
            Self::Set { test, float } => match (test.eval(a, b), float) {
                (false, _) => 0,
                (true, false) => mask(32, u64::MAX),
                (true, true) => u64::from(tessera_referee::float::ONE),
            },
            Self::Permute(mode) => u64::from(permute(mode, a as u32, b as u32, c as u32)),
            Self::Dot { a_signed, b_signed, parts, high } => {
                u64::from(dot((a as u32, a_signed), (b as u32, b_signed), c as u32, parts, high))
            }
        })
    }
}
