//! What products multiply, and what becomes of their sums at the end of a chain.

use super::chains::{CHAIN, end_chain};
use super::kernels::{Lines, words};
use super::machine::Machine;
use super::pack::Factor;
use super::pool::Chunk;
use super::recycle::Kept;
use crate::word::Word;

/// f32 in a page of memory.
const PAGE: usize = 1024;

/// Factors and their sums.
pub(super) trait Product: Factor {
    type Sum: Word + Kept;
    /// Terms of a chain.
    const CHAIN: usize;
    /// Whether B has a bias for the flipped signs of A.
    const FLIPS: bool;

    fn multiply<M: Machine>(rows: usize, a: &[u32], b: &[u32], bias: &[i32], sums: &mut [Self::Sum]);

    /// Whether inner loops read rows of A, `k` elements each, as they lie.
    #[inline(always)]
    fn reads_rows<M: Machine>(_k: usize) -> bool {
        false
    }

    /// The same as `multiply` of ROWS rows of A that begin every `k` elements, by a panel of B as long; only where
    /// [rows are read](Self::reads_rows).
    #[inline(always)]
    fn multiply_rows<M: Machine>(_a: &[Self], _k: usize, _b: &[u32], _sums: &mut [Self::Sum]) {}

    fn end_chain<M: Machine>(total: Self::Sum, chain: Self::Sum) -> Self::Sum;
}

impl Product for f32 {
    type Sum = f32;
    const CHAIN: usize = CHAIN;
    const FLIPS: bool = false;

    #[inline(always)]
    fn multiply<M: Machine>(rows: usize, a: &[u32], b: &[u32], _: &[i32], sums: &mut [f32]) {
        M::multiply(rows, a, b, sums);
    }

    #[inline(always)]
    fn reads_rows<M: Machine>(k: usize) -> bool {
        // Rows at the same place of every page would fall into one set of the first cache.
        M::READS_ROWS && !k.is_multiple_of(PAGE)
    }

    #[inline(always)]
    fn multiply_rows<M: Machine>(a: &[f32], k: usize, b: &[u32], sums: &mut [f32]) {
        let block = (M::ROWS, M::COLUMNS, b.len() / M::COLUMNS);
        M::multiply_rows(block, Lines { words: words(a), step: k }, Lines { words: b, step: M::COLUMNS }, sums);
    }

    #[inline(always)]
    fn end_chain<M: Machine>(total: f32, chain: f32) -> f32 {
        end_chain::<M>(total, chain)
    }
}

impl Product for i8 {
    type Sum = i32;
    /// Integer sums have no order; this bounds nothing but the block that an inner loop sees.
    const CHAIN: usize = 1 << 20;
    const FLIPS: bool = true;

    #[inline(always)]
    fn multiply<M: Machine>(rows: usize, a: &[u32], b: &[u32], bias: &[i32], sums: &mut [i32]) {
        M::multiply_i8(rows, a, b, bias, sums);
    }

    #[inline(always)]
    fn end_chain<M: Machine>(total: i32, chain: i32) -> i32 {
        total.wrapping_add(chain)
    }
}

/// Adds chain results `[chains][elements]` in order.
pub(super) struct AddChains<'a, T: Product> {
    pub(super) results: &'a [T::Sum],
    pub(super) elements: usize,
}

impl<T: Product> Chunk<T::Sum> for AddChains<'_, T> {
    #[inline(always)]
    fn fill<M: Machine>(&self, start: usize, out: &mut [T::Sum]) {
        out.fill(T::Sum::default());
        for chain in self.results.chunks_exact(self.elements) {
            for (total, &chain) in out.iter_mut().zip(&chain[start..]) {
                *total = T::end_chain::<M>(*total, chain);
            }
        }
    }
}
