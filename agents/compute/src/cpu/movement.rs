//! permute, slice, concat, gather and the sources. Bits are copied.

use tessera_referee::uniform;

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
}

impl<T: Word> Chunk<T> for Rows<'_, T> {
    #[inline(always)]
    fn fill<M: Machine>(&self, start: usize, out: &mut [T]) {
        let first = start / self.row;
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
