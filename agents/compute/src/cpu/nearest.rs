//! nearest: dot products of a panel of points with all centres, and the best of each, without a table of distances.

use std::ops::Range;

use super::chains::{CHAIN, end_chain};
use super::machine::{Machine, PANEL_MULTIPLE};
use super::pack::{Buffer, pack};
use super::path::{Path, Work};
use super::pool::{Pool, Tiles};
use super::recycle::Buffers;
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
    let mut out = pool.store.tensors().take(points.n)?;
    if points.c2.is_empty() {
        out.fill(-1);
        return Ok(out);
    }
    let work = points.n.saturating_mul(points.c2.len()).saturating_mul(points.d / 8 + 1);
    pool.tiles(points.n.div_ceil(TILE), work, &Assign { pool, points, out: Shared::new(&mut out) })?;
    Ok(out)
}

/// The same, by this thread; there are centres.
pub(super) fn nearest_of_rows(path: Path, buffers: &mut Buffers, points: Points<'_>) -> Result<Vec<i32>, ExecError> {
    let mut out = buffers.take(points.n)?;
    let mut scratch = Scratch::new(path, buffers, &points)?;
    path.run(Rows { points, scratch: &mut scratch, rows: 0..points.n, out: &mut out });
    scratch.recycle(buffers);
    Ok(out)
}

struct Assign<'a> {
    pool: &'a Pool<'a>,
    points: Points<'a>,
    out: Shared<'a, i32>,
}

impl Tiles for Assign<'_> {
    /// Free memory, and what is packed once.
    type Scratch = (Buffers, Option<Scratch>);

    fn scratch(&self) -> Self::Scratch {
        (self.pool.store.worker(), None)
    }

    fn finish(&self, (mut buffers, scratch): Self::Scratch) {
        if let Some(scratch) = scratch {
            scratch.recycle(&mut buffers);
        }
        self.pool.store.keep(buffers);
    }

    #[inline(always)]
    fn tile<M: Machine>(&self, (buffers, scratch): &mut Self::Scratch, index: usize) -> Result<(), ExecError> {
        let scratch = match scratch {
            Some(scratch) => scratch,
            none => none.insert(Scratch::new(self.pool.path, buffers, &self.points)?),
        };
        let rows = index * TILE..self.points.n.min((index + 1) * TILE);
        // SAFETY: tiles do not overlap, each is computed by one thread, and this is the only range it holds.
        let out = unsafe { self.out.range(rows.start, rows.len()) };
        Rows { points: self.points, scratch, rows, out }.run::<M>();
        Ok(())
    }
}

/// A thread's packed panels and sums.
struct Scratch {
    /// The centres, chain by chain.
    centres: Buffer,
    points: Buffer,
    sums: Vec<f32>,
    totals: Vec<f32>,
    scores: Vec<f32>,
    best: Vec<i32>,
}

impl Scratch {
    fn new(path: Path, buffers: &mut Buffers, points: &Points<'_>) -> Result<Self, ExecError> {
        let (rows, columns) = path.panels();
        let mut scratch = Self {
            centres: Buffer::of(buffers, points.c2.len().next_multiple_of(rows) * points.d)?,
            points: Buffer::of(buffers, columns * CHAIN.min(points.d))?,
            sums: buffers.take(rows * columns)?,
            totals: buffers.take(rows * columns)?,
            scores: buffers.take(columns)?,
            best: buffers.take(columns)?,
        };
        path.run(PackCentres { points, out: scratch.centres.words_mut() });
        Ok(scratch)
    }

    fn recycle(self, buffers: &mut Buffers) {
        self.centres.recycle(buffers);
        self.points.recycle(buffers);
        [self.sums, self.totals, self.scores].into_iter().for_each(|own| buffers.give(own));
        buffers.give(self.best);
    }
}

struct PackCentres<'a> {
    points: &'a Points<'a>,
    out: &'a mut [u32],
}

impl Work for PackCentres<'_> {
    type Output = ();

    #[inline(always)]
    fn run<M: Machine>(self) {
        let Points { centres, c2, d, .. } = *self.points;
        let rows = c2.len().next_multiple_of(M::ROWS);
        for first in (0..d).step_by(CHAIN) {
            let words = CHAIN.min(d - first);
            pack::<M, f32>(centres, d, first, words, M::ROWS, 0, &mut self.out[rows * first..][..rows * words]);
        }
    }
}

/// Some points, panel by panel.
struct Rows<'a> {
    points: Points<'a>,
    scratch: &'a mut Scratch,
    rows: Range<usize>,
    out: &'a mut [i32],
}

