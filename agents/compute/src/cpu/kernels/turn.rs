//! Four rows turned into columns of four words, the inner loop of packing.

use crate::word::Word;

/// Words of four rows of four-byte elements, or of bytes in fours: word `w` of all rows at `out[w * width]`, XORed with `flip`.
/// `words` is a multiple of four.
#[inline(always)]
pub(in crate::cpu) fn words<T>(rows: [&[T]; 4], words: usize, flip: u32, out: &mut [u32], width: usize) {
    assert!(rows.iter().all(|row| size_of_val(*row) >= words * size_of::<u32>()));
    // SAFETY: each row holds `words` words, and sixteen bytes are read from every fourth.
    turn(words, flip, out, width, |r, word| unsafe { read(rows[r].as_ptr().cast::<u32>().add(word)) });
}

/// Elements of four bytes as they are.
#[inline(always)]
pub(in crate::cpu) fn elements<T: Word>(rows: [&[T]; 4], count: usize, out: &mut [T], width: usize) {
    const { assert!(size_of::<T>() != size_of::<u32>() || align_of::<T>() == align_of::<u32>()) };
    assert!(size_of::<T>() == size_of::<u32>());
    // SAFETY: words of four bytes are f32 or i32: any bits are valid, and size and alignment are a u32's.
    let out = unsafe { std::slice::from_raw_parts_mut(out.as_mut_ptr().cast::<u32>(), out.len()) };
    words(rows, count, 0, out, width);
}

/// Words of two i8 widened to i16 each.
#[inline(always)]
pub(in crate::cpu) fn widened(rows: [&[i8]; 4], words: usize, out: &mut [u32], width: usize) {
    assert!(rows.iter().all(|row| row.len() >= words * 2));
    // SAFETY: each row holds two bytes for each word, and eight are read from every fourth.
    turn(words, 0, out, width, |r, word| unsafe { read_widened(rows[r].as_ptr().add(2 * word)) });
}

#[cfg(target_arch = "x86_64")]
mod four {
    //! SSE2, which every x86-64 has.
    use std::arch::x86_64::*;

    pub(super) type Four = __m128i;

    /// # Safety
    /// Sixteen bytes from `at` are readable.
    #[inline(always)]
    pub(super) unsafe fn read(at: *const u32) -> Four {
        // SAFETY: the caller's.
        unsafe { _mm_loadu_si128(at.cast()) }
    }

    /// # Safety
    /// Eight bytes from `at` are readable.
    #[inline(always)]
    pub(super) unsafe fn read_widened(at: *const i8) -> Four {
        // SAFETY: the caller's; SSE2 belongs to the architecture.
        unsafe {
            let bytes = _mm_loadl_epi64(at.cast());
            _mm_srai_epi16::<8>(_mm_unpacklo_epi8(bytes, bytes))
        }
    }

    #[inline(always)]
    pub(super) fn transpose([a, b, c, d]: [Four; 4], flip: u32) -> [[u32; 4]; 4] {
        // SAFETY: SSE2 belongs to the architecture, and a vector is sixteen bytes of integers.
        unsafe {
            let flip = _mm_set1_epi32(flip as i32);
            let (ab_low, ab_high) = (_mm_unpacklo_epi32(a, b), _mm_unpackhi_epi32(a, b));
            let (cd_low, cd_high) = (_mm_unpacklo_epi32(c, d), _mm_unpackhi_epi32(c, d));
            let columns = [
                _mm_unpacklo_epi64(ab_low, cd_low),
                _mm_unpackhi_epi64(ab_low, cd_low),
                _mm_unpacklo_epi64(ab_high, cd_high),
                _mm_unpackhi_epi64(ab_high, cd_high),
            ];
            std::mem::transmute::<[__m128i; 4], [[u32; 4]; 4]>(columns.map(|column| _mm_xor_si128(column, flip)))
        }
    }
}

#[cfg(not(target_arch = "x86_64"))]
mod four {
    pub(super) type Four = [u32; 4];

    /// # Safety
    /// Sixteen bytes from `at` are readable.
    #[inline(always)]
    pub(super) unsafe fn read(at: *const u32) -> Four {
        // SAFETY: the caller's.
        unsafe { at.cast::<Four>().read_unaligned() }.map(u32::from_le)
    }

    /// # Safety
    /// Eight bytes from `at` are readable.
    #[inline(always)]
    pub(super) unsafe fn read_widened(at: *const i8) -> Four {
        // SAFETY: the caller's.
        let bytes = unsafe { at.cast::<[i8; 8]>().read_unaligned() };
        let wide = |x: i8| u32::from(i16::from(x) as u16);
        std::array::from_fn(|i| wide(bytes[2 * i]) | wide(bytes[2 * i + 1]) << 16)
    }

    #[inline(always)]
    pub(super) fn transpose(rows: [Four; 4], flip: u32) -> [[u32; 4]; 4] {
        std::array::from_fn(|column| rows.map(|row| row[column] ^ flip))
    }
}

use four::{Four, read, read_widened, transpose};

#[inline(always)]
fn turn(words: usize, flip: u32, out: &mut [u32], width: usize, read: impl Fn(usize, usize) -> Four) {
    assert!(words.is_multiple_of(4) && width >= 4 && out.len() + width >= words * width + 4);
    for word in (0..words).step_by(4) {
        let columns = transpose(std::array::from_fn(|r| read(r, word)), flip);
        for (i, column) in columns.iter().enumerate() {
            // SAFETY: the last column begins at (words - 1) * width, and four words are there.
            unsafe { out.as_mut_ptr().add((word + i) * width).cast::<[u32; 4]>().write_unaligned(*column) };
        }
    }
}
