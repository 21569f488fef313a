//! Sums of products, each term rounded.

use super::pack::{raised, round_pack};
use super::{INFINITY, NAN, SIGN, is_nan};

/// What exponents are counted from, so that a product's is the sum of its factors' exponent fields less two.
const BIAS: i64 = 298;
/// Zero bits below the significand of an accumulator.
const SPARE: u32 = 38;
/// Places that a product of two significands, below 2^48, is raised by at most.
const LIFT: i64 = 14;
/// The lift below which nothing of a product is left but the sticky bit.
const UNFELT: i64 = -50;
/// `e` where the exponent field is 1, the least of normal numbers.
const NORMAL: i64 = 111;
/// `e` of zeros: less than of any number by more than 64.
const ZERO: i64 = -(1 << 20);
/// `e` of what is not finite: greater than of any product by more than 64.
const NOT_FINITE: i64 = 1 << 20;
const INFINITE: u64 = 1;
const NOT_A_NUMBER: u64 = 2;
const FRACTION: u64 = 0x007f_ffff;
const HIDDEN: u64 = 0x0080_0000;

/// An f32 that products are added to, each sum rounded: `fma(a, b, acc)` for one term after the other. It is kept
/// unpacked between them and makes no use of 32-bit numbers, which the chain's machine would have to cut to length.
#[derive(Clone, Copy, Debug)]
pub struct Accumulator {
    /// Negative for negative numbers, zeros among them.
    sign: i64,
    /// The number is `m * 2^(e - BIAS)`, m in `2^61..=2^62` with [`SPARE`] zero bits below. 0 for zeros.
    m: u64,
    e: i64,
}

impl Accumulator {
    /// The accumulator with these bits.
    #[inline(always)]
    pub const fn new(bits: u32) -> Self {
        let wide = bits as u64;
        let (place, fraction, sign) = ((wide >> 23 & 0xff).wrapping_sub(1), wide & FRACTION, (wide << 32) as i64);
        if place < 254 {
            return Self { sign, m: (fraction | HIDDEN) << SPARE, e: (place as i64).wrapping_add(NORMAL) };
        }
        if place == 254 {
            return Self { sign, m: if fraction == 0 { INFINITE } else { NOT_A_NUMBER }, e: NOT_FINITE };
        }
        if fraction == 0 {
            return Self { sign, m: 0, e: ZERO };
        }
        let (m, by) = raised(fraction << SPARE);
        Self { sign, m, e: NORMAL.wrapping_sub(by) }
    }

    /// The accumulator's bits; NaN in its canonical form.
    #[inline(always)]
    pub const fn bits(self) -> u32 {
        let sign = (self.sign as u64 >> 32) as u32 & SIGN;
        let place = self.e.wrapping_sub(NORMAL);
        if place as u64 <= 253 {
            // A carry out of the significand moves into the exponent by itself.
            return sign | ((place as u32) << 23).wrapping_add((self.m >> SPARE) as u32);
        }
        if self.m == 0 {
            sign
        } else if self.e != NOT_FINITE {
            sign | (self.m >> SPARE).wrapping_shr(place.wrapping_neg() as u32) as u32
        } else if self.m == INFINITE {
            sign | INFINITY
        } else {
            NAN
        }
    }

    /// `a * b + self` with one rounding.
    #[inline(always)]
    #[must_use]
    pub const fn plus_product(self, a: u32, b: u32) -> Self {
        let (wide_a, wide_b) = (a as u64, b as u64);
        let (place_a, place_b) = ((wide_a >> 23 & 0xff).wrapping_sub(1), (wide_b >> 23 & 0xff).wrapping_sub(1));
        let sign = ((wide_a ^ wide_b) << 32) as i64;
        let sum = if place_a < 254 && place_b < 254 {
            let product = (wide_a & FRACTION | HIDDEN).wrapping_mul(wide_b & FRACTION | HIDDEN);
            self.plus(sign, product, place_a.wrapping_add(place_b) as i64)
        } else if (wide_a << 33 == 0 && place_b != 254) || (wide_b << 33 == 0 && place_a != 254) {
            // A product that is a zero: it matters only against another zero.
            let sign = if self.m == 0 { sign & self.sign } else { self.sign };
            Rounded::Normal(Self { sign, ..self })
        } else {
            Rounded::Bits(unusual(self.bits(), a, b))
        };
        match sum {
            Rounded::Normal(sum) => sum,
            Rounded::Bits(bits) => Self::new(bits),
        }
    }

