//! Folds of rows: rowdot and the reductions.

use tessera_referee::fold::{Best, argmax_rank, argmin_rank, i8_term};
use tessera_referee::{Reduce, float, order};

use super::chains::{CHAIN, end_chain};
use super::machine::Machine;
use super::pack::pack_rows;
use super::pool::{Chunk, Pool};
use crate::exec::ExecError;

/// Rows that are folded side by side.
pub(super) const SIDE: usize = 16;
/// Terms that are packed at once; divides a chain.
const BLOCK: usize = 256;
const _: () = assert!(CHAIN.is_multiple_of(BLOCK));
/// Elements that are asked for ahead, at most: half of the first cache.
const MOST_AHEAD: usize = 4096;

/// What rows are multiplied by.
#[derive(Clone, Copy)]
pub(super) enum Factors<'a> {
    Ones,
    Rows(&'a [f32]),
    /// The same row for all, of one chain.
    Same(&'a [f32]),
}

/// The folds of rows `a[rows, k]`.
pub(super) fn fold_rows(
    pool: &Pool<'_>,
    a: &[f32],
    b: Factors<'_>,
    rows: usize,
    k: usize,
) -> Result<Vec<f32>, ExecError> {
    let chains = k.div_ceil(CHAIN);
    if chains <= 1 {
        return pool.make(rows, SIDE, k, &FoldChains { a, b, k, chains: 1, skip: [0; 2] });
    }
    // Chains are rows of their own, as far as order goes.
    let results = pool.make(rows * chains, SIDE, CHAIN, &FoldChains { a, b, k, chains, skip: [0; 2] })?;
    pool.make(rows, 1, chains, &AddRows { results: &results, chains })
}

/// Chain results `[rows][chains]`.
pub(super) struct FoldChains<'a> {
    pub(super) a: &'a [f32],
    pub(super) b: Factors<'a>,
    pub(super) k: usize,
    pub(super) chains: usize,
    /// Elements of a and b before those given.
    pub(super) skip: [usize; 2],
}

impl Chunk<f32> for FoldChains<'_> {
    #[inline(always)]
    fn fill<M: Machine>(&self, start: usize, out: &mut [f32]) {
        let mut packed = [[[0; SIDE]; BLOCK]; 2];
        for (group, out) in out.chunks_mut(SIDE).enumerate() {
            let count = out.len();
            let stretch = |x: &'_ [f32], skip: usize, lane: usize| {
                let chain = start + group * SIDE + lane.min(count - 1);
                let (row, first) = (chain / self.chains, chain % self.chains * CHAIN);
                let (from, to) = (row * self.k + first - skip, row * self.k + self.k.min(first + CHAIN) - skip);
                if lane < count { from..to } else { x.len()..x.len() }
            };
            let of = |x, skip| -> [&[f32]; SIDE] { std::array::from_fn(|lane| &x[stretch(x, skip, lane)]) };
            let a = of(self.a, self.skip[0]);
            // The rows that come next, while these are turned.
            let next = stretch(self.a, self.skip[0], count - 1).end;
            M::prefetch(&self.a[next..self.a.len().min(next + (SIDE * self.k).min(MOST_AHEAD))]);
            let terms = a.iter().map(|a| a.len()).max().unwrap_or(0);
            let mut sums = [0.0; SIDE];
            for first in (0..terms).step_by(BLOCK) {
                let words = BLOCK.min(terms - first);
                // Shorter chains end in zeros, which change no bit.
                let [of_a, of_b] = &mut packed;
                pack_rows::<M, SIDE>(&a, first, &mut of_a[..words]);
                let mut by = |a: &[u32; SIDE], b: f32| {
                    for (sum, &a) in sums.iter_mut().zip(a) {
                        *sum = M::term(f32::from_bits(a), b, *sum);
                    }
                };
                match self.b {
                    Factors::Ones => of_a[..words].iter().for_each(|a| by(a, 1.0)),
                    Factors::Same(b) => of_a[..words].iter().zip(&b[first..]).for_each(|(a, &b)| by(a, b)),
                    Factors::Rows(b) => {
                        pack_rows::<M, SIDE>(&of(b, self.skip[1]), first, &mut of_b[..words]);
                        for (a, b) in of_a[..words].iter().zip(of_b) {
                            for ((sum, &a), &b) in sums.iter_mut().zip(a).zip(&*b) {
                                *sum = M::term(f32::from_bits(a), f32::from_bits(b), *sum);
                            }
                        }
                    }
                }
            }
            for (out, sum) in out.iter_mut().zip(sums) {
                *out = end_chain::<M>(0.0, sum);
            }
        }
    }
}

/// Adds each row's chain results in order.
struct AddRows<'a> {
    results: &'a [f32],
    chains: usize,
}

