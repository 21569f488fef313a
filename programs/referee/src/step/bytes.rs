//! Products of i8 rows.

use crate::fold::i8_term;

/// Every byte's distance from its unsigned order.
const BIAS: u64 = 0x8080_8080_8080_8080;
/// The lowest bytes of two lanes of 32 bits.
const LANES: u64 = 0x0000_00ff_0000_00ff;
const LANES_BIAS: u64 = LANES & BIAS;

/// The dot product of at most 512 signed bytes and as many, eight at a time.
///
/// Two terms take one multiplication: `(a0 + 2^32 a4) (b4 + 2^32 b0)` has `a0 b0 + a4 b4` in its upper half and `a0 b4` below,
/// where 256 such products stay within 32 bits.
pub(super) fn dot(a: &[u8], b: &[u8]) -> i32 {
    let ((a, rest_a), (b, rest_b)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = 0u64;
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (u64::from_le_bytes(*a) ^ BIAS, u64::from_le_bytes(*b) ^ BIAS);
        let b = b.rotate_left(32);
        for shift in [0, 8, 16, 24] {
            sums = sums.wrapping_add(signed(a >> shift).wrapping_mul(signed(b >> shift)));
        }
    }
    let below = i64::from(sums as i32);
    let above = (sums.wrapping_sub(below as u64) >> 32) as i32;
    rest_a.iter().zip(rest_b).fold(above, |acc, (a, b)| i8_term(*a as i8, *b as i8, acc))
}

/// The two biased bytes at the lanes' ends as signed numbers: `lower + 2^32 upper`.
#[inline(always)]
const fn signed(biased: u64) -> u64 {
    (biased & LANES).wrapping_sub(LANES_BIAS)
}