    /// Adds `product * 2^(e - BIAS)`, where product is in `2^46..2^48`.
    ///
    /// Bits are only lost where one of the two is so much less that cancellation takes one bit at most, which cannot bring the
    /// sticky bit near the rounding place.
    #[inline(always)]
    const fn plus(self, sign: i64, product: u64, e: i64) -> Rounded {
        let lift = e.wrapping_sub(self.e);
        let (product, addend, e) = if lift as u64 <= LIFT as u64 {
            (product.wrapping_shl(lift as u32), self.m, self.e)
        } else if lift < 0 {
            if lift < UNFELT {
                // Less than a quarter of the last place; and nothing finite changes what is not.
                return Rounded::Normal(self);
            }
            (lowered(product, lift.wrapping_neg()), self.m, self.e)
        } else {
            let by = lift.wrapping_sub(LIFT);
            (product << LIFT, lowered(self.m, by), self.e.wrapping_add(by))
        };
        if sign ^ self.sign >= 0 {
            rounded(sign, product.wrapping_add(addend), e)
        } else if addend > product {
            rounded(self.sign, addend.wrapping_sub(product), e)
        } else {
            rounded(sign, product.wrapping_sub(addend), e)
        }
    }
}

/// A sum: packed where it comes out of a function of its own, since an accumulator would pass through memory there, and then
/// be kept in memory through a whole loop.
#[derive(Clone, Copy)]
enum Rounded {
    Normal(Accumulator),
    Bits(u32),
}

/// The number nearest to `m * 2^(e - BIAS)`, ties to even; m below 2^63.
#[inline(always)]
const fn rounded(sign: i64, m: u64, e: i64) -> Rounded {
    // To 2^61..2^62.
    let (m, e) = match m >> 61 {
        1 => (m, e),
        0 if m >> 60 != 0 => (m << 1, e.wrapping_sub(1)),
        0 if m == 0 => return Rounded::Bits(0),
        0 => {
            let (m, by) = raised(m);
            (m, e.wrapping_sub(by))
        }
        _ => (m >> 1 | m & 1, e.wrapping_add(1)),
    };
    // Neither subnormal nor next to infinity.
    if e.wrapping_sub(NORMAL) as u64 <= 252 {
        // Less than a half is added to an even number and a half to an odd one, so that a tie carries into an odd one only.
        let m = m.wrapping_add((1 << (SPARE - 1)) - 1).wrapping_add(m >> SPARE & 1);
        Rounded::Normal(Accumulator { sign, m: m >> SPARE << SPARE, e })
    } else {
        Rounded::Bits(at_an_end(sign, m, e))
    }
}

#[inline(never)]
const fn at_an_end(sign: i64, m: u64, e: i64) -> u32 {
    round_pack((sign as u64 >> 32) as u32 & SIGN, m, e.wrapping_sub(BIAS) as i32)
}

/// `a * b + c` where a factor is a zero, a subnormal number, an infinity or NaN.
#[inline(never)]
const fn unusual(c: u32, a: u32, b: u32) -> u32 {
    if is_nan(a) || is_nan(b) || is_nan(c) {
        return NAN;
    }
    let sign = (((a ^ b) as u64) << 32) as i64;
    let sign_bit = (a ^ b) & SIGN;
    if (a | b) & INFINITY == 0 {
        // Of two subnormal numbers: less than half of any.
        return if c & !SIGN == 0 { sign_bit } else { c };
    }
    let (a, b, c) = (Accumulator::new(a), Accumulator::new(b), Accumulator::new(c));
    if a.e == NOT_FINITE || b.e == NOT_FINITE {
        let opposed = c.e == NOT_FINITE && sign ^ c.sign < 0;
        return if a.m == 0 || b.m == 0 || opposed { NAN } else { sign_bit | INFINITY };
    }
    let product = (a.m >> SPARE).wrapping_mul(b.m >> SPARE);
    match c.plus(sign, product, a.e.wrapping_add(b.e).wrapping_sub(2 * NORMAL)) {
        Rounded::Normal(sum) => sum.bits(),
        Rounded::Bits(bits) => bits,
    }
}

/// `m >> by` with a lowest bit that tells whether ones were lost; by is not negative.
#[inline(always)]
const fn lowered(m: u64, by: i64) -> u64 {
    if by < 64 {
        let kept = m.wrapping_shr(by as u32);
        kept | (kept.wrapping_shl(by as u32) != m) as u64
    } else {
        (m != 0) as u64
    }
}
