//! Two messages with the SHA instructions, which wait for each other within a message, not between two.

use std::arch::x86_64::*;

use super::{K, START};

/// Digests of two padded messages.
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
pub(super) fn digest<const BLOCKS: usize>(messages: &[[[u8; 64]; BLOCKS]; 2]) -> [[u8; 32]; 2] {
    let word = |i: usize| START[i] as i32;
    // The order of words that the instructions take.
    let mut abef = [_mm_set_epi32(word(0), word(1), word(4), word(5)); 2];
    let mut cdgh = [_mm_set_epi32(word(2), word(3), word(6), word(7)); 2];
    for (first, second) in messages[0].iter().zip(&messages[1]) {
        block(&mut abef, &mut cdgh, [first, second]);
    }
    std::array::from_fn(|lane| {
        let feba = _mm_shuffle_epi32::<0x1b>(abef[lane]);
        let dchg = _mm_shuffle_epi32::<0xb1>(cdgh[lane]);
        let dcba = _mm_blend_epi16::<0xf0>(feba, dchg);
        let hgfe = _mm_alignr_epi8::<8>(dchg, feba);
        let mut digest = [0; 32];
        for (bytes, state) in digest.as_chunks_mut::<16>().0.iter_mut().zip([dcba, hgfe]) {
            // SAFETY: sixteen bytes are written to sixteen.
            unsafe { _mm_storeu_si128(bytes.as_mut_ptr().cast(), _mm_shuffle_epi8(state, big_endian())) };
        }
        digest
    })
}

/// Reverses the bytes of each word.
#[target_feature(enable = "sse2")]
fn big_endian() -> __m128i {
    _mm_set_epi64x(0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203)
}

/// The compression function on a block of each message (FIPS 180-4, 6.2.2), four rounds at a time.
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn block(abef: &mut [__m128i; 2], cdgh: &mut [__m128i; 2], blocks: [&[u8; 64]; 2]) {
    let (saved_abef, saved_cdgh) = (*abef, *cdgh);
    let load = |lane: usize, four: usize| {
        let bytes = &blocks[lane][16 * four..][..16];
        // SAFETY: sixteen bytes are read from sixteen.
        _mm_shuffle_epi8(unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }, big_endian())
    };
    let mut w: [[__m128i; 4]; 2] = std::array::from_fn(|lane| std::array::from_fn(|four| load(lane, four)));
    macro_rules! rounds {
        ($($four:literal),*) => {$(
            for lane in 0..2 {
                let w = &mut w[lane];
                if $four >= 4 {
                    let partial = _mm_sha256msg1_epu32(w[$four % 4], w[($four + 1) % 4]);
                    let shifted = _mm_alignr_epi8::<4>(w[($four + 3) % 4], w[($four + 2) % 4]);
                    w[$four % 4] = _mm_sha256msg2_epu32(_mm_add_epi32(partial, shifted), w[($four + 3) % 4]);
                }
                let k = _mm_set_epi32(
                    K[4 * $four + 3] as i32, K[4 * $four + 2] as i32, K[4 * $four + 1] as i32, K[4 * $four] as i32,
                );
                let sum = _mm_add_epi32(w[$four % 4], k);
                cdgh[lane] = _mm_sha256rnds2_epu32(cdgh[lane], abef[lane], sum);
                abef[lane] = _mm_sha256rnds2_epu32(abef[lane], cdgh[lane], _mm_shuffle_epi32::<0x0e>(sum));
            }
        )*};
    }
    rounds!(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    for lane in 0..2 {
        abef[lane] = _mm_add_epi32(abef[lane], saved_abef[lane]);
        cdgh[lane] = _mm_add_epi32(cdgh[lane], saved_cdgh[lane]);
    }
}
