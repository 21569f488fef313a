//! Matrix products of a few rows by one thread, their second factor packed beforehand where many read it.

use super::machine::Machine;
use super::pack::{Buffer, Factor, Side, pack, pack_side};
use super::path::{Path, Work};
use super::recycle::Buffers;
use super::sums::Product;
use crate::exec::ExecError;

/// Most words of k in a block: twelve rows of A are then 24 KiB, which stay in the first cache.
const BLOCK: usize = 512;

/// Blocks of k, nearly equal: first word and count of each.
fn blocks(words: usize) -> impl ExactSizeIterator<Item = (usize, usize)> {
    let each = words.div_ceil(words.div_ceil(BLOCK).max(1)).max(1);
    (0..words.div_ceil(each)).map(move |block| (block * each, each.min(words - block * each)))
}

/// A second factor `[n, k]` as panels: block by block of k, `[n / columns][words][columns]`.
#[derive(Debug)]
pub(super) struct Packed {
    panels: Buffer,
}

impl Packed {
    pub(super) fn new<T: Product>(
        path: Path,
        buffers: &mut Buffers,
        b: Side<'_, T>,
        (n, k): (usize, usize),
    ) -> Result<Self, ExecError> {
        let words = path.run(Words::<T>(k, std::marker::PhantomData));
        let (_, columns) = path.panels();
        let mut panels = Buffer::of(buffers, n.next_multiple_of(columns) * words)?;
        path.run(Pack { b, n, k, out: panels.words_mut() });
        Ok(Self { panels })
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.panels.words())
    }

    /// Gives the memory back.
    pub(super) fn recycle(self, buffers: &mut Buffers) {
        self.panels.recycle(buffers);
    }
}

/// Words of a row of k elements.
struct Words<T>(usize, std::marker::PhantomData<fn() -> T>);

impl<T: Factor> Work for Words<T> {
    type Output = usize;

    #[inline(always)]
    fn run<M: Machine>(self) -> usize {
        self.0.div_ceil(T::group::<M>())
    }
}

struct Pack<'a, T> {
    b: Side<'a, T>,
    n: usize,
    k: usize,
    out: &'a mut [u32],
}

impl<T: Factor> Work for Pack<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<M: Machine>(self) {
        let rows = self.n.next_multiple_of(M::COLUMNS);
        for (first, count) in blocks(self.k.div_ceil(T::group::<M>())) {
            let out = &mut self.out[rows * first..][..rows * count];
            pack_side::<M, T>(self.b, (0..self.n, self.k), (first, count), M::COLUMNS, 0, out);
        }
    }
}

/// `A B^T` for `[m, k]` and a packed `[n, k]`, one chain long. Meanwhile memory `ahead` is asked for.
pub(super) fn multiply<T: Product>(
    path: Path,
    buffers: &mut Buffers,
    a: &[T],
    packed: &Packed,
    (m, n, k): (usize, usize, usize),
    out: &mut [T::Sum],
    ahead: &[f32],
) -> Result<(), ExecError> {
    let (rows, columns) = path.panels();
    let words = path.run(Words::<T>(k, std::marker::PhantomData));
    let (count, longest) = (blocks(words).len(), blocks(words).map(|(_, count)| count).max().unwrap_or(0));
    // A product of one block needs no more than the sums of one inner loop.
    let kept = if count > 1 { m.div_ceil(rows) * n.div_ceil(columns) } else { 1 };
    let mut panels = Buffer::of(buffers, m.next_multiple_of(rows) * longest)?;
    let mut sums = buffers.take::<T::Sum>(kept * rows * columns)?;
    let mut bias = buffers.take::<i32>(columns)?;
    path.run(Multiply {
        a,
        b: packed.panels.words(),
        sides: (m, n, k),
        panels: panels.words_mut(),
        sums: &mut sums,
        bias: &mut bias,
        out,
        ahead,
    });
    panels.recycle(buffers);
    buffers.give(sums);
    buffers.give(bias);
    Ok(())
}

struct Multiply<'a, T: Product> {
    a: &'a [T],
    b: &'a [u32],
    sides: (usize, usize, usize),
    panels: &'a mut [u32],
    sums: &'a mut [T::Sum],
    bias: &'a mut [i32],
    out: &'a mut [T::Sum],
    ahead: &'a [f32],
}

impl<T: Product> Work for Multiply<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<M: Machine>(self) {
        let (m, n, k) = self.sides;
        let area = M::ROWS * M::COLUMNS;
        let (down, across) = (m.next_multiple_of(M::ROWS), n.next_multiple_of(M::COLUMNS));
        let flips = T::FLIPS && M::FLIP != 0;
        // Whole panels of A that need not be packed.
        let as_they_lie = if T::reads_rows::<M>(k) { m / M::ROWS } else { 0 };
        let blocks = blocks(k.div_ceil(T::group::<M>()));
        let last = blocks.len().saturating_sub(1);
        let loops = blocks.len() * (down / M::ROWS) * (across / M::COLUMNS);
        let mut ahead = self.ahead.chunks(self.ahead.len().div_ceil(loops.max(1)).max(1));
        for (block, (first, words)) in blocks.enumerate() {
            let panels = &mut self.panels[..(down - as_they_lie * M::ROWS) * words];
            let rest = &self.a[as_they_lie * M::ROWS * k..];
            pack::<M, T>(rest, k, first, words, M::ROWS, if flips { M::FLIP } else { 0 }, panels);
            let b = &self.b[across * first..][..across * words];
            for (j, panel_b) in b.chunks_exact(M::COLUMNS * words).enumerate() {
                let bias: &[i32] = if flips {
                    M::bias(panel_b, self.bias);
                    self.bias
                } else {
                    &[]
                };
                for i in 0..down / M::ROWS {
                    let slot = if last > 0 { i * (across / M::COLUMNS) + j } else { 0 };
                    let sums = &mut self.sums[slot * area..][..area];
                    if block == 0 {
                        sums.fill(T::Sum::default());
                    }
                    let (row, column) = (i * M::ROWS, j * M::COLUMNS);
                    M::prefetch(ahead.next().unwrap_or_default());
                    if i < as_they_lie {
                        T::multiply_rows::<M>(&self.a[row * k + first..], k, panel_b, sums);
                    } else {
                        let panel_a = &panels[(i - as_they_lie) * M::ROWS * words..][..M::ROWS * words];
                        T::multiply::<M>(m - row, panel_a, panel_b, bias, sums);
                    }
                    if block == last {
                        let columns = M::COLUMNS.min(n - column);
                        let rows = sums.chunks_exact(M::COLUMNS).zip(self.out[row * n..].chunks_mut(n));
                        for (sums, out) in rows.take(M::ROWS.min(m - row)) {
                            let out = &mut out[column..column + columns];
                            for (out, &chain) in out.iter_mut().zip(sums) {
                                *out = T::end_chain::<M>(T::Sum::default(), chain);
                            }
                        }
                    }
                }
            }
        }
    }
}
