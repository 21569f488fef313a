//! Rows of an operand as panels that inner loops read in order.

use std::ops::Range;

use super::kernels::turn;
use super::machine::Machine;
use super::recycle::Buffers;
use crate::exec::ExecError;

/// An element as factors of words.
pub(super) trait Factor: Copy + Sync {
    /// Elements in a word.
    fn group<M: Machine>() -> usize;

    /// A word of one element.
    fn bits(self) -> u32;

    /// Words `word..word + 4` of a row, zeros beyond its end.
    fn four<M: Machine>(row: &[Self], word: usize) -> [u32; 4];

    /// Writes `words`, a multiple of four, of N rows, one too, below each other: word `w` of all at `out[w * width]`, XORed with `flip`.
    fn turn<M: Machine, const N: usize>(rows: &[&[Self]; N], words: usize, flip: u32, out: &mut [u32], width: usize);
}

impl Factor for f32 {
    #[inline(always)]
    fn bits(self) -> u32 {
        self.to_bits()
    }

    #[inline(always)]
    fn group<M: Machine>() -> usize {
        1
    }

    #[inline(always)]
    fn four<M: Machine>(row: &[Self], word: usize) -> [u32; 4] {
        if let Some(&[a, b, c, d]) = row.get(word..).and_then(|rest| rest.first_chunk()) {
            [a.to_bits(), b.to_bits(), c.to_bits(), d.to_bits()]
        } else {
            std::array::from_fn(|i| row.get(word + i).map_or(0, |x| x.to_bits()))
        }
    }

    #[inline(always)]
    fn turn<M: Machine, const N: usize>(rows: &[&[Self]; N], words: usize, flip: u32, out: &mut [u32], width: usize) {
        M::turn(rows, words, flip, out, width);
    }
}

impl Factor for i8 {
    #[inline(always)]
    fn bits(self) -> u32 {
        i32::from(self) as u32
    }

    #[inline(always)]
    fn group<M: Machine>() -> usize {
        M::GROUP
    }

    #[inline(always)]
    fn four<M: Machine>(row: &[Self], word: usize) -> [u32; 4] {
        let rest = row.get(word * M::GROUP..).unwrap_or(&[]);
        if M::GROUP == 4 {
            let bytes = rest.first_chunk::<16>().copied().unwrap_or_else(|| padded(rest));
            std::array::from_fn(|i| u32::from_le_bytes(std::array::from_fn(|byte| bytes[4 * i + byte] as u8)))
        } else {
            let bytes = rest.first_chunk::<8>().copied().unwrap_or_else(|| padded(rest));
            let wide = |x: i8| u32::from(i16::from(x) as u16);
            std::array::from_fn(|i| wide(bytes[2 * i]) | wide(bytes[2 * i + 1]) << 16)
        }
    }

    #[inline(always)]
    fn turn<M: Machine, const N: usize>(rows: &[&[Self]; N], words: usize, flip: u32, out: &mut [u32], width: usize) {
        if M::GROUP == 4 {
            M::turn(rows, words, flip, out, width);
        } else {
            for (four, rows) in rows.as_chunks::<4>().0.iter().enumerate() {
                turn::widened(*rows, words, &mut out[4 * four..], width);
            }
        }
    }
}

/// The first elements, zeros beyond the end.
fn padded<const N: usize>(rest: &[i8]) -> [i8; N] {
    std::array::from_fn(|i| rest.get(i).copied().unwrap_or(0))
}

/// Packs `words` of `rows` from word `first` on: `[rows / width][words][width]`, XORed with `flip`, zeros (flipped) below the last row.
/// `width` is a multiple of four.
#[inline(always)]
pub(super) fn pack<M: Machine, T: Factor>(
    rows: &[T],
    stride: usize,
    first: usize,
    words: usize,
    width: usize,
    flip: u32,
    out: &mut [u32],
) {
    let count = rows.len().checked_div(stride).unwrap_or(0);
    let panels = out[..count.div_ceil(width) * width * words].chunks_exact_mut((width * words).max(1));
    for (p, panel) in panels.enumerate() {
        let row = |r: usize| {
            let at = p * width + r;
            if at < count { &rows[at * stride..][..stride] } else { &[] }
        };
        let whole = (p + 1) * width <= count;
        if whole && width.is_multiple_of(WIDE) {
            for r in (0..width).step_by(WIDE) {
                let wide: [&[T]; WIDE] = std::array::from_fn(|i| row(r + i));
                turn_rows::<M, T, WIDE>(&wide, first, words, flip, &mut panel[r..], width);
            }
        } else if whole && width == TWELVE {
            let twelve: [&[T]; TWELVE] = std::array::from_fn(row);
            turn_rows::<M, T, TWELVE>(&twelve, first, words, flip, panel, width);
        } else {
            for r in (0..width).step_by(4) {
                let four: [&[T]; 4] = std::array::from_fn(|i| row(r + i));
                turn_rows::<M, T, 4>(&four, first, words, flip, &mut panel[r..], width);
            }
        }
    }
}

