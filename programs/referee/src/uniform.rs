//! Counter-based uniform numbers.
//!
//! `mix` is the finaliser of SplitMix64 (Steele, Lea, Flood 2014). The element at row-major `index` of a tensor with
//! `seed` is `mix(mix(seed) + (index + 1) * 0x9e3779b97f4a7c15)`, all mod 2^64; its upper 23 bits h give
//! `(2h + 1) / 2^24`: exact in binary32, symmetric about 1/2, never 0 nor 1.

use crate::convert::i32_to_f32;

/// Bits of the f32 in (0, 1) for this seed and row-major index.
#[inline(always)]
pub const fn uniform(seed: u64, index: u64) -> u32 {
    const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
    let hash = mix(mix(seed).wrapping_add(index.wrapping_add(1).wrapping_mul(GOLDEN)));
    let odd = ((hash >> 41) << 1 | 1) as i32;
    // An odd number below 2^24 has a nonzero exponent field: subtracting 24 from it divides by 2^24.
    i32_to_f32(odd).wrapping_sub(24 << 23)
}

#[inline(always)]
const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
