//! Integer and bitwise instructions.

use crate::fault::Fault;
use crate::types::{Type, mask};

/// Arithmetic wraps at the type's width, as PTX says, unless the name tells otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Int {
    Add,
    Sub,
    /// `.sat` of s32.
    AddSat,
    SubSat,
    MulLo,
    MulHi,
    /// Twice as wide as its operands.
    MulWide,
    MadLo,
    MadHi,
    MadWide,
    Mul24,
    Mad24,
    Div,
    Rem,
    Abs,
    Neg,
    Min,
    Max,
    /// `c + |a - b|`
    Sad,
    And,
    Or,
    Xor,
    Not,
    /// 1 for 0, else 0.
    LogicalNot,
    Shl,
    Shr,
    PopCount,
    LeadingZeros,
    Reverse,
    /// Position of the highest bit that differs from the sign, or all ones; with true its distance from the top.
    FindBit(bool),
    /// Bits of a from b, c of them, zero- or sign-extended.
    Extract,
    /// a into b at c, d bits.
    Insert,
    /// Any function of three bits: the table is the fourth operand.
    Logic3,
    /// Of the 64 bits `b:a`, shifted left by c: the upper half. Clamped to 32, or wrapped.
    FunnelLeft {
        clamp: bool,
    },
    /// The lower half of `b:a` shifted right by c.
    FunnelRight {
        clamp: bool,
    },
}

impl Int {
    /// The result for values of type `ty`. Division by zero is a fault: PTX leaves its result to the device.
    pub fn eval(self, ty: Type, [a, b, c, d]: [u64; 4]) -> Result<u64, Fault> {
        let bits = ty.bits();
        let (x, y, z) = (ty.number(a), ty.number(b), ty.number(c));
        let wide = |value: i128| mask((bits * 2).min(64), value as u64);
        let high = |value: i128| ty.mask((value >> bits) as u64);
        let result = match self {
            Self::Add => a.wrapping_add(b),
            Self::Sub => a.wrapping_sub(b),
            Self::AddSat => (x + y).clamp(i128::from(i32::MIN), i128::from(i32::MAX)) as u64,
            Self::SubSat => (x - y).clamp(i128::from(i32::MIN), i128::from(i32::MAX)) as u64,
            Self::MulLo => a.wrapping_mul(b),
            Self::MulHi => high(multiply(x, y)),
            Self::MulWide => return Ok(wide(multiply(x, y))),
            Self::MadLo => a.wrapping_mul(b).wrapping_add(c),
            Self::MadHi => high(multiply(x, y)).wrapping_add(c),
            // The addend is as wide as the result.
            Self::MadWide => return Ok(mask(bits * 2, wide(multiply(x, y)).wrapping_add(c))),
            Self::Mul24 => low24(ty, a).wrapping_mul(low24(ty, b)) as u64,
            Self::Mad24 => (low24(ty, a).wrapping_mul(low24(ty, b)) as u64).wrapping_add(c),
            Self::Div | Self::Rem if y == 0 => return Err(Fault::DivisionByZero),
            Self::Div => (x / y) as u64,
            Self::Rem => (x % y) as u64,
            Self::Abs => x.unsigned_abs() as u64,
            Self::Neg => a.wrapping_neg(),
            Self::Min => x.min(y) as u64,
            Self::Max => x.max(y) as u64,
            Self::Sad => (z as u64).wrapping_add((x - y).unsigned_abs() as u64),
            Self::And => a & b,
            Self::Or => a | b,
            Self::Xor => a ^ b,
            Self::Not => !a,
            Self::LogicalNot => u64::from(ty.mask(a) == 0),
            // The amount is 32 bits and clamped to the width.
            Self::Shl => shift_amount(b, bits).map_or(0, |n| a << n),
            Self::Shr => {
                let n = (b & 0xffff_ffff).min(u64::from(bits));
                (x >> n) as u64
            }
            Self::PopCount => u64::from(ty.mask(a).count_ones()),
            Self::LeadingZeros => u64::from(ty.mask(a).leading_zeros() - (64 - bits)),
            Self::Reverse => a.reverse_bits() >> (64 - bits),
            Self::FindBit(from_top) => find_bit(ty, a, from_top),
            Self::Extract => extract(ty, a, b, c),
            Self::Insert => insert(bits, a, b, c, d),
            Self::Logic3 => logic3(a, b, c, d),
            Self::FunnelLeft { clamp } => ((pair(a, b) << funnel_amount(c, clamp)) >> 32) as u64,
            Self::FunnelRight { clamp } => (pair(a, b) >> funnel_amount(c, clamp)) as u64,
        };
        // Counts are 32 bits whatever the operand's width; they fit any of them.
        Ok(ty.mask(result))
    }
}

/// Exact where it matters: two unsigned 64-bit factors overflow i128 only beyond its sign bit, which wraps back.
const fn multiply(x: i128, y: i128) -> i128 {
    // As u128, so that the upper half of a u64 product shifts in zeros below.
    x.wrapping_mul(y)
}

fn low24(ty: Type, value: u64) -> i64 {
    let value = (value & 0x00ff_ffff) as i64;
    if ty.is_signed() { (value << 40) >> 40 } else { value }
}

fn shift_amount(amount: u64, bits: u32) -> Option<u32> {
    let amount = amount & 0xffff_ffff;
    (amount < u64::from(bits)).then_some(amount as u32)
}

fn funnel_amount(amount: u64, clamp: bool) -> u32 {
    let amount = amount as u32;
    if clamp { amount.min(32) } else { amount & 31 }
}

fn pair(low: u64, high: u64) -> u128 {
    u128::from(low & 0xffff_ffff) | (u128::from(high & 0xffff_ffff) << 32)
}

fn find_bit(ty: Type, a: u64, from_top: bool) -> u64 {
    let value = if ty.number(a) < 0 { ty.mask(!a) } else { ty.mask(a) };
    match value.checked_ilog2() {
        None => 0xffff_ffff,
        Some(at) if from_top => u64::from(ty.bits() - 1 - at),
        Some(at) => u64::from(at),
    }
}

fn extract(ty: Type, a: u64, position: u64, length: u64) -> u64 {
    let bits = u64::from(ty.bits());
    let (position, length) = (position & 0xff, length & 0xff);
    let bit = |at: u64| at < bits && (a >> at) & 1 == 1;
    // The sign is the field's last bit, or the operand's where the field reaches beyond it.
    let sign = ty.is_signed() && length > 0 && bit((position + length - 1).min(bits - 1));
    (0..bits).fold(0, |result, i| {
        let one = if i < length && position + i < bits { bit(position + i) } else { sign };
        result | (u64::from(one) << i)
    })
}

fn insert(bits: u32, a: u64, b: u64, position: u64, length: u64) -> u64 {
    let (position, length) = (position & 0xff, length & 0xff);
    (0..length).take_while(|i| position + i < u64::from(bits)).fold(b, |result, i| {
        let at = position + i;
        // Beyond the operand's own bits there is nothing to insert: length is at most its width here.
        result & !(1 << at) | (((a >> i) & 1) << at)
    })
}

fn logic3(a: u64, b: u64, c: u64, table: u64) -> u64 {
    (0..8u64).filter(|row| (table >> row) & 1 == 1).fold(0, |result, row| {
        let pick = |value: u64, bit: u64| if row & bit != 0 { value } else { !value };
        result | (pick(a, 4) & pick(b, 2) & pick(c, 1))
    })
}
