//! Folds of rows: rowdot, the reductions, nearest.

use tessera_referee::fold::{Best, argmax_rank, argmin_rank, nearest_score};
use tessera_referee::{Reduce, float, order};

use super::chains::{LANES, fold_lanes};
use super::machine::Machine;
use super::matmul::{Panels, dot_i8};
use super::pool::Chunk;

/// f32 rowdot.
pub(super) struct DotRows<'a> {
    pub(super) a: &'a [f32],
    pub(super) b: &'a [f32],
    pub(super) k: usize,
}

impl Chunk<f32> for DotRows<'_> {
    #[inline(always)]
    fn fill<M: Machine>(&self, start: usize, out: &mut [f32]) {
        for (group, out) in out.chunks_mut(LANES).enumerate() {
            let first = start + group * LANES;
            // Lanes beyond the last row repeat it.
            let at = |lane: usize, k: usize| (first + lane.min(out.len() - 1)) * self.k + k;
            let sums = fold_lanes::<M>(self.k, |lane, k| (self.a[at(lane, k)], self.b[at(lane, k)]));
            let count = out.len();
            out.copy_from_slice(&sums[..count]);
        }
    }
}

/// f32 reduce_sum.
pub(super) struct SumRows<'a> {
    pub(super) x: &'a [f32],
    pub(super) k: usize,
}

impl Chunk<f32> for SumRows<'_> {
    #[inline(always)]
    fn fill<M: Machine>(&self, start: usize, out: &mut [f32]) {
        for (group, out) in out.chunks_mut(LANES).enumerate() {
            let first = start + group * LANES;
            let at = |lane: usize, k: usize| (first + lane.min(out.len() - 1)) * self.k + k;
            let sums = fold_lanes::<M>(self.k, |lane, k| (self.x[at(lane, k)], 1.0));
            let count = out.len();
            out.copy_from_slice(&sums[..count]);
        }
    }
}

/// i8 rowdot.
pub(super) struct DotRowsI8<'a> {
    pub(super) a: &'a [i8],
    pub(super) b: &'a [i8],
    pub(super) k: usize,
}

impl Chunk<i32> for DotRowsI8<'_> {
    #[inline(always)]
    fn fill<M: Machine>(&self, start: usize, out: &mut [i32]) {
        for (i, out) in out.iter_mut().enumerate() {
            let at = (start + i) * self.k;
            *out = dot_i8(&self.a[at..at + self.k], &self.b[at..at + self.k]);
        }
    }
}

/// reduce_sum of integers.
pub(super) struct SumRowsInteger<'a, I> {
    pub(super) x: &'a [I],
    pub(super) k: usize,
}

impl<I: Copy + Into<i32> + Sync> Chunk<i32> for SumRowsInteger<'_, I> {
    #[inline(always)]
    fn fill<M: Machine>(&self, start: usize, out: &mut [i32]) {
        for (i, out) in out.iter_mut().enumerate() {
            let row = &self.x[(start + i) * self.k..][..self.k];
            *out = row.iter().fold(0i32, |acc, &x| acc.wrapping_add(x.into()));
        }
    }
}

/// reduce_max and reduce_min.
pub(super) struct Extremes<'a, T> {
    pub(super) reduce: Reduce,
    pub(super) x: &'a [T],
    pub(super) k: usize,
}

impl Chunk<f32> for Extremes<'_, f32> {
    #[inline(always)]
    fn fill<M: Machine>(&self, start: usize, out: &mut [f32]) {
        for (i, out) in out.iter_mut().enumerate() {
            let row = self.x[(start + i) * self.k..][..self.k].iter().map(|x| x.to_bits());
            *out = f32::from_bits(match self.reduce {
                Reduce::Max => row.fold(float::NEG_INFINITY, order::max),
                _ => row.fold(float::INFINITY, order::min),
            });
        }
    }
}

impl Chunk<i32> for Extremes<'_, i32> {
    #[inline(always)]
    fn fill<M: Machine>(&self, start: usize, out: &mut [i32]) {
        for (i, out) in out.iter_mut().enumerate() {
            let row = self.x[(start + i) * self.k..][..self.k].iter().copied();
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
            for (j, &x) in self.x[(start + i) * self.k..][..self.k].iter().enumerate() {
                best.take(j as i32, (self.rank)(x));
            }
            *out = best.index();
        }
    }
}

/// nearest: dot products of a few points with all centres, then the best score.
pub(super) struct NearestRows<'a> {
    pub(super) x: &'a [f32],
    pub(super) centres: Panels,
    pub(super) c2: &'a [f32],
    pub(super) d: usize,
}

impl Chunk<i32> for NearestRows<'_> {
    #[inline(always)]
    fn fill<M: Machine>(&self, start: usize, out: &mut [i32]) {
        let k = self.c2.len();
        let mut dots = vec![0.0; LANES * k];
        for (group, out) in out.chunks_mut(LANES).enumerate() {
            let first = start + group * LANES;
            let dots = &mut dots[..out.len() * k];
            self.centres.multiply::<M>(&self.x[first * self.d..][..out.len() * self.d], dots);
            for (i, out) in out.iter_mut().enumerate() {
                let mut best = Best::new();
                for (j, (dot, c2)) in dots[i * k..][..k].iter().zip(self.c2).enumerate() {
                    let score = nearest_score::<M>(dot.to_bits(), c2.to_bits());
                    best.take(j as i32, argmin_rank(score));
                }
                *out = best.index();
            }
        }
    }
}

/// segment_sum of transposed points into `[d][segments]`, one feature after the other.
pub(super) struct SumSegments<'a> {
    pub(super) xt: &'a [f32],
    pub(super) labels: &'a [i32],
    pub(super) segments: usize,
}

impl Chunk<f32> for SumSegments<'_> {
    #[inline(always)]
    fn fill<M: Machine>(&self, start: usize, out: &mut [f32]) {
        let n = self.labels.len();
        let mut chains = vec![0.0f32; self.segments];
        for (i, totals) in out.chunks_mut(self.segments).enumerate() {
            let feature = &self.xt[(start / self.segments + i) * n..][..n];
            totals.fill(0.0);
            let stretches = feature.chunks(super::chains::CHAIN);
            for (xs, labels) in stretches.zip(self.labels.chunks(super::chains::CHAIN)) {
                chains.fill(0.0);
                for (&x, &label) in xs.iter().zip(labels) {
                    let chain = usize::try_from(label).ok().and_then(|j| chains.get_mut(j));
                    if let Some(chain) = chain {
                        *chain = M::term(x, 1.0, *chain);
                    }
                }
                for (total, &chain) in totals.iter_mut().zip(&chains) {
                    *total = super::chains::end_chain::<M>(*total, chain);
                }
            }
        }
    }
}
