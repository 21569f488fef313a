//! `cvt`.

use tessera_referee::float::{NAN, is_nan};

use crate::types::{Type, mask};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// To nearest even: `.rn` to a float, `.rni` to an integer.
    Nearest,
    /// Towards zero.
    Zero,
    Down,
    Up,
}

/// A conversion into a register of `bits`, at least as wide as `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Convert {
    pub from: Type,
    pub to: Type,
    pub bits: u32,
    /// To an integral value; for integer to f32 it is always to nearest.
    pub rounding: Rounding,
    /// Integers are clamped to the target's range instead of cut.
    pub saturate: bool,
}

impl Convert {
    pub fn eval(self, a: u64) -> u64 {
        match (self.from, self.to) {
            (Type::F32, Type::F32) => {
                let x = a as u32;
                u64::from(if is_nan(x) { NAN } else { self.integral(f32::from_bits(x)).to_bits() })
            }
            (Type::F32, _) => self.float_to_integer(f32::from_bits(a as u32)),
            // The host rounds integers to nearest even, exactly.
            (from, Type::F32) if from.is_signed() => u64::from((from.number(a) as i64 as f32).to_bits()),
            (from, Type::F32) => u64::from((from.mask(a) as f32).to_bits()),
            (from, to) => {
                let value = from.number(a);
                let (least, greatest) = range(to);
                let value = if self.saturate { value.clamp(least, greatest) } else { value };
                self.widen(value as u64)
            }
        }
    }

    fn integral(self, x: f32) -> f32 {
        match self.rounding {
            Rounding::Nearest => x.round_ties_even(),
            Rounding::Zero => x.trunc(),
            Rounding::Down => x.floor(),
            Rounding::Up => x.ceil(),
        }
    }

    /// Clamped to the target's range; NaN is 0, or the sign bit for 64-bit targets.
    fn float_to_integer(self, x: f32) -> u64 {
        if x.is_nan() {
            return if self.to.bits() == 64 { 1 << 63 } else { 0 };
        }
        let (least, greatest) = range(self.to);
        // An f32 below 2^127 fits i128, and `as` clamps what is beyond.
        self.widen((self.integral(x) as i128).clamp(least, greatest) as u64)
    }

    /// Fills a wider register with the sign, or with zeros.
    fn widen(self, value: u64) -> u64 {
        mask(self.bits, self.to.number(value) as u64)
    }
}

fn range(ty: Type) -> (i128, i128) {
    let bits = ty.bits();
    if ty.is_signed() { (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) } else { (0, (1 << bits) - 1) }
}
