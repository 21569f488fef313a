//! SHA-256 of two messages at once: the CPU's SHA instructions wait for each other within a message, not between two.

use tessera_referee::merkle::{Digest, Sha256 as _};

use crate::merkle::Native;

/// Two messages of equal length, with their padding (FIPS 180-4, 5.1.1) in `BLOCKS` blocks each.
pub(crate) struct Two<const BLOCKS: usize> {
    blocks: [[[u8; 64]; BLOCKS]; 2],
    length: usize,
}

impl<const BLOCKS: usize> Two<BLOCKS> {
    /// Messages of `length` zeros. With its padding of nine bytes or more, a message fills the blocks.
    pub(crate) fn new(length: usize) -> Self {
        assert_eq!((length + 9).div_ceil(64), BLOCKS);
        let mut blocks = [[0; 64]; BLOCKS];
        let bytes = blocks.as_flattened_mut();
        bytes[length] = 0x80;
        let end = bytes.len() - 8;
        bytes[end..].copy_from_slice(&(length as u64 * 8).to_be_bytes());
        Self { blocks: [blocks; 2], length }
    }

    /// One of the two.
    pub(crate) fn message(&mut self, which: usize) -> &mut [u8] {
        &mut self.blocks[which].as_flattened_mut()[..self.length]
    }

    /// The digests of both.
    pub(crate) fn digests(&self) -> [Digest; 2] {
        #[cfg(target_arch = "x86_64")]
        if std::is_x86_feature_detected!("sha") && std::is_x86_feature_detected!("sse4.1") {
            // SAFETY: the CPU has the features.
            return unsafe { x86::digest(&self.blocks) };
        }
        [0, 1].map(|which| self.digest(which))
    }

    /// The digest of one.
    pub(crate) fn digest(&self, which: usize) -> Digest {
        Native::hash(&[&self.blocks[which].as_flattened()[..self.length]])
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    /// First 32 bits of the fractional parts of the cube roots of the first 64 primes.
    #[rustfmt::skip]
    const K: [u32; 64] = [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];
    /// First 32 bits of the fractional parts of the square roots of the first 8 primes.
    const START: [u32; 8] =
        [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

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
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<const BLOCKS: usize>(length: usize) {
        let mut two = Two::<BLOCKS>::new(length);
        for which in 0..2 {
            for (i, byte) in two.message(which).iter_mut().enumerate() {
                *byte = (i * 31 + which * 7 + i / 5) as u8;
            }
        }
        assert_eq!(two.digests(), [two.digest(0), two.digest(1)], "{length} bytes");
    }

    #[test]
    fn two_at_once_are_as_one_by_one() {
        (0..56).for_each(check::<1>);
        (56..120).for_each(check::<2>);
        check::<9>(521);
    }
}
