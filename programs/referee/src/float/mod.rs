//! IEEE-754 binary32 on bit patterns, with integer instructions only.
//!
//! Round to nearest even, subnormals kept, and every NaN result is [`NAN`]. A finite number other than zero is
//! unpacked to `sign, m, e` with value `m * 2^e` and m in `2^23..2^24`, subnormals included.

mod accumulator;
mod div;
mod fma;
mod pack;
mod sqrt;

pub use accumulator::Accumulator;
pub use div::div;
pub use fma::{add, fma, mul, sub};
pub(crate) use pack::round_pack;
pub use sqrt::sqrt;

/// The only NaN that arithmetic gives.
pub const NAN: u32 = 0x7fff_ffff;
/// +inf.
pub const INFINITY: u32 = 0x7f80_0000;
/// -inf.
pub const NEG_INFINITY: u32 = 0xff80_0000;
/// 1.0.
pub const ONE: u32 = 0x3f80_0000;
/// The sign bit; also -0.
pub const SIGN: u32 = 0x8000_0000;

/// Whether these bits are a NaN.
#[inline(always)]
pub const fn is_nan(x: u32) -> bool {
    x & !SIGN > INFINITY
}

/// NaN in its canonical form; other bits as they are.
#[inline(always)]
pub const fn canonical(x: u32) -> u32 {
    if is_nan(x) { NAN } else { x }
}

/// The number with its sign flipped; NaN in its canonical form.
#[inline(always)]
pub const fn neg(x: u32) -> u32 {
    canonical(x ^ SIGN)
}

/// The number without its sign; NaN in its canonical form.
#[inline(always)]
pub const fn abs(x: u32) -> u32 {
    canonical(x & !SIGN)
}
