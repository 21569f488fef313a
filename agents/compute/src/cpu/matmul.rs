//! Matrix products: packed panels, tiles over threads.
//!
//! A tile of the output is computed in blocks of k: its rows of A and B are packed, and an inner loop adds the block's products to sums
//! that stay in order of k. So neither the sizes below nor threads change a bit. At the end of each chain its sums are made
//! canonical and added to the totals.

use std::ops::Range;

use super::gram::mirror;
use super::machine::Machine;
use super::pack::{Buffer, Side, pack_side};
use super::pool::{Pool, Tiles, allocate};
use super::shared::Shared;
use super::sums::{AddChains, Product};
use crate::exec::{Cancel, ExecError};

/// Words of k in a block: twelve rows of A are then 12 KiB, which stay in the first cache.
const BLOCK: usize = 256;
/// Rows of B that are packed at once: 384 KiB, which stay in the second cache.
const STRIPE: usize = 384;
/// What a tile's sides are multiples of: every machine's panels.
const SIDE: usize = 96;
/// Greatest sides of a tile.
const TILE_ROWS: usize = 768;
const TILE_COLUMNS: usize = 1152;
/// Least side that a tile is split down to for the sake of threads.
const LEAST_TILE: usize = 192;
/// Tiles for each thread, so that one that is held up does not hold up the others.
const TILES_PER_THREAD: usize = 2;
/// Most elements of chain results that are kept to split products by chain.
const CHAIN_RESULTS: usize = 1 << 24;

/// Batched matrices `[m, k]` and `[n, k]`; columns only of single ones.
#[derive(Clone, Copy)]
pub(super) struct Matrices<'a, T> {
    pub(super) a: Side<'a, T>,
    pub(super) b: Side<'a, T>,
    /// Whether both are the same: the product is then its own transpose.
    pub(super) symmetric: bool,
    pub(super) batch: usize,
    pub(super) m: usize,
    pub(super) n: usize,
    pub(super) k: usize,
}

/// `A B^T`, `[batch, m, n]`.
pub(super) fn multiply<T: Product>(pool: &Pool<'_>, matrices: Matrices<'_, T>) -> Result<Vec<T::Sum>, ExecError> {
    let Matrices { batch, m, n, k, .. } = matrices;
    let elements = batch * m * n;
    if elements == 0 || k == 0 {
        return allocate(elements);
    }
    let mut out = by_tiles(pool, matrices)?;
    if matrices.symmetric {
        mirror(&mut out, n);
    }
    Ok(out)
}

fn by_tiles<T: Product>(pool: &Pool<'_>, matrices: Matrices<'_, T>) -> Result<Vec<T::Sum>, ExecError> {
    let Matrices { batch, m, n, k, .. } = matrices;
    let elements = batch * m * n;
    let chains = k.div_ceil(T::CHAIN).max(1);
    let work = elements.saturating_mul(k) / 8;
    let threads = pool.threads_for(work);
    let cancel = pool.cancel;
    let mut plan = Plan::new(pool, matrices);
    let split =
        plan.count() < threads * TILES_PER_THREAD && chains > 1 && elements.saturating_mul(chains) <= CHAIN_RESULTS;
    if threads == 1 || !split {
        plan.split(threads);
        let mut out = pool.store.tensors().take(elements)?;
        pool.tiles(plan.count(), work, &Multiply { plan, chains, out: Shared::new(&mut out), split: 1, cancel })?;
        return Ok(out);
    }
    let mut results = pool.store.tensors().take(elements * chains)?;
    let multiply = Multiply { plan, chains, out: Shared::new(&mut results), split: chains, cancel };
    pool.tiles(plan.count() * chains, work, &multiply)?;
    let total = pool.make(elements, 1, chains, &AddChains::<T> { results: &results, elements });
    pool.store.tensors().give(results);
    total
}

/// How a product is cut into tiles.
#[derive(Clone, Copy)]
struct Plan<'a, T> {
    matrices: Matrices<'a, T>,
    /// Whether lanes run across A's rows, because that fills panels better.
    turned: bool,
    rows: usize,
    columns: usize,
}

