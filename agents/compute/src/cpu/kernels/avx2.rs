//! AVX2 and FMA: panels of 4 rows and 24 columns, 12 of the 16 registers as sums.

use std::arch::x86_64::*;

use super::Lines;

pub(in crate::cpu) const ROWS: usize = 4;
pub(in crate::cpu) const COLUMNS: usize = 24;
const LANES: usize = 8;
const VECTORS: usize = COLUMNS / LANES;

/// A kernel of four rows: `$step(sum, a, b)` adds a word's product to eight sums.
macro_rules! kernel {
    ($name:ident, $features:literal, $sum:ty, $step:expr) => {
        #[target_feature(enable = $features)]
        fn $name(count: usize, a: Lines<'_>, b: Lines<'_>, sums: &mut [$sum]) {
            assert!(a.hold(count, ROWS) && b.hold(count, COLUMNS) && sums.len() >= ROWS * COLUMNS);
            // SAFETY: `a` holds ROWS words in each of `count` lines, `b` COLUMNS and `sums` ROWS rows of COLUMNS, of four bytes each.
            // All loads and stores below lie within; none needs alignment. Past the last line pointers only move.
            unsafe {
                let mut acc = [[_mm256_setzero_si256(); VECTORS]; ROWS];
                for (r, acc) in acc.iter_mut().enumerate() {
                    for (v, acc) in acc.iter_mut().enumerate() {
                        *acc = _mm256_loadu_si256(sums.as_ptr().add(r * COLUMNS + v * LANES).cast());
                    }
                }
                let (a_step, b_step) = (a.step, b.step);
                let (mut a, mut b) = (a.words.as_ptr(), b.words.as_ptr());
                for _ in 0..count {
                    let row: [__m256i; VECTORS] = [
                        _mm256_loadu_si256(b.cast()),
                        _mm256_loadu_si256(b.add(LANES).cast()),
                        _mm256_loadu_si256(b.add(2 * LANES).cast()),
                    ];
                    for (r, acc) in acc.iter_mut().enumerate() {
                        let x = _mm256_set1_epi32(a.add(r).read() as i32);
                        for (acc, b) in acc.iter_mut().zip(row) {
                            *acc = $step(*acc, x, b);
                        }
                    }
                    a = a.wrapping_add(a_step);
                    b = b.wrapping_add(b_step);
                }
                for (r, acc) in acc.iter().enumerate() {
                    for (v, acc) in acc.iter().enumerate() {
                        _mm256_storeu_si256(sums.as_mut_ptr().add(r * COLUMNS + v * LANES).cast(), *acc);
                    }
                }
            }
        }
    };
}

kernel!(panel_f32, "avx2,fma", f32, |sum, a, b| _mm256_castps_si256(_mm256_fmadd_ps(
    _mm256_castsi256_ps(a),
    _mm256_castsi256_ps(b),
    _mm256_castsi256_ps(sum)
)));

// The words are i16, widened when they were packed: the products of two pairs of i8 cannot overflow, as those of vpmaddubsw can.
kernel!(panel_i8, "avx2", i32, |sum, a, b| _mm256_add_epi32(sum, _mm256_madd_epi16(a, b)));

/// f32: `sums[r][c] = fma(a[w][r], b[w][c], sums[r][c])`.
#[target_feature(enable = "avx2,fma")]
pub(in crate::cpu) fn multiply((.., count): (usize, usize, usize), a: Lines<'_>, b: Lines<'_>, sums: &mut [f32]) {
    panel_f32(count, a, b, sums);
}

/// i8 as pairs of i16.
#[target_feature(enable = "avx2")]
pub(in crate::cpu) fn multiply_i8(_: usize, a: &[u32], b: &[u32], _: &[i32], sums: &mut [i32]) {
    panel_i8(a.len() / ROWS, Lines { words: a, step: ROWS }, Lines { words: b, step: COLUMNS }, sums);
}
