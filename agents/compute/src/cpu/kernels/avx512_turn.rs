//! Rows turned into columns by AVX-512: a vector holds four words each of every fourth row, and blocks of four by four are turned in it.

use std::arch::x86_64::*;

use super::turn;
use crate::word::Word;

/// Writes `words`, a multiple of four, of N rows, one too, below each other: word `w` of all at `out[w * width]`, XORed with `flip`.
#[target_feature(enable = "avx512f")]
#[inline]
pub(in crate::cpu) fn rows<T: Word, const N: usize>(
    rows: &[&[T]; N],
    words: usize,
    flip: u32,
    out: &mut [u32],
    width: usize,
) {
    if N != 12 && N != 16 {
        for (four, rows) in rows.as_chunks::<4>().0.iter().enumerate() {
            turn::words(*rows, words, flip, &mut out[4 * four..], width);
        }
        return;
    }
    assert!(rows.iter().all(|row| size_of_val(*row) >= words * size_of::<u32>()));
    assert!(words.is_multiple_of(4) && width >= N && out.len() + width >= words * width + N);
    let rows: [*const u32; N] = rows.map(|row| row.as_ptr().cast());
    let flip = _mm512_set1_epi32(flip as i32);
    for word in (0..words).step_by(4) {
        // SAFETY: each row holds `words` words, of which four are read from every fourth.
        let four = |row: usize| unsafe { _mm_loadu_si128(rows[row].add(word).cast()) };
        let every_fourth = |r: usize| {
            let two = _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(four(r)), four(4 + r));
            let three = _mm512_inserti32x4::<2>(_mm512_castsi256_si512(two), four(8 + r));
            if N == 16 { _mm512_inserti32x4::<3>(three, four(12 + r)) } else { three }
        };
        let (a, b, c, d) = (every_fourth(0), every_fourth(1), every_fourth(2), every_fourth(3));
        let (ab_low, ab_high) = (_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
        let (cd_low, cd_high) = (_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d));
        let columns = [
            _mm512_unpacklo_epi64(ab_low, cd_low),
            _mm512_unpackhi_epi64(ab_low, cd_low),
            _mm512_unpacklo_epi64(ab_high, cd_high),
            _mm512_unpackhi_epi64(ab_high, cd_high),
        ];
        for (i, column) in columns.into_iter().enumerate() {
            let column = _mm512_xor_si512(column, flip);
            // SAFETY: the last column begins at (words - 1) * width, and N words are there.
            unsafe {
                let at = out.as_mut_ptr().add((word + i) * width);
                if N == 16 {
                    _mm512_storeu_si512(at.cast(), column);
                } else {
                    _mm256_storeu_si256(at.cast(), _mm512_castsi512_si256(column));
                    _mm_storeu_si128(at.add(8).cast(), _mm512_extracti32x4_epi32::<2>(column));
                }
            }
        }
    }
}
