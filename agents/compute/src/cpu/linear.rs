//! cholesky, solve and the Jacobi operations.

use tessera_referee::fold::{cholesky_diagonal, solve_element};
use tessera_referee::jacobi::{Rotation, step_element, vector_element};

use super::chains::{LANES, fold_lanes};
use super::machine::Machine;
use super::pool::Chunk;
use crate::Cancel;

/// cholesky of `[p, p]`, filled in one stretch: columns depend on each other.
pub(super) struct Factor<'a> {
    pub(super) a: &'a [f32],
    pub(super) p: usize,
    pub(super) cancel: &'a Cancel,
}

impl Chunk<f32> for Factor<'_> {
    #[inline(always)]
    fn fill<M: Machine>(&self, _: usize, out: &mut [f32]) {
        let p = self.p;
        out.fill(0.0);
        for j in 0..p {
            // A cancelled factor is thrown away by the caller.
            if self.cancel.is_cancelled() {
                return;
            }
            let mut diagonal = 0;
            for first in (j..p).step_by(LANES) {
                let count = LANES.min(p - first);
                let l = &*out;
                let sums = fold_lanes::<M>(j, |lane, k| (l[(first + lane.min(count - 1)) * p + k], l[j * p + k]));
                for (i, sum) in (first..first + count).zip(sums) {
                    let a = self.a[i * p + j].to_bits();
                    let element = if i == j {
                        diagonal = cholesky_diagonal::<M>(a, sum.to_bits());
                        diagonal
                    } else {
                        solve_element::<M>(a, sum.to_bits(), diagonal)
                    };
                    out[i * p + j] = f32::from_bits(element);
                }
            }
        }
    }
}

/// solve: rows are independent.
pub(super) struct SolveRows<'a> {
    pub(super) b: &'a [f32],
    pub(super) l: &'a [f32],
    pub(super) p: usize,
}

impl Chunk<f32> for SolveRows<'_> {
    #[inline(always)]
    fn fill<M: Machine>(&self, start: usize, out: &mut [f32]) {
        let p = self.p;
        for (group, out) in out.chunks_mut(LANES * p).enumerate() {
            let b = &self.b[start + group * LANES * p..][..out.len()];
            let count = out.len() / p;
            for i in 0..p {
                let l = &self.l[i * p..][..p];
                let x = &*out;
                let sums = fold_lanes::<M>(i, |lane, k| (x[lane.min(count - 1) * p + k], l[k]));
                for (r, sum) in (0..count).zip(sums) {
                    let b = b[r * p + i].to_bits();
                    let element = solve_element::<M>(b, sum.to_bits(), l[i].to_bits());
                    out[r * p + i] = f32::from_bits(element);
                }
            }
        }
    }
}

/// The rotations of every index in a round.
#[inline(always)]
fn rotations<M: Machine>(a: &[f32], p: usize, round: u32) -> Vec<Rotation> {
    let at = |row: u32, column: u32| a[row as usize * p + column as usize].to_bits();
    (0..p as u32).map(|i| Rotation::of::<M>(p as u32, round, i, at)).collect()
}

/// jacobi_step.
pub(super) struct RotateMatrix<'a> {
    pub(super) a: &'a [f32],
    pub(super) p: usize,
    pub(super) round: u32,
}

impl Chunk<f32> for RotateMatrix<'_> {
    #[inline(always)]
    fn fill<M: Machine>(&self, start: usize, out: &mut [f32]) {
        let p = self.p;
        let rotations = rotations::<M>(self.a, p, self.round);
        let at = |row: u32, column: u32| self.a[row as usize * p + column as usize].to_bits();
        for (n, out) in out.iter_mut().enumerate() {
            let (i, j) = ((start + n) / p, (start + n) % p);
            let (of_i, of_j) = (&rotations[i], &rotations[j]);
            *out = f32::from_bits(step_element::<M>((i as u32, of_i), (j as u32, of_j), at));
        }
    }
}

/// jacobi_vec.
pub(super) struct RotateVectors<'a> {
    pub(super) v: &'a [f32],
    pub(super) a: &'a [f32],
    pub(super) p: usize,
    pub(super) round: u32,
}

impl Chunk<f32> for RotateVectors<'_> {
    #[inline(always)]
    fn fill<M: Machine>(&self, start: usize, out: &mut [f32]) {
        let p = self.p;
        let rotations = rotations::<M>(self.a, p, self.round);
        let v = &self.v[start..start + out.len()];
        for (out, v) in out.chunks_mut(p).zip(v.chunks(p)) {
            for (j, (out, rotation)) in out.iter_mut().zip(&rotations).enumerate() {
                let at = |column: u32| v[column as usize].to_bits();
                *out = f32::from_bits(vector_element::<M>(j as u32, rotation, at));
            }
        }
    }
}
