//! Folds over one axis: init, term, finalise.

use core::marker::PhantomData;

use crate::limits::CHAIN_TERMS;
use crate::{Arith, order};

/// The chained f32 fold. Terms are taken in the order of the axis, 4,096 to a chain: `acc = fma(a, b, acc)` from +0.
/// A chain's result is `acc + (+0.0)`, so that zero padding cannot change a bit; chain results are added in order.
#[derive(Clone, Copy, Debug)]
pub struct Fold<A> {
    total: u32,
    chain: u32,
    terms: u64,
    arith: PhantomData<A>,
}

impl<A: Arith> Fold<A> {
    /// Init: no terms.
    pub const fn new() -> Self {
        Self { total: 0, chain: 0, terms: 0, arith: PhantomData }
    }

    /// Term: the next product.
    pub fn term(&mut self, a: u32, b: u32) {
        self.chain = A::fma(a, b, self.chain);
        self.count();
    }

    /// A term that is left out; it takes its place in the chain all the same.
    pub fn skip(&mut self) {
        self.count();
    }

    fn count(&mut self) {
        self.terms += 1;
        if self.terms == CHAIN_TERMS {
            *self = Self { total: self.total_with_chain(), ..Self::new() };
        }
    }

    fn total_with_chain(&self) -> u32 {
        // A chain's result is never -0, so the first one added to +0 keeps its bits.
        A::add(self.total, A::add(self.chain, 0))
    }

    /// The sum of the chains so far: +0 over no terms.
    pub fn sum(&self) -> u32 {
        self.total_with_chain()
    }
}

impl<A: Arith> Default for Fold<A> {
    fn default() -> Self {
        Self::new()
    }
}

/// One term of an i8 dot product; wraps mod 2^32, any order.
#[inline(always)]
pub const fn i8_term(a: i8, b: i8, acc: i32) -> i32 {
    acc.wrapping_add(a as i32 * b as i32)
}

/// The best of the elements seen so far, by a rank that is least for the best; the lowest index wins ties.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Best(Option<(i32, i32)>);

impl Best {
    /// Init: none seen.
    pub const fn new() -> Self {
        Self(None)
    }

    /// The best as someone claims it: its rank and index.
    pub const fn claimed(rank: i32, index: i32) -> Self {
        Self(Some((rank, index)))
    }

    /// Rank and index of the best, if one was seen.
    pub const fn get(self) -> Option<(i32, i32)> {
        self.0
    }

    /// Takes the next element; indices come in increasing order.
    #[inline(always)]
    pub fn take(&mut self, index: i32, rank: i32) {
        if self.0.is_none_or(|(least, _)| rank < least) {
            self.0 = Some((rank, index));
        }
    }

    /// Index of the best; -1 if none was seen.
    pub fn index(self) -> i32 {
        self.0.map_or(-1, |(_, index)| index)
    }
}

/// The rank of an f32 for argmin: NaN above +inf, both zeros equal.
#[inline(always)]
pub const fn argmin_rank(x: u32) -> i32 {
    order::rank(x)
}

/// The rank of an f32 for argmax: argmin's order reversed, so NaN is greatest.
#[inline(always)]
pub const fn argmax_rank(x: u32) -> i32 {
    !order::rank(x)
}

/// What `nearest` minimises: `fma(-2, dot, c2)`.
#[inline(always)]
pub fn nearest_score<A: Arith>(dot: u32, c2: u32) -> u32 {
    const MINUS_TWO: u32 = 0xc000_0000;
    A::fma(MINUS_TWO, dot, c2)
}

/// Finalise of `cholesky` on the diagonal: `sqrt(a - sum)`.
#[inline(always)]
pub fn cholesky_diagonal<A: Arith>(a: u32, sum: u32) -> u32 {
    A::sqrt(A::sub(a, sum))
}

/// Finalise of `solve`, and of `cholesky` below the diagonal: `(a - sum) / l`.
#[inline(always)]
pub fn solve_element<A: Arith>(a: u32, sum: u32, l: u32) -> u32 {
    A::div(A::sub(a, sum), l)
}
