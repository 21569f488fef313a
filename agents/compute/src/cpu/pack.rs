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

    /// Writes `words`, a multiple of four, of four rows below each other: word `w` of all four at `out[w * width]`, XORed with `flip`.
    fn turn<M: Machine>(rows: [&[Self]; 4], words: usize, flip: u32, out: &mut [u32], width: usize);
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
    fn turn<M: Machine>(rows: [&[Self]; 4], words: usize, flip: u32, out: &mut [u32], width: usize) {
        turn::words(rows, words, flip, out, width);
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
    fn turn<M: Machine>(rows: [&[Self]; 4], words: usize, flip: u32, out: &mut [u32], width: usize) {
        if M::GROUP == 4 {
            turn::words(rows, words, flip, out, width);
        } else {
            turn::widened(rows, words, out, width);
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
        for r in (0..width).step_by(4) {
            let four: [&[T]; 4] = std::array::from_fn(|i| {
                let at = p * width + r + i;
                if at < count { &rows[at * stride..][..stride] } else { &[] }
            });
            turn_rows::<M, T>(four, first, words, flip, &mut panel[r..], width);
        }
    }
}

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
            let panels = out[..count.div_ceil(width) * width * words].chunks_exact_mut((width * words).max(1));
            for (p, panel) in panels.enumerate() {
                let lanes = width.min(count - p * width);
                for (word, out) in (first..).zip(panel.chunks_exact_mut(width)) {
                    let line = &x[word * stride + from.start + p * width..][..lanes];
                    for (out, x) in out.iter_mut().zip(line) {
                        *out = x.bits();
                    }
                    out[lanes..].fill(0);
                }
            }
        }
    }
}

/// Packs rows side by side: `out[word][lane]` is word `first + word` of a lane's row, zero beyond its end.
#[inline(always)]
pub(super) fn pack_rows<M: Machine, const N: usize>(rows: &[&[f32]; N], first: usize, out: &mut [[u32; N]]) {
    let words = out.len();
    for (r, four) in rows.as_chunks::<4>().0.iter().enumerate() {
        turn_rows::<M, f32>(*four, first, words, 0, &mut out.as_flattened_mut()[4 * r..], N);
    }
}

/// Writes `words` of four rows below each other: word `w` of all four at `out[w * width]`.
#[inline(always)]
fn turn_rows<M: Machine, T: Factor>(
    rows: [&[T]; 4],
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
        T::turn::<M>(rows, whole, flip, out, width);
    }
    for word in (whole..words).step_by(4) {
        let block = rows.map(|row| T::four::<M>(row, first + word));
        for i in 0..4.min(words - word) {
            let across = [block[0][i] ^ flip, block[1][i] ^ flip, block[2][i] ^ flip, block[3][i] ^ flip];
            out[(word + i) * width..][..4].copy_from_slice(&across);
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
