//! Loops without intrinsics, for the instructions that every CPU of an architecture has.

use super::Lines;

pub(in crate::cpu) const ROWS: usize = 4;
pub(in crate::cpu) const COLUMNS: usize = 8;

/// f32: `sums[r][c] = fma(a[w][r], b[w][c], sums[r][c])`.
#[inline(always)]
pub(in crate::cpu) fn multiply(
    fma: impl Fn(f32, f32, f32) -> f32,
    count: usize,
    a: Lines<'_>,
    b: Lines<'_>,
    sums: &mut [f32],
) {
    let (sums, _) = sums.as_chunks_mut::<COLUMNS>();
    let [sums0, sums1, sums2, sums3, ..] = sums else { return };
    // Named one by one, so that the compiler keeps them in registers.
    let [mut acc0, mut acc1, mut acc2, mut acc3] = [*sums0, *sums1, *sums2, *sums3];
    let lines = a.words.chunks(a.step).zip(b.words.chunks(b.step)).take(count);
    for (a, b) in lines {
        let (Some(a), Some(b)) = (a.first_chunk::<ROWS>(), b.first_chunk::<COLUMNS>()) else { return };
        let term = |x: u32, acc: &mut [f32; COLUMNS]| {
            for (acc, &b) in acc.iter_mut().zip(b) {
                *acc = fma(f32::from_bits(x), f32::from_bits(b), *acc);
            }
        };
        term(a[0], &mut acc0);
        term(a[1], &mut acc1);
        term(a[2], &mut acc2);
        term(a[3], &mut acc3);
    }
    [*sums0, *sums1, *sums2, *sums3] = [acc0, acc1, acc2, acc3];
}

/// i8 as pairs of i16.
#[inline(always)]
pub(in crate::cpu) fn multiply_i8(a: &[u32], b: &[u32], sums: &mut [i32]) {
    let (a, b) = (a.as_chunks::<ROWS>().0, b.as_chunks::<COLUMNS>().0);
    for (r, sums) in sums.as_chunks_mut::<COLUMNS>().0.iter_mut().take(ROWS).enumerate() {
        let mut acc = *sums;
        for (a, b) in a.iter().zip(b) {
            let (low, high) = halves(a[r]);
            for (acc, &b) in acc.iter_mut().zip(b) {
                let (b_low, b_high) = halves(b);
                *acc = acc.wrapping_add(low * b_low + high * b_high);
            }
        }
        *sums = acc;
    }
}

/// Both i16 of a word.
#[inline(always)]
fn halves(word: u32) -> (i32, i32) {
    (i32::from(word as i16), word as i32 >> 16)
}