impl Chunk<f32> for AddRows<'_> {
    #[inline(always)]
    fn fill<M: Machine>(&self, start: usize, out: &mut [f32]) {
        for (total, chains) in out.iter_mut().zip(self.results[start * self.chains..].chunks_exact(self.chains)) {
            *total = chains.iter().fold(0.0, |total, &chain| end_chain::<M>(total, chain));
        }
    }
}

/// i8 rowdot.
pub(super) struct DotRowsI8<'a> {
    pub(super) a: &'a [i8],
    pub(super) b: &'a [i8],
    pub(super) k: usize,
    /// Elements of a and b before those given.
    pub(super) skip: [usize; 2],
}

impl Chunk<i32> for DotRowsI8<'_> {
    #[inline(always)]
    fn fill<M: Machine>(&self, start: usize, out: &mut [i32]) {
        for (i, out) in out.iter_mut().enumerate() {
            let at = (start + i) * self.k;
            let (a, b) = (&self.a[at - self.skip[0]..][..self.k], &self.b[at - self.skip[1]..][..self.k]);
            let terms = a.iter().zip(b);
            *out = terms.fold(0, |acc, (&a, &b)| i8_term(a, b, acc));
        }
    }
}

/// reduce_sum of integers.
pub(super) struct SumRowsInteger<'a, I> {
    pub(super) x: &'a [I],
    pub(super) k: usize,
    /// Elements before those given.
    pub(super) skip: usize,
}

impl<I: Copy + Into<i32> + Sync> Chunk<i32> for SumRowsInteger<'_, I> {
    #[inline(always)]
    fn fill<M: Machine>(&self, start: usize, out: &mut [i32]) {
        for (i, out) in out.iter_mut().enumerate() {
            let row = &self.x[(start + i) * self.k - self.skip..][..self.k];
            *out = row.iter().fold(0i32, |acc, &x| acc.wrapping_add(x.into()));
        }
    }
}

/// reduce_max and reduce_min.
pub(super) struct Extremes<'a, T> {
    pub(super) reduce: Reduce,
    pub(super) x: &'a [T],
    pub(super) k: usize,
    /// Elements before those given.
    pub(super) skip: usize,
}

/// The fold of a row in lanes: these may be taken in any order.
#[inline(always)]
fn extreme(row: &[f32], start: u32, better: impl Fn(u32, u32) -> u32) -> f32 {
    let mut lanes = [start; SIDE];
    let (whole, rest) = row.as_chunks::<SIDE>();
    for terms in whole {
        for (lane, x) in lanes.iter_mut().zip(terms) {
            *lane = better(*lane, x.to_bits());
        }
    }
    let rest = rest.iter().map(|x| x.to_bits());
    f32::from_bits(rest.chain(lanes).fold(start, better))
}

impl Chunk<f32> for Extremes<'_, f32> {
    #[inline(always)]
    fn fill<M: Machine>(&self, start: usize, out: &mut [f32]) {
        for (i, out) in out.iter_mut().enumerate() {
            let row = &self.x[(start + i) * self.k - self.skip..][..self.k];
            *out = match self.reduce {
                Reduce::Max => extreme(row, float::NEG_INFINITY, order::max),
                _ => extreme(row, float::INFINITY, order::min),
            };
        }
    }
}

impl Chunk<i32> for Extremes<'_, i32> {
    #[inline(always)]
    fn fill<M: Machine>(&self, start: usize, out: &mut [i32]) {
        for (i, out) in out.iter_mut().enumerate() {
            let row = self.x[(start + i) * self.k - self.skip..][..self.k].iter().copied();
            *out = match self.reduce {
                Reduce::Max => row.fold(i32::MIN, i32::max),
                _ => row.fold(i32::MAX, i32::min),
            };
        }
    }
}

/// argmin and argmax: the least rank wins.
pub(super) struct ArgBest<'a, T> {
    pub(super) x: &'a [T],
    pub(super) k: usize,
    /// Elements before those given.
    pub(super) skip: usize,
    pub(super) rank: fn(T) -> i32,
}

/// The rank of an element for argmin or argmax.
pub(super) fn f32_rank(reduce: Reduce) -> fn(f32) -> i32 {
    match reduce {
        Reduce::ArgMax => |x| argmax_rank(x.to_bits()),
        _ => |x| argmin_rank(x.to_bits()),
    }
}

/// The rank of an element for argmin or argmax.
pub(super) fn i32_rank(reduce: Reduce) -> fn(i32) -> i32 {
    match reduce {
        Reduce::ArgMax => |x| !x,
        _ => |x| x,
    }
}

impl<T: Copy + Sync> Chunk<i32> for ArgBest<'_, T> {
    #[inline(always)]
    fn fill<M: Machine>(&self, start: usize, out: &mut [i32]) {
        for (i, out) in out.iter_mut().enumerate() {
            let mut best = Best::new();
            for (j, &x) in self.x[(start + i) * self.k - self.skip..][..self.k].iter().enumerate() {
                best.take(j as i32, (self.rank)(x));
            }
            *out = best.index();
        }
    }
}
