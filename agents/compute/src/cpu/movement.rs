//! permute, slice, concat, gather and the sources. Bits are copied.

use tessera_referee::uniform;

use super::kernels::turn;
use super::machine::Machine;
use super::pool::Chunk;
use super::strided::Strided;
use crate::word::Word;

/// permute and slice.
pub(super) struct CopyStrided<'a, T> {
    pub(super) strided: Strided<1>,
    pub(super) x: &'a [T],
}

impl<T: Word> Chunk<T> for CopyStrided<'_, T> {
    #[inline(always)]
    fn fill<M: Machine>(&self, start: usize, out: &mut [T]) {
        if let Some((rows, columns)) = self.strided.turned()
            && start.is_multiple_of(columns)
            && out.len().is_multiple_of(columns)
        {
            return self.turn(start, out, rows, columns);
        }
        self.strided.stretches(start, out.len(), |offset, count, [x], [step]| {
            let out = &mut out[offset..offset + count];
            if step == 1 {
                out.copy_from_slice(&self.x[x..x + count]);
            } else {
                for (i, out) in out.iter_mut().enumerate() {
                    *out = self.x[x + i * step];
                }
            }
        });
    }
}

/// Rows of a transposition that are written side by side: what a cache line of the operand holds.
pub(super) const TURNED_ROWS: usize = 16;

impl<T: Word> CopyStrided<'_, T> {
    /// Whole rows of matrices `[rows][columns]` whose columns are contiguous in the operand.
    #[inline(always)]
    fn turn(&self, start: usize, out: &mut [T], rows: usize, columns: usize) {
        let [step] = self.strided.steps();
        let mut row = start / columns;
        let mut rest = out;
        while !rest.is_empty() {
            let count = TURNED_ROWS.min(rows - row % rows).min(rest.len() / columns);
            let (out, after) = rest.split_at_mut(count * columns);
            let [base] = self.strided.locate(row * columns);
            let line = |column: usize| &self.x[base + column * step..][..count];
            let fours = if size_of::<T>() == 4 { count / 4 * 4 } else { 0 };
            let whole = if fours > 0 { columns / 4 * 4 } else { 0 };
            for column in (0..whole).step_by(4) {
                let lines = [line(column), line(column + 1), line(column + 2), line(column + 3)];
                turn::elements(lines, fours, &mut out[column..], columns);
            }
            for column in 0..columns {
                let left = if column < whole { fours } else { 0 };
                for (r, &x) in line(column).iter().enumerate().skip(left) {
                    out[r * columns + column] = x;
                }
            }
            row += count;
            rest = after;
        }
    }
}

/// concat: each part gives `lengths[i]` elements to each stretch of the output, one after the other.
pub(super) struct Join<'a, T> {
    pub(super) parts: Vec<&'a [T]>,
    pub(super) lengths: Vec<usize>,
}

impl<T: Word> Chunk<T> for Join<'_, T> {
    #[inline(always)]
    fn fill<M: Machine>(&self, start: usize, out: &mut [T]) {
        let stretch: usize = self.lengths.iter().sum();
        let mut done = 0;
        while done < out.len() {
            let (outer, mut within) = ((start + done) / stretch, (start + done) % stretch);
            for (part, &length) in self.parts.iter().zip(&self.lengths) {
                if within >= length {
                    within -= length;
                    continue;
                }
                let count = (length - within).min(out.len() - done);
                let from = outer * length + within;
                out[done..done + count].copy_from_slice(&part[from..from + count]);
                done += count;
                within = 0;
            }
        }
    }
}

/// gather: rows of `row` elements.
pub(super) struct Rows<'a, T> {
    pub(super) table: &'a [T],
    pub(super) index: &'a [i32],
    /// Number of rows in the table.
    pub(super) rows: usize,
    pub(super) row: usize,
    /// Indices before those given.
    pub(super) skip: usize,
}

impl<T: Word> Chunk<T> for Rows<'_, T> {
    #[inline(always)]
    fn fill<M: Machine>(&self, start: usize, out: &mut [T]) {
        let first = start / self.row - self.skip;
        for (out, &index) in out.chunks_mut(self.row).zip(&self.index[first..]) {
            match usize::try_from(index) {
                Ok(index) if index < self.rows => {
                    out.copy_from_slice(&self.table[index * self.row..][..self.row]);
                }
                _ => out.fill(T::default()),
            }
        }
    }
}

/// fill.
pub(super) struct Constant(pub(super) u32);

impl<T: Word> Chunk<T> for Constant {
    #[inline(always)]
    fn fill<M: Machine>(&self, _: usize, out: &mut [T]) {
        out.fill(T::from_word(self.0));
    }
}

/// iota: the row-major index mod 2^32.
pub(super) struct Counter;

impl Chunk<i32> for Counter {
    #[inline(always)]
    fn fill<M: Machine>(&self, start: usize, out: &mut [i32]) {
        for (i, out) in out.iter_mut().enumerate() {
            *out = (start + i) as i32;
        }
    }
}

/// uniform.
pub(super) struct Draws(pub(super) u64);

impl Chunk<f32> for Draws {
    #[inline(always)]
    fn fill<M: Machine>(&self, start: usize, out: &mut [f32]) {
        for (i, out) in out.iter_mut().enumerate() {
            *out = f32::from_bits(uniform(self.0, (start + i) as u64));
        }
    }
}