impl Work for Rows<'_> {
    type Output = ();

    #[inline(always)]
    fn run<M: Machine>(self) {
        let Self { points: Points { x, c2, d, .. }, scratch, rows, out } = self;
        for (panel, out) in out.chunks_mut(M::COLUMNS).enumerate() {
            let (own, after) = x[(rows.start + panel * M::COLUMNS) * d..].split_at(out.len() * d);
            let next = &after[..after.len().min(out.len() * d)];
            scratch.panel::<M, false>(own, next, c2, d);
            // Where nothing is below infinity, NaN and infinity are to be told apart.
            if scratch.scores[..out.len()].contains(&f32::INFINITY) {
                scratch.panel::<M, true>(own, &[], c2, d);
            }
            out.copy_from_slice(&scratch.best[..out.len()]);
        }
    }
}

impl Scratch {
    /// The nearest centres of up to a panel of points; `EXACT` also where no score is below infinity. The next points come from memory
    /// while these are multiplied.
    #[inline(always)]
    fn panel<M: Machine, const EXACT: bool>(&mut self, x: &[f32], next: &[f32], c2: &[f32], d: usize) {
        let rows = c2.len().next_multiple_of(M::ROWS);
        self.best.fill(0);
        // NaN compares with nothing: any score is better.
        self.scores.fill(if EXACT { f32::NAN } else { f32::INFINITY });
        let pack_points = |points: &mut Buffer, first: usize, words: usize| {
            let panel = &mut points.words_mut()[..M::COLUMNS * words];
            if d > 0 {
                pack::<M, f32>(x, d, first, words, M::COLUMNS, 0, panel);
            }
        };
        if d <= CHAIN {
            pack_points(&mut self.points, 0, d);
        }
        let mut soon = next.chunks(next.len().div_ceil(rows / M::ROWS).max(1));
        for (tile, c2) in c2.chunks(M::ROWS).enumerate() {
            M::prefetch(soon.next().unwrap_or_default());
            self.sums.fill(0.0);
            if d <= CHAIN {
                let centres = &self.centres.words()[tile * M::ROWS * d..][..M::ROWS * d];
                let points = &self.points.words()[..M::COLUMNS * d];
                M::multiply(c2.len(), centres, points, &mut self.sums);
                // One chain: that a zero or a NaN is not in its final form changes no score's rank.
            } else {
                self.totals.fill(0.0);
                for first in (0..d).step_by(CHAIN) {
                    let words = CHAIN.min(d - first);
                    pack_points(&mut self.points, first, words);
                    let centres = &self.centres.words()[rows * first + tile * M::ROWS * words..][..M::ROWS * words];
                    let points = &self.points.words()[..M::COLUMNS * words];
                    self.sums.fill(0.0);
                    M::multiply(c2.len(), centres, points, &mut self.sums);
                    for (total, &chain) in self.totals.iter_mut().zip(&self.sums) {
                        *total = end_chain::<M>(*total, chain);
                    }
                }
                self.sums.copy_from_slice(&self.totals);
            }
            let first = (tile * M::ROWS) as i32;
            let Self { sums, scores, best, .. } = self;
            // As many lanes as a panel has columns, so that comparisons that wait for each other overlap.
            match M::COLUMNS {
                32 => best_of::<M, 32, EXACT>(first, c2, sums, scores, best),
                24 => best_of::<M, 24, EXACT>(first, c2, sums, scores, best),
                _ => best_of::<M, 8, EXACT>(first, c2, sums, scores, best),
            }
        }
    }
}

/// Takes the next centres, from `first` on, into the best of a panel's points, `N` of them side by side.
#[inline(always)]
fn best_of<M: Machine, const N: usize, const EXACT: bool>(
    first: i32,
    c2: &[f32],
    dots: &[f32],
    scores: &mut [f32],
    best: &mut [i32],
) {
    let lanes = scores.as_chunks_mut::<N>().0.iter_mut().zip(best.as_chunks_mut::<N>().0);
    for (lane, (scores, best)) in lanes.enumerate() {
        let (mut least, mut index) = (*scores, *best);
        for (centre, (&c2, dots)) in (first..).zip(c2.iter().zip(dots.chunks_exact(M::COLUMNS))) {
            let Some((dots, _)) = dots[lane * N..].split_first_chunk::<N>() else { return };
            for ((least, index), &dot) in least.iter_mut().zip(&mut index).zip(dots) {
                let score = M::term(-2.0, dot, c2);
                // As `argmin_rank` orders: zeros are equal, NaN is above +inf.
                #[allow(clippy::neg_cmp_op_on_partial_ord)]
                let better = if EXACT { !(*least <= score) & !score.is_nan() } else { score < *least };
                *least = if better { score } else { *least };
                *index = if better { centre } else { *index };
            }
        }
        (*scores, *best) = (least, index);
    }
}
