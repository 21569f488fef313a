//! Folds along an axis whose elements lie rows apart: the terms of many folds are then side by side, and nothing is transposed.
//!
//! A matrix `[n, d]` is walked row by row; fold j takes element j of each. Chains of rows are computed apart and added in order.

use std::ops::Range;

use tessera_referee::{Reduce, float, order};

use super::chains::CHAIN;
use super::machine::Machine;
use super::path::Work;
use super::pool::{Chunk, Pool, Tiles};
use super::shared::Shared;
use super::sums::AddChains;
use crate::exec::ExecError;

/// Columns that are folded at once: four vectors of AVX-512, whose terms do not wait for each other.
const SIDE: usize = 4 * LANES;
const LANES: usize = 16;
/// Rows of which one block of columns is folded after the other.
const AT_ONCE: usize = 64;

/// Rows of a matrix: row i begins at `base + i stride`.
#[derive(Clone, Copy)]
pub(super) struct Down<'a> {
    pub(super) x: &'a [f32],
    pub(super) base: usize,
    pub(super) stride: usize,
    pub(super) rows: usize,
    pub(super) columns: usize,
}

/// What elements are multiplied by.
#[derive(Clone, Copy)]
pub(super) enum By<'a> {
    One,
    /// A number for each row.
    Row(&'a [f32]),
    /// The elements of another matrix.
    Each(Down<'a>),
}

impl<'a> Down<'a> {
    #[inline(always)]
    pub(super) fn row(&self, row: usize) -> &'a [f32] {
        &self.x[self.base + row * self.stride..][..self.columns]
    }

    fn work(&self) -> usize {
        self.rows.saturating_mul(self.columns) / 4
    }
}

/// The f32 fold of each column, `[columns]`.
pub(super) fn sum(pool: &Pool<'_>, down: Down<'_>, by: By<'_>) -> Result<Vec<f32>, ExecError> {
    let (columns, chains) = (down.columns, down.rows.div_ceil(CHAIN));
    let mut results = pool.store.tensors().take(chains * columns)?;
    pool.tiles(chains, down.work(), &Chains { down, by, out: Shared::new(&mut results) })?;
    total(pool, results, columns)
}

/// The totals of chain results `[chains][elements]`.
pub(super) fn total(pool: &Pool<'_>, results: Vec<f32>, elements: usize) -> Result<Vec<f32>, ExecError> {
    let chains = results.len() / elements.max(1);
    let total = pool.make(elements, 1, chains, &AddChains::<f32> { results: &results, elements });
    pool.store.tensors().give(results);
    total
}

/// Chain results `[chains][columns]`.
struct Chains<'a> {
    down: Down<'a>,
    by: By<'a>,
    out: Shared<'a, f32>,
}

impl Tiles for Chains<'_> {
    type Scratch = ();

    fn scratch(&self) {}

    #[inline(always)]
    fn tile<M: Machine>(&self, (): &mut (), chain: usize) -> Result<(), ExecError> {
        let Down { rows, columns, .. } = self.down;
        // SAFETY: each chain is computed by one thread, and this is the only range it holds.
        let out = unsafe { self.out.range(chain * columns, columns) };
        out.fill(0.0);
        AddTerms { down: self.down, by: self.by, rows: chain * CHAIN..rows.min((chain + 1) * CHAIN), sums: out }
            .run::<M>();
        Ok(())
    }
}

/// Adds rows to the sums of their columns, `[columns]`, which are chains in the making.
pub(super) struct AddTerms<'a> {
    pub(super) down: Down<'a>,
    pub(super) by: By<'a>,
    pub(super) rows: Range<usize>,
    pub(super) sums: &'a mut [f32],
}

impl Work for AddTerms<'_> {
    type Output = ();

    #[inline(always)]
    fn run<M: Machine>(self) {
        let Self { down, by, rows, sums } = self;
        // Some rows at a time, so that memory is read in order.
        for start in rows.clone().step_by(AT_ONCE) {
            let rows = start..rows.end.min(start + AT_ONCE);
            for (block, sums) in sums.chunks_mut(SIDE).enumerate() {
                let (rows, first) = (rows.clone(), block * SIDE);
                match by {
                    By::One => fold::<M>(down, sums, rows, first, |_| 1.0),
                    By::Row(by) => fold::<M>(down, sums, rows, first, |row| by[row]),
                    By::Each(by) => products::<M>(down, sums, rows, first, by),
                }
            }
        }
    }
}

/// Sums of columns from `first` on, each row by one number.
#[inline(always)]
fn fold<M: Machine>(down: Down<'_>, sums: &mut [f32], rows: Range<usize>, first: usize, by: impl Fn(usize) -> f32) {
    let columns = first..first + sums.len();
    let (&[a, b, c, d], []) = sums.as_chunks::<LANES>() else {
        for row in rows {
            let by = by(row);
            for (sum, &x) in sums.iter_mut().zip(&down.row(row)[columns.clone()]) {
                *sum = M::term(x, by, *sum);
            }
        }
        return;
    };
    // Named one by one, so that the compiler keeps them in registers.
    let [mut a, mut b, mut c, mut d] = [a, b, c, d];
    for row in rows {
        let (&[x, y, z, w], _) = down.row(row)[columns.clone()].as_chunks::<LANES>() else { return };
        let by = by(row);
        let term = |acc: &mut [f32; LANES], x: &[f32; LANES]| {
            for (acc, &x) in acc.iter_mut().zip(x) {
                *acc = M::term(x, by, *acc);
            }
        };
        term(&mut a, &x);
        term(&mut b, &y);
        term(&mut c, &z);
        term(&mut d, &w);
    }
    sums.copy_from_slice([a, b, c, d].as_flattened());
}