impl<'a, T> Plan<'a, T> {
    fn new(pool: &Pool<'_>, matrices: Matrices<'a, T>) -> Self {
        let (rows, columns) = pool.path.panels();
        let padded = |m: usize, n: usize| m.next_multiple_of(rows.min(4)) * n.next_multiple_of(columns);
        let turned = padded(matrices.n, matrices.m) < padded(matrices.m, matrices.n);
        let mut plan = Self { matrices, turned, rows: TILE_ROWS, columns: TILE_COLUMNS };
        let (m, n) = plan.sides();
        let equal = |side: usize, most: usize| side.div_ceil(side.div_ceil(most).max(1)).next_multiple_of(SIDE);
        plan.rows = equal(m, TILE_ROWS);
        plan.columns = equal(n, TILE_COLUMNS);
        plan
    }

    /// Makes tiles smaller until every thread has some.
    fn split(&mut self, threads: usize) {
        while threads > 1 && self.count() < threads * TILES_PER_THREAD {
            let longer = if self.rows > self.columns { &mut self.rows } else { &mut self.columns };
            if *longer <= LEAST_TILE {
                break;
            }
            *longer = (*longer / 2).next_multiple_of(SIDE);
        }
    }

    /// Rows and columns as the inner loops see them.
    fn sides(&self) -> (usize, usize) {
        if self.turned { (self.matrices.n, self.matrices.m) } else { (self.matrices.m, self.matrices.n) }
    }

    fn grid(&self) -> (usize, usize) {
        let (m, n) = self.sides();
        (m.div_ceil(self.rows), n.div_ceil(self.columns))
    }

    fn count(&self) -> usize {
        let (down, across) = self.grid();
        self.matrices.batch * down * across
    }

    /// Batch, rows and columns of a tile.
    fn tile(&self, index: usize) -> (usize, Range<usize>, Range<usize>) {
        let (down, across) = self.grid();
        let (m, n) = self.sides();
        let (row, column) = (index / across % down * self.rows, index % across * self.columns);
        (index / across / down, row..m.min(row + self.rows), column..n.min(column + self.columns))
    }
}

struct Multiply<'a, T: Product> {
    plan: Plan<'a, T>,
    chains: usize,
    /// `[batch, m, n]`, or as many for each chain.
    out: Shared<'a, T::Sum>,
    /// Into how many parts the chains are split: one, or each for itself.
    split: usize,
    cancel: &'a Cancel,
}

/// A thread's packed panels and sums.
#[derive(Default)]
pub(super) struct Scratch<S> {
    a: Buffer,
    b: Buffer,
    bias: Vec<i32>,
    sums: Vec<S>,
}

impl<T: Product> Tiles for Multiply<'_, T> {
    type Scratch = Scratch<T::Sum>;

    fn scratch(&self) -> Self::Scratch {
        Scratch::default()
    }

    #[inline(always)]
    fn tile<M: Machine>(&self, scratch: &mut Self::Scratch, index: usize) -> Result<(), ExecError> {
        let Matrices { a, b, batch, m, n, k, .. } = self.plan.matrices;
        let (matrix, rows, columns) = self.plan.tile(index / self.split);
        let (a, b) = if self.plan.turned { (b, a) } else { (a, b) };
        let (side_a, side_b) = self.plan.sides();
        let (a, b) = (a.matrix(matrix * side_a * k), b.matrix(matrix * side_b * k));
        let chains = if self.split > 1 { index % self.split..index % self.split + 1 } else { 0..self.chains };
        if self.plan.matrices.symmetric && columns.start >= rows.end {
            return Ok(());
        }
        for chain in chains {
            if self.cancel.is_cancelled() {
                return Err(ExecError::Cancelled);
            }
            let part = if self.split > 1 { chain * batch * m * n } else { 0 };
            let place = Place { start: part + matrix * m * n, n, rows: rows.clone(), columns: columns.clone() };
            let terms = chain * T::CHAIN..k.min((chain + 1) * T::CHAIN);
            self.chain::<M>(scratch, a, b, terms, place, self.split > 1 || chain == 0)?;
        }
        Ok(())
    }
}

/// Where a tile lies in the output.
struct Place {
    /// First element of the matrix.
    start: usize,
    /// Elements from row to row.
    n: usize,
    rows: Range<usize>,
    columns: Range<usize>,
}

