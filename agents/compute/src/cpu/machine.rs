//! What an instruction set computes with, always with the referee's bits.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
use std::hint::black_box;

use tessera_referee::{Arith, float};

use super::kernels::{Lines, plain, portable_fma, turn};
#[cfg(target_arch = "x86_64")]
use super::kernels::{avx2, avx512, avx512_turn};
use crate::word::Word;

/// Arithmetic and inner loops that kernels are compiled for.
///
/// Inner loops multiply packed panels, `[words][ROWS]` of A with `[words][COLUMNS]` of B, into sums `[ROWS][COLUMNS]`. A word is one f32,
/// or [`GROUP`](Self::GROUP) i8 of consecutive k. Lanes run across columns, so each f32 sum is one chain in order.
pub(super) trait Machine: Arith {
    /// Rows of a panel of A; a multiple of four.
    const ROWS: usize;
    /// Columns of a panel of B; a multiple of four that divides [`PANEL_MULTIPLE`].
    const COLUMNS: usize;
    /// i8 factors in a word: two widened to i16, or four as they are.
    const GROUP: usize;
    /// What A's i8 words are XORed with: the sign bits, where A is taken as unsigned numbers 128 greater.
    const FLIP: u32;

    /// A term of a fold: as [`fma`](Arith::fma), but a NaN may be any NaN. It stays one to the end of the chain, where the
    /// fold makes it canonical.
    fn term(a: f32, b: f32, acc: f32) -> f32;

    /// `sums[r][c] = fma(a[w][r], b[w][c], sums[r][c])` for each word in order; only the first `rows` rows count. A NaN may be any NaN.
    #[inline(always)]
    fn multiply(rows: usize, a: &[u32], b: &[u32], sums: &mut [f32]) {
        let lines = |words, step| Lines { words, step };
        let block = (rows, Self::COLUMNS, a.len() / Self::ROWS);
        Self::multiply_lines(block, lines(a, Self::ROWS), lines(b, Self::COLUMNS), sums);
    }

    /// The same of so many rows, columns and words: only the first rows and columns count, and the lines of ROWS and COLUMNS that hold a
    /// word may lie apart.
    fn multiply_lines(block: (usize, usize, usize), a: Lines<'_>, b: Lines<'_>, sums: &mut [f32]);

    /// Whether A need not be packed.
    const READS_ROWS: bool = false;

    /// The same where the rows of A are its lines; only of machines that [read rows](Self::READS_ROWS).
    #[inline(always)]
    fn multiply_rows(_block: (usize, usize, usize), _a: Lines<'_>, _b: Lines<'_>, _sums: &mut [f32]) {}

    /// Asks for memory that will be read soon.
    #[inline(always)]
    fn prefetch(_: &[f32]) {}

    /// `sums[r][c] += bias[c] + a[w][r] . b[w][c]`, wrapping.
    fn multiply_i8(rows: usize, a: &[u32], b: &[u32], bias: &[i32], sums: &mut [i32]);

    /// Writes `words`, a multiple of four, of N rows, one too, below each other: word `w` of all at `out[w * width]`, XORed with `flip`. A
    /// word is four bytes of elements.
    #[inline(always)]
    fn turn<T: Word, const N: usize>(rows: &[&[T]; N], words: usize, flip: u32, out: &mut [u32], width: usize) {
        for (four, rows) in rows.as_chunks::<4>().0.iter().enumerate() {
            turn::words(*rows, words, flip, &mut out[4 * four..], width);
        }
    }

    /// What makes up for [`FLIP`](Self::FLIP) in a panel of B: `-128 sum(b)` for each column.
    fn bias(b: &[u32], bias: &mut [i32]);
}

/// f32 in a cache line.
#[cfg(target_arch = "x86_64")]
const CACHE_LINE: usize = 16;

/// A multiple of every machine's columns.
pub(super) const PANEL_MULTIPLE: usize = 96;

/// What every CPU has.
pub(super) struct Portable;

/// aarch64.
#[cfg(target_arch = "aarch64")]
pub(super) struct Neon;

/// x86-64 with AVX2 and FMA.
#[cfg(target_arch = "x86_64")]
pub(super) struct Avx2;

/// x86-64 with AVX-512.
#[cfg(target_arch = "x86_64")]
pub(super) struct Avx512;

/// x86-64 with AVX-512 and VNNI.
#[cfg(target_arch = "x86_64")]
pub(super) struct Avx512Vnni;

macro_rules! arithmetic {
    ($machine:ty, $fma:expr) => {
        impl Arith for $machine {
            #[inline(always)]
            fn fma(a: u32, b: u32, c: u32) -> u32 {
                float::canonical($fma(f32::from_bits(a), f32::from_bits(b), f32::from_bits(c)).to_bits())
            }

            #[inline(always)]
            fn add(a: u32, b: u32) -> u32 {
                float::canonical((f32::from_bits(a) + f32::from_bits(b)).to_bits())
            }

            #[inline(always)]
            fn sub(a: u32, b: u32) -> u32 {
                float::canonical((f32::from_bits(a) - f32::from_bits(b)).to_bits())
            }

            #[inline(always)]
            fn mul(a: u32, b: u32) -> u32 {
                float::canonical((f32::from_bits(a) * f32::from_bits(b)).to_bits())
            }

            #[inline(always)]
            fn div(a: u32, b: u32) -> u32 {
                float::canonical((f32::from_bits(a) / f32::from_bits(b)).to_bits())
            }

            #[inline(always)]
            fn sqrt(x: u32) -> u32 {
                float::canonical(f32::from_bits(x).sqrt().to_bits())
            }
        }
    };
}

