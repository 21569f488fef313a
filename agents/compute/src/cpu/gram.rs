//! Products of the columns of two matrices, a few rows at a time: `A^T B`, where the rows of both lie as an inner loop reads them.

use std::ops::Range;

use super::columns::Down;
use super::kernels::Lines;
use super::machine::Machine;
use super::pack::Buffer;
use super::path::{Path, Work};
use super::recycle::Buffers;
use crate::exec::ExecError;

/// Rows that an inner loop takes at once: those of one panel stay in the first cache.
const BLOCK: usize = 128;
/// Words of a cache line.
const LINE: usize = 16;

/// A chain of products in the making.
pub(super) struct Products {
    a: Copied,
    /// None where both matrices are the same: the product is then its own transpose, and panels above the diagonal are left out.
    b: Option<Copied>,
    /// `[panels of A][panels of B][ROWS][COLUMNS]`.
    sums: Vec<f32>,
}

/// Rows of a matrix, in lines that end in zeros where panels do.
struct Copied {
    lines: Buffer,
    columns: usize,
    step: usize,
}

impl Copied {
    fn new(buffers: &mut Buffers, columns: usize, padded: usize) -> Result<Self, ExecError> {
        // An odd number of cache lines, so that a panel's do not all fall into a few sets of a cache.
        let step = (padded.div_ceil(LINE) | 1) * LINE;
        let mut lines = Buffer::of(buffers, BLOCK * step)?;
        lines.words_mut().fill(0);
        Ok(Self { lines, columns, step })
    }

    #[inline(always)]
    fn copy(&mut self, down: Down<'_>, rows: Range<usize>) {
        for (row, line) in rows.zip(self.lines.words_mut().chunks_exact_mut(self.step)) {
            line.iter_mut().zip(down.row(row)).for_each(|(word, x)| *word = x.to_bits());
        }
    }

    #[inline(always)]
    fn panel(&self, column: usize) -> Lines<'_> {
        Lines { words: &self.lines.words()[column..], step: self.step }
    }
}

impl Products {
    /// For matrices of p and q columns; `same` says that they are one.
    pub(super) fn new(
        path: Path,
        buffers: &mut Buffers,
        (p, q): (usize, usize),
        same: bool,
    ) -> Result<Self, ExecError> {
        let (rows, columns) = path.panels();
        let (down, across) = (p.next_multiple_of(rows), q.next_multiple_of(columns));
        let a = Copied::new(buffers, p, if same { down.max(across) } else { down })?;
        let b = if same { None } else { Some(Copied::new(buffers, q, across)?) };
        let mut sums = buffers.take(down * across)?;
        sums.fill(0.0);
        Ok(Self { a, b, sums })
    }

    /// Adds rows of both matrices; B is not looked at where it is the same. Meanwhile memory `ahead` is asked for.
    pub(super) fn add(&mut self, path: Path, a: Down<'_>, b: Down<'_>, ahead: &[f32]) {
        path.run(Add { products: self, a, b, ahead });
    }

    /// The chain's results `[p, q]`; the buffers go back.
    pub(super) fn end(self, path: Path, buffers: &mut Buffers, out: &mut [f32]) {
        let (rows, columns) = path.panels();
        let q = self.b.as_ref().unwrap_or(&self.a).columns;
        let across = q.div_ceil(columns);
        for (row, out) in out.chunks_exact_mut(q.max(1)).enumerate() {
            for (panel, out) in out.chunks_mut(columns).enumerate() {
                let at = (row / rows * across + panel) * rows * columns + row % rows * columns;
                out.copy_from_slice(&self.sums[at..at + out.len()]);
            }
        }
        self.a.lines.recycle(buffers);
        self.b.into_iter().for_each(|b| b.lines.recycle(buffers));
        buffers.give(self.sums);
    }
}

/// Makes `[n, n]`, of which panels above the diagonal were left out, its own transpose: each element is the same sum of the same products.
pub(super) fn mirror<T: Copy>(out: &mut [T], n: usize) {
    for row in 0..n {
        for column in row + 1..n {
            out[row * n + column] = out[column * n + row];
        }
    }
}

struct Add<'a, 'b> {
    products: &'a mut Products,
    a: Down<'b>,
    b: Down<'b>,
    ahead: &'b [f32],
}

impl Work for Add<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<M: Machine>(self) {
        let Products { a, b, sums } = self.products;
        let loops = self.a.rows.div_ceil(BLOCK) * (sums.len() / (M::ROWS * M::COLUMNS));
        let mut ahead = self.ahead.chunks(self.ahead.len().div_ceil(loops.max(1)).max(1));
        for first in (0..self.a.rows).step_by(BLOCK) {
            let rows = first..self.a.rows.min(first + BLOCK);
            a.copy(self.a, rows.clone());
            if let Some(b) = b {
                b.copy(self.b, rows.clone());
            }
            let (same, right) = (b.is_none(), b.as_ref().unwrap_or(a));
            let across = right.columns.div_ceil(M::COLUMNS);
            for (panel, sums) in sums.chunks_exact_mut(M::ROWS * M::COLUMNS).enumerate() {
                let (row, column) = (panel / across * M::ROWS, panel % across * M::COLUMNS);
                M::prefetch(ahead.next().unwrap_or_default());
                // Of a product that is its own transpose, columns up to the diagonal.
                let needed = if same { (row + M::ROWS).min(right.columns) } else { right.columns };
                if column < needed {
                    let block = (a.columns - row, needed - column, rows.len());
                    M::multiply_lines(block, a.panel(row), right.panel(column), sums);
                }
            }
        }
    }
}
