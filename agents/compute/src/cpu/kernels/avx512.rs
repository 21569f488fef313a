//! AVX-512: panels of 12 rows and 32 columns, 24 of the 32 registers as sums.

use std::arch::x86_64::*;

pub(in crate::cpu) const ROWS: usize = 12;
pub(in crate::cpu) const COLUMNS: usize = 32;
const LANES: usize = 16;

/// Compiles a kernel for 4, 8 and 12 rows: `$step(sum, a, b)` adds a word's product to sixteen sums.
macro_rules! kernel {
    ($(#[$doc:meta])* $name:ident, $block:ident, $features:literal, $sum:ty, $vector:ty, $step:expr) => {
        $(#[$doc])*
        #[target_feature(enable = $features)]
        pub(in crate::cpu) fn $name(rows: usize, a: &[u32], b: &[u32], bias: &[i32], sums: &mut [$sum]) {
            match rows {
                0..=4 => $block::<4>(a, b, bias, sums),
                5..=8 => $block::<8>(a, b, bias, sums),
                _ => $block::<ROWS>(a, b, bias, sums),
            }
        }

        #[target_feature(enable = $features)]
        fn $block<const R: usize>(a: &[u32], b: &[u32], bias: &[i32], sums: &mut [$sum]) {
            const { assert!(R <= ROWS) };
            let words = a.len() / ROWS;
            assert!(b.len() >= words * COLUMNS && sums.len() >= R * COLUMNS);
            assert!(bias.is_empty() || bias.len() >= COLUMNS);
            // SAFETY: `a` holds `words` times ROWS words, `b` as many times COLUMNS and `sums` R rows of COLUMNS, of four bytes each; `bias`
            // is one row where there is one. All loads and stores below lie within; none needs alignment.
            unsafe {
                let mut acc = [[_mm512_setzero_si512(); 2]; R];
                for (r, acc) in acc.iter_mut().enumerate() {
                    for (half, acc) in acc.iter_mut().enumerate() {
                        *acc = _mm512_loadu_si512(sums.as_ptr().add(r * COLUMNS + half * LANES).cast());
                        if !bias.is_empty() {
                            *acc = _mm512_add_epi32(*acc, _mm512_loadu_si512(bias.as_ptr().add(half * LANES).cast()));
                        }
                    }
                }
                let (mut a, mut b) = (a.as_ptr(), b.as_ptr());
                for _ in 0..words {
                    let b0 = _mm512_loadu_si512(b.cast());
                    let b1 = _mm512_loadu_si512(b.add(LANES).cast());
                    for (r, [acc0, acc1]) in acc.iter_mut().enumerate() {
                        let x = _mm512_set1_epi32(a.add(r).read() as i32);
                        *acc0 = $step(*acc0, x, b0);
                        *acc1 = $step(*acc1, x, b1);
                    }
                    a = a.add(ROWS);
                    b = b.add(COLUMNS);
                }
                for (r, acc) in acc.iter().enumerate() {
                    for (half, acc) in acc.iter().enumerate() {
                        _mm512_storeu_si512(sums.as_mut_ptr().add(r * COLUMNS + half * LANES).cast(), *acc);
                    }
                }
            }
        }
    };
}

kernel! {
    /// f32.
    multiply_f32, block_f32, "avx512f", f32, __m512, |sum, a, b| _mm512_castps_si512(_mm512_fmadd_ps(
        _mm512_castsi512_ps(a), _mm512_castsi512_ps(b), _mm512_castsi512_ps(sum)))
}

/// f32: `sums[r][c] = fma(a[w][r], b[w][c], sums[r][c])`.
#[target_feature(enable = "avx512f")]
pub(in crate::cpu) fn multiply(rows: usize, a: &[u32], b: &[u32], sums: &mut [f32]) {
    multiply_f32(rows, a, b, &[], sums);
}

kernel! {
    /// i8 as pairs of i16.
    multiply_i8, block_i8, "avx512f,avx512bw", i32, __m512i, |sum, a, b| _mm512_add_epi32(sum, _mm512_madd_epi16(a, b))
}

kernel! {
    /// i8 in fours, those of A greater by 128 and unsigned; the sum wraps (it is the form that does not saturate).
    multiply_i8_vnni, block_i8_vnni, "avx512f,avx512vnni", i32, __m512i, |sum, a, b| _mm512_dpbusd_epi32(sum, a, b)
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
