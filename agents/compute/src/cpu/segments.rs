//! segment_sum: features in panels, so that a point's terms are one vector.

use std::ops::Range;

use super::chains::{CHAIN, end_chain};
use super::columns::{self, Down};
use super::machine::Machine;
use super::pack::{Buffer, pack};
use super::path::Work;
use super::pool::{Pool, Tiles, allocate};
use super::shared::Shared;
use super::sums::AddChains;
use crate::exec::ExecError;

/// Points `[d, n]` and their labels.
#[derive(Clone, Copy)]
pub(super) struct Labelled<'a> {
    pub(super) xt: &'a [f32],
    pub(super) labels: &'a [i32],
    pub(super) segments: usize,
    pub(super) d: usize,
}

/// Features in a panel.
const PANEL: usize = 16;
/// Points that are packed at once; divides a chain.
const POINTS: usize = 4096;
const _: () = assert!(CHAIN.is_multiple_of(POINTS));
/// Most elements of chain results that are kept to split the sums by chain.
const CHAIN_RESULTS: usize = 1 << 24;

/// `[segments, d]`: sums of the points with each label. A point with another label takes its place in the chain all the same.
pub(super) fn segment_sum(pool: &Pool<'_>, points: Labelled<'_>) -> Result<Vec<f32>, ExecError> {
    let Labelled { labels, segments, d, .. } = points;
    let mut out = allocate(segments * d)?;
    if out.is_empty() {
        return Ok(out);
    }
    let chains = labels.len().div_ceil(CHAIN);
    let panels = d.div_ceil(PANEL);
    let work = labels.len().saturating_mul(d) * 2;
    let results = (segments * d).saturating_mul(chains);
    let split = panels < 2 * pool.threads && pool.threads > 1 && results <= CHAIN_RESULTS;
    if !split {
        pool.tiles(panels, work, &Sum { points, chains, split: 1, out: Shared::new(&mut out) })?;
        return Ok(out);
    }
    let mut results = allocate(results)?;
    let sum = Sum { points, chains, split: chains, out: Shared::new(&mut results) };
    pool.tiles(panels * chains, work, &sum)?;
    pool.make(segments * d, 1, chains, &AddChains::<f32> { results: &results, elements: segments * d })
}

/// Whether the chain results of [`segment_sum_of_rows`] do not take too much memory: `elements` sums of n points.
pub(super) fn rows_fit(elements: usize, n: usize) -> bool {
    elements.saturating_mul(n.div_ceil(CHAIN)) <= CHAIN_RESULTS
}

/// The same of points as rows `[n, d]`.
pub(super) fn segment_sum_of_rows(
    pool: &Pool<'_>,
    points: Down<'_>,
    labels: &[i32],
    segments: usize,
) -> Result<Vec<f32>, ExecError> {
    let elements = segments * points.columns;
    if elements == 0 {
        return Ok(Vec::new());
    }
    let chains = labels.len().div_ceil(CHAIN);
    let mut results = pool.store.tensors().take(elements * chains)?;
    let work = labels.len().saturating_mul(points.columns) / 2;
    pool.tiles(chains, work, &SumRows { points, labels, elements, out: Shared::new(&mut results) })?;
    columns::total(pool, results, elements)
}

/// Chain results `[chains][segments][d]`.
struct SumRows<'a> {
    points: Down<'a>,
    labels: &'a [i32],
    elements: usize,
    out: Shared<'a, f32>,
}

impl Tiles for SumRows<'_> {
    type Scratch = ();

    fn scratch(&self) {}

    #[inline(always)]
    fn tile<M: Machine>(&self, (): &mut (), chain: usize) -> Result<(), ExecError> {
        // SAFETY: each chain is computed by one thread, and this is the only range it holds.
        let sums = unsafe { self.out.range(chain * self.elements, self.elements) };
        sums.fill(0.0);
        let rows = chain * CHAIN..self.labels.len().min((chain + 1) * CHAIN);
        AddLabelled { points: self.points, labels: self.labels, rows, sums }.run::<M>();
        Ok(())
    }
}

/// Adds points to the sums of their segments, `[segments][d]`, which are chains in the making.
pub(super) struct AddLabelled<'a> {
    pub(super) points: Down<'a>,
    pub(super) labels: &'a [i32],
    pub(super) rows: Range<usize>,
    pub(super) sums: &'a mut [f32],
}