impl<T: Product> Multiply<'_, T> {
    /// One chain of a tile.
    #[inline(always)]
    fn chain<M: Machine>(
        &self,
        scratch: &mut Scratch<T::Sum>,
        a: Side<'_, T>,
        b: Side<'_, T>,
        terms: Range<usize>,
        place: Place,
        fresh: bool,
    ) -> Result<(), ExecError> {
        let k = self.plan.matrices.k;
        let group = T::group::<M>();
        let words = terms.start / group..terms.end.div_ceil(group);
        let (m, n) = (place.rows.len(), place.columns.len());
        let across = n.div_ceil(M::COLUMNS);
        let area = M::ROWS * M::COLUMNS;
        // A product of one block needs no more than the sums of one inner loop.
        let blocks = words.len().div_ceil(BLOCK);
        let kept = if blocks > 1 { m.div_ceil(M::ROWS) * across } else { 1 };
        scratch.a.reserve(m.next_multiple_of(M::ROWS) * BLOCK)?;
        scratch.b.reserve(STRIPE.min(n).next_multiple_of(M::COLUMNS) * BLOCK)?;
        if scratch.sums.len() < kept * area {
            scratch.sums = allocate(kept * area)?;
        }
        let flips = T::FLIPS && M::FLIP != 0;
        if flips && scratch.bias.is_empty() {
            scratch.bias = allocate(STRIPE.next_multiple_of(M::COLUMNS))?;
        }
        for block in 0..blocks {
            let first = words.start + block * BLOCK;
            let count = BLOCK.min(words.end - first);
            let panels_a = &mut scratch.a.words_mut()[..m.next_multiple_of(M::ROWS) * count];
            let flip = if flips { M::FLIP } else { 0 };
            pack_side::<M, T>(a, (place.rows.clone(), k), (first, count), M::ROWS, flip, panels_a);
            for column in (0..n).step_by(STRIPE) {
                let stripe = STRIPE.min(n - column);
                let panels_b = &mut scratch.b.words_mut()[..stripe.next_multiple_of(M::COLUMNS) * count];
                let start = place.columns.start + column;
                pack_side::<M, T>(b, (start..start + stripe, k), (first, count), M::COLUMNS, 0, panels_b);
                if flips {
                    let biases = scratch.bias.chunks_exact_mut(M::COLUMNS);
                    biases
                        .zip(panels_b.chunks_exact(M::COLUMNS * count))
                        .for_each(|(bias, panel)| M::bias(panel, bias));
                }
                for (i, panel_a) in panels_a.chunks_exact(M::ROWS * count).enumerate() {
                    for (j, panel_b) in panels_b.chunks_exact(M::COLUMNS * count).enumerate() {
                        let (row, column) = (i * M::ROWS, column + j * M::COLUMNS);
                        if self.plan.matrices.symmetric
                            && place.columns.start + column >= place.rows.start + row + M::ROWS
                        {
                            continue;
                        }
                        let slot = if blocks > 1 { i * across + column / M::COLUMNS } else { 0 };
                        let sums = &mut scratch.sums[slot * area..][..area];
                        if block == 0 {
                            sums.fill(T::Sum::default());
                        }
                        let bias = if flips { &scratch.bias[j * M::COLUMNS..][..M::COLUMNS] } else { &[] };
                        T::multiply::<M>(m - row, panel_a, panel_b, bias, sums);
                        if block + 1 == blocks {
                            self.store::<M>(&place, row, column, sums, fresh);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// Ends a chain: adds a panel's sums to the totals in the output.
    #[inline(always)]
    fn store<M: Machine>(&self, place: &Place, row: usize, column: usize, sums: &[T::Sum], fresh: bool) {
        let rows = M::ROWS.min(place.rows.len() - row);
        let columns = M::COLUMNS.min(place.columns.len() - column);
        let (row, column) = (place.rows.start + row, place.columns.start + column);
        let add = |total: &mut T::Sum, chain: T::Sum| {
            *total = T::end_chain::<M>(if fresh { T::Sum::default() } else { *total }, chain);
        };
        if self.plan.turned {
            for c in 0..columns {
                // SAFETY: tiles do not overlap, each is computed by one thread, and this is the only range it holds.
                let out = unsafe { self.out.range(place.start + (column + c) * place.n + row, rows) };
                for (r, out) in out.iter_mut().enumerate() {
                    add(out, sums[r * M::COLUMNS + c]);
                }
            }
        } else {
            for (r, sums) in sums.chunks_exact(M::COLUMNS).take(rows).enumerate() {
                // SAFETY: as above.
                let out = unsafe { self.out.range(place.start + (row + r) * place.n + column, columns) };
                out.iter_mut().zip(sums).for_each(|(out, &chain)| add(out, chain));
            }
        }
    }
}