arithmetic!(Portable, portable_fma);
#[cfg(target_arch = "aarch64")]
arithmetic!(Neon, f32::mul_add);
#[cfg(target_arch = "x86_64")]
arithmetic!(Avx2, f32::mul_add);
#[cfg(target_arch = "x86_64")]
arithmetic!(Avx512, f32::mul_add);
#[cfg(target_arch = "x86_64")]
arithmetic!(Avx512Vnni, f32::mul_add);

/// Loops that the compiler turns into what the architecture has.
macro_rules! plain_loops {
    ($machine:ty, $fma:expr) => {
        impl Machine for $machine {
            const ROWS: usize = plain::ROWS;
            const COLUMNS: usize = plain::COLUMNS;
            const GROUP: usize = 2;
            const FLIP: u32 = 0;

            #[inline(always)]
            fn term(a: f32, b: f32, acc: f32) -> f32 {
                $fma(a, b, acc)
            }

            #[inline(always)]
            fn multiply_lines((.., count): (usize, usize, usize), a: Lines<'_>, b: Lines<'_>, sums: &mut [f32]) {
                plain::multiply($fma, count, a, b, sums);
            }

            #[inline(always)]
            fn multiply_i8(_: usize, a: &[u32], b: &[u32], _: &[i32], sums: &mut [i32]) {
                plain::multiply_i8(a, b, sums);
            }

            #[inline(always)]
            fn bias(_: &[u32], _: &mut [i32]) {}
        }
    };
}

plain_loops!(Portable, portable_fma);
#[cfg(target_arch = "aarch64")]
plain_loops!(Neon, f32::mul_add);

#[cfg(target_arch = "x86_64")]
macro_rules! intrinsics {
    ($machine:ty, $set:ident, $group:literal, $flip:literal, $multiply_i8:path, |$panel:ident, $bias:ident| $fill:block $(, $turn:path, $rows:path)?) => {
        impl Machine for $machine {
            const ROWS: usize = $set::ROWS;
            const COLUMNS: usize = $set::COLUMNS;
            const GROUP: usize = $group;
            const FLIP: u32 = $flip;

            #[inline(always)]
            fn term(a: f32, b: f32, acc: f32) -> f32 {
                a.mul_add(b, acc)
            }

            #[inline(always)]
            fn multiply_lines(block: (usize, usize, usize), a: Lines<'_>, b: Lines<'_>, sums: &mut [f32]) {
                // SAFETY: a machine is only named under its `Path`, which the CPU has; the kernel checks lengths.
                unsafe { $set::multiply(block, a, b, sums) }
            }

            #[inline(always)]
            fn multiply_i8(rows: usize, a: &[u32], b: &[u32], bias: &[i32], sums: &mut [i32]) {
                // SAFETY: as above.
                unsafe { $multiply_i8(rows, a, b, bias, sums) }
            }

            #[inline(always)]
            fn bias($panel: &[u32], $bias: &mut [i32]) $fill

            #[inline(always)]
            fn prefetch(soon: &[f32]) {
                for line in soon.chunks(CACHE_LINE) {
                    // SAFETY: the instruction belongs to the architecture, and only asks.
                    unsafe { _mm_prefetch::<_MM_HINT_T1>(line.as_ptr().cast()) }
                }
            }

            $(
                const READS_ROWS: bool = true;

                #[inline(always)]
                fn multiply_rows(block: (usize, usize, usize), a: Lines<'_>, b: Lines<'_>, sums: &mut [f32]) {
                    // SAFETY: as above.
                    unsafe { $rows(block, a, b, sums) }
                }

                #[inline(always)]
                fn turn<T: Word, const N: usize>(
                    rows: &[&[T]; N],
                    words: usize,
                    flip: u32,
                    out: &mut [u32],
                    width: usize,
                ) {
                    // SAFETY: as above.
                    unsafe { $turn(rows, words, flip, out, width) }
                }
            )?
        }
    };
}

#[cfg(target_arch = "x86_64")]
intrinsics!(Avx2, avx2, 2, 0, avx2::multiply_i8, |_panel, _bias| {});
#[cfg(target_arch = "x86_64")]
intrinsics!(Avx512, avx512, 2, 0, avx512::multiply_i8, |_panel, _bias| {}, avx512_turn::rows, avx512::multiply_rows);
#[cfg(target_arch = "x86_64")]
intrinsics!(
    Avx512Vnni,
    avx512,
    4,
    0x8080_8080,
    avx512::multiply_i8_vnni,
    |panel, bias| {
        // SAFETY: as above.
        unsafe { avx512::bias(panel, bias) }
    },
    avx512_turn::rows,
    avx512::multiply_rows
);

/// Whether this thread rounds to nearest even and keeps subnormals. Another library may have changed the control
/// register (MXCSR, FPCR), which new threads inherit.
pub(super) fn computes_ieee() -> bool {
    let subnormal = f32::from_bits(1);
    let half_unit = f32::EPSILON / 2.0;
    let kept = black_box(f32::MIN_POSITIVE) * black_box(0.5) != 0.0;
    // 2^-149 * 2^24 = 2^-125, unless operands are flushed.
    let read = (black_box(subnormal) * black_box(16_777_216.0)).to_bits() == 2 << 23;
    let down = black_box(1.0f32) + black_box(half_unit) == 1.0;
    let up = black_box(1.0f32) + black_box(half_unit * 1.5) > 1.0;
    let mirrored = black_box(-1.0f32) - black_box(half_unit * 1.5) < -1.0;
    kept && read && down && up && mirrored
}
