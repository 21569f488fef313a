//! nearest: dot products of a panel of points with all centres, and the best of each, without a table of distances.

use super::chains::{CHAIN, end_chain};
use super::machine::{Machine, PANEL_MULTIPLE};
use super::pack::{Buffer, pack};
use super::pool::{Pool, Tiles, allocate};
use super::shared::Shared;
use crate::exec::ExecError;

/// Points `[n, d]`, centres `[k, d]` and half of their scores, `c2[k]`.
#[derive(Clone, Copy)]
pub(super) struct Points<'a> {
    pub(super) x: &'a [f32],
    pub(super) centres: &'a [f32],
    pub(super) c2: &'a [f32],
    pub(super) n: usize,
    pub(super) d: usize,
}

/// Points that a thread takes at once; a multiple of every machine's panels.
const TILE: usize = 8 * PANEL_MULTIPLE;

/// The index of each point's nearest centre, -1 without centres: the least `fma(-2, x.c, c2)`, the first among equals.
pub(super) fn nearest(pool: &Pool<'_>, points: Points<'_>) -> Result<Vec<i32>, ExecError> {
    let mut out = allocate(points.n)?;
    if points.c2.is_empty() {
        out.fill(-1);
        return Ok(out);
    }
    let work = points.n.saturating_mul(points.c2.len()).saturating_mul(points.d / 8 + 1);
    pool.tiles(points.n.div_ceil(TILE), work, &Assign { points, out: Shared::new(&mut out) })?;
    Ok(out)
}

struct Assign<'a> {
    points: Points<'a>,
    out: Shared<'a, i32>,
}

/// A thread's packed panels and sums.
#[derive(Default)]
struct Scratch {
    /// The centres, chain by chain.
    centres: Buffer,
    packed: bool,
    points: Buffer,
    sums: Vec<f32>,
    totals: Vec<f32>,
    scores: Vec<f32>,
    best: Vec<i32>,
}

impl Tiles for Assign<'_> {
    type Scratch = Scratch;

    fn scratch(&self) -> Self::Scratch {
        Scratch::default()
    }

    #[inline(always)]
    fn tile<M: Machine>(&self, scratch: &mut Scratch, index: usize) -> Result<(), ExecError> {
        let Points { x, centres, c2, n, d } = self.points;
        let area = M::ROWS * M::COLUMNS;
        let rows = c2.len().next_multiple_of(M::ROWS);
        if scratch.sums.is_empty() {
            scratch.centres.reserve(rows * d)?;
            scratch.points.reserve(M::COLUMNS * CHAIN.min(d))?;
            scratch.sums = allocate(area)?;
            scratch.totals = allocate(area)?;
            scratch.scores = allocate(M::COLUMNS)?;
            scratch.best = allocate(M::COLUMNS)?;
        }
        if !scratch.packed {
            for first in (0..d).step_by(CHAIN) {
                let words = CHAIN.min(d - first);
                let panels = &mut scratch.centres.words_mut()[rows * first..][..rows * words];
                pack::<M, f32>(centres, d, first, words, M::ROWS, 0, panels);
            }
            scratch.packed = true;
        }
        let end = n.min((index + 1) * TILE);
        for first in (index * TILE..end).step_by(M::COLUMNS) {
            let count = M::COLUMNS.min(end - first);
            self.panel::<M>(scratch, &x[first * d..][..count * d], count);
            // SAFETY: tiles do not overlap, each is computed by one thread, and this is the only range it holds.
            let out = unsafe { self.out.range(first, count) };
            out.copy_from_slice(&scratch.best[..count]);
        }
        Ok(())
    }
}

impl Assign<'_> {
    /// The nearest centres of up to a panel of points.
    #[inline(always)]
    fn panel<M: Machine>(&self, scratch: &mut Scratch, x: &[f32], count: usize) {
        let Points { c2, d, .. } = self.points;
        let rows = c2.len().next_multiple_of(M::ROWS);
        scratch.best.fill(0);
        // Below every number: NaN compares with nothing.
        scratch.scores.fill(f32::NAN);
        let pack_points = |points: &mut Buffer, first: usize, words: usize| {
            let panel = &mut points.words_mut()[..M::COLUMNS * words];
            if d > 0 {
                pack::<M, f32>(&x[..count * d], d, first, words, M::COLUMNS, 0, panel);
            }
        };
        if d <= CHAIN {
            pack_points(&mut scratch.points, 0, d);
        }
        for (tile, c2) in c2.chunks(M::ROWS).enumerate() {
            scratch.sums.fill(0.0);
            if d <= CHAIN {
                let centres = &scratch.centres.words()[tile * M::ROWS * d..][..M::ROWS * d];
                let points = &scratch.points.words()[..M::COLUMNS * d];
                M::multiply(c2.len(), centres, points, &mut scratch.sums);
                // One chain: that a zero or a NaN is not in its final form changes no score's rank.
            } else {
                scratch.totals.fill(0.0);
                for first in (0..d).step_by(CHAIN) {
                    let words = CHAIN.min(d - first);
                    pack_points(&mut scratch.points, first, words);
                    let centres = &scratch.centres.words()[rows * first + tile * M::ROWS * words..][..M::ROWS * words];
                    let points = &scratch.points.words()[..M::COLUMNS * words];
                    scratch.sums.fill(0.0);
                    M::multiply(c2.len(), centres, points, &mut scratch.sums);
                    for (total, &chain) in scratch.totals.iter_mut().zip(&scratch.sums) {
                        *total = end_chain::<M>(*total, chain);
                    }
                }
                scratch.sums.copy_from_slice(&scratch.totals);
            }
            let first = (tile * M::ROWS) as i32;
            let Scratch { sums, scores, best, .. } = scratch;
            // As many lanes as a panel has columns, so that comparisons that wait for each other overlap.
            match M::COLUMNS {
                32 => best_of::<M, 32>(first, c2, sums, scores, best),
                24 => best_of::<M, 24>(first, c2, sums, scores, best),
                _ => best_of::<M, 8>(first, c2, sums, scores, best),
            }
        }
    }
}

/// Takes the next centres, from `first` on, into the best of a panel's points, `N` of them side by side.
#[inline(always)]
fn best_of<M: Machine, const N: usize>(first: i32, c2: &[f32], dots: &[f32], scores: &mut [f32], best: &mut [i32]) {
    let lanes = scores.as_chunks_mut::<N>().0.iter_mut().zip(best.as_chunks_mut::<N>().0);
    for (lane, (scores, best)) in lanes.enumerate() {
        let (mut least, mut index) = (*scores, *best);
        for (centre, (&c2, dots)) in (first..).zip(c2.iter().zip(dots.chunks_exact(M::COLUMNS))) {
            let Some((dots, _)) = dots[lane * N..].split_first_chunk::<N>() else { return };
            for ((least, index), &dot) in least.iter_mut().zip(&mut index).zip(dots) {
                let score = M::term(-2.0, dot, c2);
                // As `argmin_rank` orders: zeros are equal, NaN is above +inf.
                #[allow(clippy::neg_cmp_op_on_partial_ord)]
                let better = !(*least <= score) & !score.is_nan();
                *least = if better { score } else { *least };
                *index = if better { centre } else { *index };
            }
        }
        (*scores, *best) = (least, index);
    }
}