impl Work for AddLabelled<'_> {
    type Output = ();

    #[inline(always)]
    fn run<M: Machine>(self) {
        let Self { points, labels, rows, sums } = self;
        let d = points.columns;
        if d == 1 {
            for (row, &label) in rows.clone().zip(&labels[rows]) {
                if let Some(sum) = usize::try_from(label).ok().and_then(|label| sums.get_mut(label)) {
                    *sum = M::term(points.row(row)[0], 1.0, *sum);
                }
            }
            return;
        }
        let segments = sums.len() / d;
        for (row, &label) in rows.clone().zip(&labels[rows]) {
            let Some(at) = usize::try_from(label).ok().filter(|&label| label < segments) else { continue };
            for (sum, &x) in sums[at * d..][..d].iter_mut().zip(points.row(row)) {
                *sum = M::term(x, 1.0, *sum);
            }
        }
    }
}

struct Sum<'a> {
    points: Labelled<'a>,
    chains: usize,
    /// Into how many parts the chains are split: one, or each for itself.
    split: usize,
    /// `[segments, d]`, or as many for each chain.
    out: Shared<'a, f32>,
}

#[derive(Default)]
struct Scratch {
    points: Buffer,
    /// `[segments][PANEL]`.
    sums: Vec<f32>,
}

impl Tiles for Sum<'_> {
    type Scratch = Scratch;

    fn scratch(&self) -> Self::Scratch {
        Scratch::default()
    }

    #[inline(always)]
    fn tile<M: Machine>(&self, scratch: &mut Scratch, index: usize) -> Result<(), ExecError> {
        let Labelled { labels, segments, d, .. } = self.points;
        let first = index / self.split * PANEL;
        let features = first..d.min(first + PANEL);
        if scratch.sums.is_empty() {
            scratch.points.reserve(PANEL * POINTS)?;
            scratch.sums = allocate(segments * PANEL)?;
        }
        let chains = if self.split > 1 { index % self.split..index % self.split + 1 } else { 0..self.chains };
        for chain in chains {
            let terms = chain * CHAIN..labels.len().min((chain + 1) * CHAIN);
            self.chain::<M>(scratch, features.clone(), terms);
            let part = if self.split > 1 { chain * segments * d } else { 0 };
            for (segment, sums) in scratch.sums.as_chunks::<PANEL>().0.iter().enumerate() {
                // SAFETY: features and chains of tiles do not overlap, each tile is computed by one thread, and this is the only range
                // it holds.
                let out = unsafe { self.out.range(part + segment * d + features.start, features.len()) };
                out.iter_mut().zip(sums).for_each(|(total, &chain)| *total = end_chain::<M>(*total, chain));
            }
        }
        Ok(())
    }
}

impl Sum<'_> {
    /// One chain's sums of a panel of features.
    #[inline(always)]
    fn chain<M: Machine>(&self, scratch: &mut Scratch, features: Range<usize>, terms: Range<usize>) {
        let Labelled { xt, labels, .. } = self.points;
        let n = labels.len();
        let rows = &xt[features.start * n..features.end * n];
        scratch.sums.fill(0.0);
        let sums = scratch.sums.as_chunks_mut::<PANEL>().0;
        for first in terms.clone().step_by(POINTS) {
            let count = POINTS.min(terms.end - first);
            let labels = &labels[first..][..count];
            if features.len() == 1 {
                for (&x, &label) in rows[first..].iter().zip(labels) {
                    if let Some([sum, ..]) = usize::try_from(label).ok().and_then(|label| sums.get_mut(label)) {
                        *sum = M::term(x, 1.0, *sum);
                    }
                }
                continue;
            }
            let panel = &mut scratch.points.words_mut()[..PANEL * count];
            pack::<M, f32>(rows, n, first, count, PANEL, 0, panel);
            for (point, &label) in panel.as_chunks::<PANEL>().0.iter().zip(labels) {
                if let Some(sums) = usize::try_from(label).ok().and_then(|label| sums.get_mut(label)) {
                    for (sum, &x) in sums.iter_mut().zip(point) {
                        *sum = M::term(f32::from_bits(x), 1.0, *sum);
                    }
                }
            }
        }
    }
}
