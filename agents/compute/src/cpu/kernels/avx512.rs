//! AVX-512: panels of 12 rows and 32 columns, 24 of the 32 registers as sums.

use std::arch::x86_64::*;

use super::Lines;

pub(in crate::cpu) const ROWS: usize = 12;
pub(in crate::cpu) const COLUMNS: usize = 32;
const LANES: usize = 16;

/// Compiles a kernel for 4, 8 and 12 rows by one or two vectors: `$step(sum, a, b)` adds a word's product to sixteen sums.
macro_rules! kernel {
    ($name:ident, $block:ident, $features:literal, $sum:ty, $vector:ty, $step:expr) => {
        #[target_feature(enable = $features)]
        fn $name<const APART: bool>(
            (rows, columns, count): (usize, usize, usize),
            a: Lines<'_>,
            b: Lines<'_>,
            bias: &[i32],
            sums: &mut [$sum],
        ) {
            match (rows, columns) {
                (0..=4, 0..=LANES) => $block::<4, 1, APART>(count, a, b, bias, sums),
                (0..=4, _) => $block::<4, 2, APART>(count, a, b, bias, sums),
                (5..=8, 0..=LANES) => $block::<8, 1, APART>(count, a, b, bias, sums),
                (5..=8, _) => $block::<8, 2, APART>(count, a, b, bias, sums),
                (_, 0..=LANES) => $block::<ROWS, 1, APART>(count, a, b, bias, sums),
                _ => $block::<ROWS, 2, APART>(count, a, b, bias, sums),
            }
        }

        /// `APART`: the rows of A are its lines.
        #[target_feature(enable = $features)]
        fn $block<const R: usize, const V: usize, const APART: bool>(
            count: usize,
            a: Lines<'_>,
            b: Lines<'_>,
            bias: &[i32],
            sums: &mut [$sum],
        ) {
            const { assert!(R <= ROWS && V * LANES <= COLUMNS) };
            assert!(if APART { a.hold(R, count) } else { a.hold(count, R) });
            assert!(b.hold(count, V * LANES) && sums.len() >= R * COLUMNS);
            assert!(bias.is_empty() || bias.len() >= COLUMNS);
            let (row_step, word_step) = if APART { (a.step, 1) } else { (1, a.step) };
            let b_step = b.step;
            // SAFETY: `a` holds R rows of `count` words, one in the lines of the other, `b` V vectors in each of `count` lines and `sums` R
            // rows of COLUMNS, of four bytes each; `bias` is one row where there is one. All loads and stores below lie within; none needs
            // alignment. Past the last word pointers only move.
            unsafe {
                let mut acc = [[_mm512_setzero_si512(); V]; R];
                for (r, acc) in acc.iter_mut().enumerate() {
                    for (v, acc) in acc.iter_mut().enumerate() {
                        *acc = _mm512_loadu_si512(sums.as_ptr().add(r * COLUMNS + v * LANES).cast());
                        if !bias.is_empty() {
                            *acc = _mm512_add_epi32(*acc, _mm512_loadu_si512(bias.as_ptr().add(v * LANES).cast()));
                        }
                    }
                }
                let (mut a, mut b) = (a.words.as_ptr(), b.words.as_ptr());
                for _ in 0..count {
                    let mut line = [_mm512_setzero_si512(); V];
                    for (v, line) in line.iter_mut().enumerate() {
                        *line = _mm512_loadu_si512(b.add(v * LANES).cast());
                    }
                    for (r, acc) in acc.iter_mut().enumerate() {
                        let x = _mm512_set1_epi32(a.add(r * row_step).read() as i32);
                        for (acc, b) in acc.iter_mut().zip(line) {
                            *acc = $step(*acc, x, b);
                        }
                    }
                    a = a.wrapping_add(word_step);
                    b = b.wrapping_add(b_step);
                }
                for (r, acc) in acc.iter().enumerate() {
                    for (v, acc) in acc.iter().enumerate() {
                        _mm512_storeu_si512(sums.as_mut_ptr().add(r * COLUMNS + v * LANES).cast(), *acc);
                    }
                }
            }
        }
    };
}

kernel! {
    multiply_f32, block_f32, "avx512f", f32, __m512, |sum, a, b| _mm512_castps_si512(_mm512_fmadd_ps(
        _mm512_castsi512_ps(a), _mm512_castsi512_ps(b), _mm512_castsi512_ps(sum)))
}

/// f32: `sums[r][c] = fma(a[w][r], b[w][c], sums[r][c])`.
#[target_feature(enable = "avx512f")]
pub(in crate::cpu) fn multiply(block: (usize, usize, usize), a: Lines<'_>, b: Lines<'_>, sums: &mut [f32]) {
    multiply_f32::<false>(block, a, b, &[], sums);
}

/// f32: `sums[r][c] = fma(a[r][w], b[w][c], sums[r][c])`.
#[target_feature(enable = "avx512f")]
pub(in crate::cpu) fn multiply_rows(block: (usize, usize, usize), a: Lines<'_>, b: Lines<'_>, sums: &mut [f32]) {
    multiply_f32::<true>(block, a, b, &[], sums);
}

kernel! {
    pairs, block_pairs, "avx512f,avx512bw", i32, __m512i, |sum, a, b| _mm512_add_epi32(sum, _mm512_madd_epi16(a, b))
}

/// i8 as pairs of i16.
#[target_feature(enable = "avx512f,avx512bw")]
pub(in crate::cpu) fn multiply_i8(rows: usize, a: &[u32], b: &[u32], bias: &[i32], sums: &mut [i32]) {
    let lines = |words, step| Lines { words, step };
    pairs::<false>((rows, COLUMNS, a.len() / ROWS), lines(a, ROWS), lines(b, COLUMNS), bias, sums);
}

kernel! {
    fours, block_fours, "avx512f,avx512vnni", i32, __m512i, |sum, a, b| _mm512_dpbusd_epi32(sum, a, b)
}

/// i8 in fours, those of A greater by 128 and unsigned; the sum wraps (it is the form that does not saturate).
#[target_feature(enable = "avx512f,avx512vnni")]
pub(in crate::cpu) fn multiply_i8_vnni(rows: usize, a: &[u32], b: &[u32], bias: &[i32], sums: &mut [i32]) {
    let lines = |words, step| Lines { words, step };
    fours::<false>((rows, COLUMNS, a.len() / ROWS), lines(a, ROWS), lines(b, COLUMNS), bias, sums);
}

/// `-128 sum(b)` for each column of a panel of i8 in fours.
#[target_feature(enable = "avx512f,avx512vnni")]
pub(in crate::cpu) fn bias(b: &[u32], bias: &mut [i32]) {
    assert!(bias.len() >= COLUMNS);
    let by = _mm512_set1_epi32(0x8080_8080_u32 as i32);
    // SAFETY: chunks are COLUMNS words long, as is `bias`.
    unsafe {
        let mut sums = [_mm512_setzero_si512(); 2];
        for row in b.chunks_exact(COLUMNS) {
            for (half, sum) in sums.iter_mut().enumerate() {
                *sum = _mm512_dpbusd_epi32(*sum, by, _mm512_loadu_si512(row.as_ptr().add(half * LANES).cast()));
            }
        }
        for (half, sum) in sums.into_iter().enumerate() {
            let less = _mm512_sub_epi32(_mm512_setzero_si512(), sum);
            _mm512_storeu_si512(bias.as_mut_ptr().add(half * LANES).cast(), less);
        }
    }
}
