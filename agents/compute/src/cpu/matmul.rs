//! Matrix products. Vector lanes run across output columns, so that each output is one chain in order.

use tessera_referee::fold::i8_term;

use super::chains::{CHAIN, end_chain};
use super::machine::Machine;
use super::pool::Chunk;

/// Columns of a panel: two AVX registers.
const PANEL: usize = 16;
/// Rows of A that a panel is multiplied with at once: eight registers of accumulators.
const TILE: usize = 4;

/// Rows `[n, k]` of B as panels of 16 columns, `[n / 16][k][16]`, the last one padded with zeros.
pub(super) struct Panels {
    panels: Vec<[f32; PANEL]>,
    n: usize,
    k: usize,
}

impl Panels {
    pub(super) fn new(b: &[f32], n: usize, k: usize) -> Self {
        let mut panels = vec![[0.0; PANEL]; n.div_ceil(PANEL) * k];
        if k > 0 {
            for (j, row) in b.chunks_exact(k).take(n).enumerate() {
                let panel = &mut panels[j / PANEL * k..][..k];
                for (slot, &x) in panel.iter_mut().zip(row) {
                    slot[j % PANEL] = x;
                }
            }
        }
        Self { panels, n, k }
    }

    /// `out[r][j] = a[r] . b[j]` for all rows in `a`; out is `[rows][n]`.
    #[inline(always)]
    pub(super) fn multiply<M: Machine>(&self, a: &[f32], out: &mut [f32]) {
        out.fill(0.0);
        if self.n == 0 || self.k == 0 {
            return;
        }
        for (p, panel) in self.panels.chunks_exact(self.k).enumerate() {
            let columns = p * PANEL..self.n.min((p + 1) * PANEL);
            for first in (0..self.k).step_by(CHAIN) {
                let last = self.k.min(first + CHAIN);
                let panel = &panel[first..last];
                let tiles = a.chunks(TILE * self.k).zip(out.chunks_mut(TILE * self.n));
                for (a, out) in tiles {
                    self.tile::<M>(a, first, panel, columns.clone(), out);
                }
            }
        }
    }

    /// One chain of up to four rows with one panel.
    #[inline(always)]
    fn tile<M: Machine>(
        &self,
        a: &[f32],
        first: usize,
        panel: &[[f32; PANEL]],
        columns: std::ops::Range<usize>,
        out: &mut [f32],
    ) {
        let last_row = out.len() / self.n - 1;
        // Rows beyond the last repeat it.
        let row = |r: usize| &a[last_row.min(r) * self.k + first..][..panel.len()];
        let factors = row(0).iter().zip(row(1)).zip(row(2)).zip(row(3));
        // Named one by one, so that the compiler keeps them in registers.
        let [mut acc0, mut acc1, mut acc2, mut acc3] = [[0.0f32; PANEL]; TILE];
        for (b, (((&x0, &x1), &x2), &x3)) in panel.iter().zip(factors) {
            term::<M>(x0, b, &mut acc0);
            term::<M>(x1, b, &mut acc1);
            term::<M>(x2, b, &mut acc2);
            term::<M>(x3, b, &mut acc3);
        }
        for (out, acc) in out.chunks_exact_mut(self.n).zip([acc0, acc1, acc2, acc3]) {
            for (out, chain) in out[columns.clone()].iter_mut().zip(acc) {
                *out = end_chain::<M>(*out, chain);
            }
        }
    }
}

/// One term of sixteen folds.
#[inline(always)]
fn term<M: Machine>(x: f32, b: &[f32; PANEL], acc: &mut [f32; PANEL]) {
    for (acc, &b) in acc.iter_mut().zip(b) {
        *acc = M::term(x, b, *acc);
    }
}

/// f32 matmul: output rows `[batch * m][n]`, one set of panels for each batch.
pub(super) struct MatmulF32<'a> {
    pub(super) a: &'a [f32],
    pub(super) panels: Vec<Panels>,
    pub(super) m: usize,
    pub(super) n: usize,
    pub(super) k: usize,
}

impl Chunk<f32> for MatmulF32<'_> {
    #[inline(always)]
    fn fill<M: Machine>(&self, start: usize, out: &mut [f32]) {
        let mut row = start / self.n;
        let mut rest = out;
        while !rest.is_empty() {
            let batch = row / self.m;
            let rows = ((batch + 1) * self.m - row).min(rest.len() / self.n);
            let (out, after) = rest.split_at_mut(rows * self.n);
            self.panels[batch].multiply::<M>(&self.a[row * self.k..][..rows * self.k], out);
            row += rows;
            rest = after;
        }
    }
}

/// i8 matmul into wrapping i32, any order.
pub(super) struct MatmulI8<'a> {
    pub(super) a: &'a [i8],
    pub(super) b: &'a [i8],
    pub(super) m: usize,
    pub(super) n: usize,
    pub(super) k: usize,
}

impl Chunk<i32> for MatmulI8<'_> {
    #[inline(always)]
    fn fill<M: Machine>(&self, start: usize, out: &mut [i32]) {
        for (i, out) in out.iter_mut().enumerate() {
            let (row, j) = ((start + i) / self.n, (start + i) % self.n);
            let a = &self.a[row * self.k..][..self.k];
            let b = &self.b[(row / self.m * self.n + j) * self.k..][..self.k];
            *out = dot_i8(a, b);
        }
    }
}

/// The wrapping dot product of two rows.
#[inline(always)]
pub(super) fn dot_i8(a: &[i8], b: &[i8]) -> i32 {
    a.iter().zip(b).fold(0, |acc, (&a, &b)| i8_term(a, b, acc))
}