/// The same, each element by another.
#[inline(always)]
fn products<M: Machine>(down: Down<'_>, sums: &mut [f32], rows: Range<usize>, first: usize, by: Down<'_>) {
    let columns = first..first + sums.len();
    let (&[a, b, c, d], []) = sums.as_chunks::<LANES>() else {
        for row in rows {
            let terms = down.row(row)[columns.clone()].iter().zip(&by.row(row)[columns.clone()]);
            for (sum, (&x, &by)) in sums.iter_mut().zip(terms) {
                *sum = M::term(x, by, *sum);
            }
        }
        return;
    };
    let [mut a, mut b, mut c, mut d] = [a, b, c, d];
    for row in rows {
        let (&[x, y, z, w], _) = down.row(row)[columns.clone()].as_chunks::<LANES>() else { return };
        let (&[p, q, r, s], _) = by.row(row)[columns.clone()].as_chunks::<LANES>() else { return };
        let term = |acc: &mut [f32; LANES], x: &[f32; LANES], by: &[f32; LANES]| {
            for ((acc, &x), &by) in acc.iter_mut().zip(x).zip(by) {
                *acc = M::term(x, by, *acc);
            }
        };
        term(&mut a, &x, &p);
        term(&mut b, &y, &q);
        term(&mut c, &z, &r);
        term(&mut d, &w, &s);
    }
    sums.copy_from_slice([a, b, c, d].as_flattened());
}

/// The greatest or least of each column, `[columns]`.
pub(super) fn extremes(pool: &Pool<'_>, down: Down<'_>, reduce: Reduce) -> Result<Vec<f32>, ExecError> {
    let parts = down.rows.div_ceil(CHAIN);
    let mut results = pool.store.tensors().take(parts * down.columns)?;
    pool.tiles(parts, down.work(), &Extremes { down, reduce, out: Shared::new(&mut results) })?;
    best(pool, results, down.columns, reduce)
}

/// The best of parts `[parts][columns]`. Any order is right, so these are folded like the rows they are from.
pub(super) fn best(pool: &Pool<'_>, parts: Vec<f32>, columns: usize, reduce: Reduce) -> Result<Vec<f32>, ExecError> {
    let count = parts.len() / columns.max(1);
    let best = pool.make(columns, 1, count, &Best { results: &parts, columns, reduce });
    pool.store.tensors().give(parts);
    best
}

/// What an empty fold gives.
pub(super) fn start(reduce: Reduce) -> f32 {
    f32::from_bits(if reduce == Reduce::Max { float::NEG_INFINITY } else { float::INFINITY })
}

#[inline(always)]
fn take(reduce: Reduce, best: &mut [f32], x: &[f32]) {
    let each = best.iter_mut().zip(x);
    match reduce {
        Reduce::Max => each.for_each(|(best, x)| *best = f32::from_bits(order::max(best.to_bits(), x.to_bits()))),
        _ => each.for_each(|(best, x)| *best = f32::from_bits(order::min(best.to_bits(), x.to_bits()))),
    }
}

struct Extremes<'a> {
    down: Down<'a>,
    reduce: Reduce,
    out: Shared<'a, f32>,
}

impl Tiles for Extremes<'_> {
    type Scratch = ();

    fn scratch(&self) {}

    #[inline(always)]
    fn tile<M: Machine>(&self, (): &mut (), part: usize) -> Result<(), ExecError> {
        let Down { rows, columns, .. } = self.down;
        // SAFETY: each part is computed by one thread, and this is the only range it holds.
        let out = unsafe { self.out.range(part * columns, columns) };
        out.fill(start(self.reduce));
        let rows = part * CHAIN..rows.min((part + 1) * CHAIN);
        TakeRows { down: self.down, reduce: self.reduce, rows, best: out }.run::<M>();
        Ok(())
    }
}

/// Takes rows into the greatest or least of their columns, `[columns]`.
pub(super) struct TakeRows<'a> {
    pub(super) down: Down<'a>,
    pub(super) reduce: Reduce,
    pub(super) rows: Range<usize>,
    pub(super) best: &'a mut [f32],
}

impl Work for TakeRows<'_> {
    type Output = ();

    #[inline(always)]
    fn run<M: Machine>(self) {
        for row in self.rows {
            take(self.reduce, self.best, self.down.row(row));
        }
    }
}

/// The best of `[parts][columns]`.
struct Best<'a> {
    results: &'a [f32],
    columns: usize,
    reduce: Reduce,
}

impl Chunk<f32> for Best<'_> {
    #[inline(always)]
    fn fill<M: Machine>(&self, first: usize, out: &mut [f32]) {
        out.fill(start(self.reduce));
        for part in self.results.chunks_exact(self.columns) {
            take(self.reduce, out, &part[first..][..out.len()]);
        }
    }
}