/// Rows that are turned at once where a panel has them: what vectors of AVX-512 hold, and what its panels of A have.
const WIDE: usize = 16;
const TWELVE: usize = 12;

/// A factor of a product: rows of `k` elements, or columns of a matrix with `k` rows that lie `stride` apart.
#[derive(Clone, Copy)]
pub(super) enum Side<'a, T> {
    Rows(&'a [T]),
    /// From the first element on.
    Columns {
        x: &'a [T],
        stride: usize,
    },
}

impl<'a, T> Side<'a, T> {
    /// A matrix of a batch, whose rows begin at this element.
    #[inline(always)]
    pub(super) fn matrix(self, start: usize) -> Self {
        match self {
            Self::Rows(x) => Self::Rows(&x[start..]),
            columns @ Self::Columns { .. } => columns,
        }
    }
}

/// Packs rows `from` of a factor, as [`pack`]; columns only of f32.
#[inline(always)]
pub(super) fn pack_side<M: Machine, T: Factor>(
    side: Side<'_, T>,
    (from, k): (Range<usize>, usize),
    (first, words): (usize, usize),
    width: usize,
    flip: u32,
    out: &mut [u32],
) {
    match side {
        Side::Rows(rows) => pack::<M, T>(&rows[from.start * k..from.end * k], k, first, words, width, flip, out),
        Side::Columns { x, stride } => {
            let count = from.len();
            // Word by word, so that the matrix is read as it lies.
            for word in 0..words {
                let line = &x[(first + word) * stride + from.start..][..count];
                for (p, line) in line.chunks(width).enumerate() {
                    let out = &mut out[(p * words + word) * width..][..width];
                    if line.len() == width && width.is_multiple_of(WIDE) {
                        copy_blocks::<T, WIDE>(line, out);
                    } else if line.len() == width {
                        copy_blocks::<T, 4>(line, out);
                    } else {
                        out.iter_mut().zip(line).for_each(|(out, x)| *out = x.bits());
                        out[line.len()..].fill(0);
                    }
                }
            }
        }
    }
}

/// Copies blocks of N, each of which is read before it is written: as vectors.
#[inline(always)]
fn copy_blocks<T: Factor, const N: usize>(line: &[T], out: &mut [u32]) {
    for (out, line) in out.as_chunks_mut::<N>().0.iter_mut().zip(line.as_chunks::<N>().0) {
        *out = line.map(|x| x.bits());
    }
}

/// Packs rows side by side: `out[word][lane]` is word `first + word` of a lane's row, zero beyond its end.
#[inline(always)]
pub(super) fn pack_rows<M: Machine, const N: usize>(rows: &[&[f32]; N], first: usize, out: &mut [[u32; N]]) {
    let words = out.len();
    turn_rows::<M, f32, N>(rows, first, words, 0, out.as_flattened_mut(), N);
}

/// Writes `words` of rows below each other: word `w` of all at `out[w * width]`.
#[inline(always)]
fn turn_rows<M: Machine, T: Factor, const N: usize>(
    rows: &[&[T]; N],
    first: usize,
    words: usize,
    flip: u32,
    out: &mut [u32],
    width: usize,
) {
    let group = T::group::<M>();
    // Whole fours of words that every row has.
    let shortest = rows.iter().map(|row| row.len()).min().unwrap_or(0) / group;
    let whole = shortest.saturating_sub(first).min(words) / 4 * 4;
    if whole > 0 {
        let rows = rows.map(|row| &row[first * group..(first + whole) * group]);
        T::turn::<M, N>(&rows, whole, flip, out, width);
    }
    for word in (whole..words).step_by(4) {
        for (r, row) in rows.iter().enumerate() {
            let four = T::four::<M>(row, first + word);
            for (i, bits) in four.into_iter().enumerate().take(words - word) {
                out[(word + i) * width + r] = bits ^ flip;
            }
        }
    }
}

/// Words that begin at a cache line, so that no vector of them straddles two.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    words: Vec<u32>,
    skipped: usize,
}

const LINE_BYTES: usize = 64;
const LINE: usize = LINE_BYTES / size_of::<u32>();

impl Buffer {
    /// Room for `words`.
    pub(super) fn reserve(&mut self, words: usize) -> Result<(), ExecError> {
        if self.words.len() < words + LINE {
            self.words = super::pool::allocate(words + LINE)?;
            self.skipped = self.words.as_ptr().align_offset(LINE_BYTES).min(LINE);
        }
        Ok(())
    }

    /// Room for `words` from free memory.
    pub(super) fn of(buffers: &mut Buffers, words: usize) -> Result<Self, ExecError> {
        let words: Vec<u32> = buffers.take(words + LINE)?;
        let skipped = words.as_ptr().align_offset(LINE_BYTES).min(LINE);
        Ok(Self { words, skipped })
    }

    /// Gives the memory back.
    pub(super) fn recycle(self, buffers: &mut Buffers) {
        buffers.give(self.words);
    }

    pub(super) fn words(&self) -> &[u32] {
        &self.words[self.skipped..]
    }

    pub(super) fn words_mut(&mut self) -> &mut [u32] {
        &mut self.words[self.skipped..]
    }
}
