//! The pieces that an element of an operation falls into, each small enough to be replayed on its own.
//!
//! A [`Step`] is one element of a map, up to a leaf of terms of a fold (128 words or 512 bytes), or what finishes a fold. It
//! is given the operand words that it reads and the accumulator that it starts from, and [`Step::replay`] says what comes out:
//! integer instructions only, no allocation, bounded work, no panic (`tools/referee/check` looks at the machine code).
//! Composed over all segments the steps give exactly the operation's element, so whoever claims another one is wrong in a
//! step, and showing that step is a proof.
//!
//! | operation | steps of one element, in order |
//! | --- | --- |
//! | map1, map2, select | [`Map::One`], [`Map::Two`], [`Map::Select`] |
//! | permute, reshape, slice, concat, gather | [`Map::Copy`]; gather out of range [`Map::Constant`] 0 |
//! | fill, iota, uniform | [`Map::Constant`], [`Map::Iota`], [`Map::Uniform`] |
//! | matmul, rowdot of f32 | [`Segment::Products`] over k from +0 in each chain, [`Step::Chain`] at its end, [`Step::Total`] |
//! | matmul, rowdot of i8 | [`Segment::ByteProducts`] over k from 0 |
//! | reduce_sum | f32: [`Segment::Values`], chain, total; i8 [`Segment::Bytes`], i32 [`Segment::Integers`] from 0 |
//! | reduce_max, reduce_min | [`Segment::Extreme`] from [`End::initial`] |
//! | argmin, argmax | [`Segment::Best`] from [`Best::new`], [`Finalise::Index`] |
//! | nearest | for each j the steps of a dot product over d and [`Finalise::Score`]; over j as argmin |
//! | segment_sum | [`Segment::Labelled`] over i, chain, total |
//! | cholesky | products of two rows of itself over k < j, chain, total; [`Finalise::Root`] on the diagonal, [`Finalise::Quotient`] below, [`Map::Constant`] 0 above |
//! | solve | products of a row of itself and of L over k < i, chain, total; [`Finalise::Quotient`] |
//! | jacobi_step, jacobi_vec | [`Rotate::Matrix`], [`Rotate::Vectors`] |
//!
//! How an axis falls into segments and chains is [`Axis`]. Folds of one f32 chain or none have their [`Step::Total`] too. The
//! accumulators of integer sums, extremes and bests run over the whole axis; a dispute may compare them at any spacing of
//! whole segments.

mod axis;
mod bytes;
mod rotate;
mod segment;

pub use axis::Axis;
pub use rotate::{Rotate, RowBytes};
pub use segment::{End, Segment};

use crate::float::{self, Accumulator};
use crate::fold::{Best, cholesky_diagonal, nearest_score, solve_element};
use crate::limits::SEGMENT_TERMS;
use crate::{Arith, DType, Map1, Map2, Soft, select, uniform};

/// What a step gives: the word of an element or accumulator, or the best so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Partial {
    /// f32 as bits, i32 in two's complement, i8 sign-extended.
    Word(u32),
    /// The accumulator of argmin, argmax and nearest.
    Best(Best),
}

/// Why a step cannot be replayed: it is not one that an operation of a valid graph falls into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepError {
    /// More terms than a step has.
    TooManyTerms,
    /// The operands' words do not match each other in number.
    Lengths,
    /// The matrix, the round or the element is not one that rotations have.
    Rotation,
}

/// One step of a dispute.
#[derive(Clone, Copy, Debug)]
pub enum Step<'a> {
    /// One element of a map.
    Map(Map),
    /// Up to a leaf of terms of a fold.
    Segment(Segment<'a>),
    /// The result of an f32 chain, `acc + (+0)`, from the accumulator after its last term.
    Chain(u32),
    /// An f32 fold's sum from the results of its chains, at most 128, in order from +0.
    Total(&'a [u32]),
    /// What follows a fold.
    Finalise(Finalise),
    /// An element of a Jacobi rotation.
    Rotate(Rotate<'a>),
}

/// One element of a map, from the elements that it reads.
#[derive(Clone, Copy, Debug)]
pub enum Map {
    /// A map of one operand, from a type to a type.
    One {
        /// The map.
        map: Map1,
        /// The operand's type.
        from: DType,
        /// The output's type.
        to: DType,
        /// The operand's element.
        x: u32,
    },
    /// A map of two operands of one type.
    Two {
        /// The map.
        map: Map2,
        /// The operands' type.
        dtype: DType,
        /// The first operand's element.
        a: u32,
        /// The second operand's element.
        b: u32,
    },
    /// `condition ? a : b`.
    Select {
        /// The condition's element.
        condition: u32,
        /// What is taken where the condition is not 0.
        a: u32,
        /// What is taken where it is 0.
        b: u32,
    },
    /// An element that is copied.
    Copy(u32),
    /// An element that is known without reading one.
    Constant(u32),
    /// The element of `iota` at this row-major index.
    Iota(u64),
    /// An element of `uniform`.
    Uniform {
        /// The operation's seed.
        seed: u64,
        /// Row-major index of the element.
        index: u64,
    },
}

/// What follows a fold.
#[derive(Clone, Copy, Debug)]
pub enum Finalise {
    /// The index of the best: argmin, argmax, nearest.
    Index(Best),
    /// What `nearest` compares: `fma(-2, dot, c2)`.
    Score {
        /// The dot product of the point and the centre.
        dot: u32,
        /// The centre's squared norm.
        c2: u32,
    },
    /// `sqrt(a - sum)`: cholesky on the diagonal.
    Root {
        /// The matrix's element.
        a: u32,
        /// The fold's sum.
        sum: u32,
    },
    /// `(a - sum) / l`: solve, and cholesky below the diagonal.
    Quotient {
        /// The element of A or B.
        a: u32,
        /// The fold's sum.
        sum: u32,
        /// The diagonal element of L.
        l: u32,
    },
}

impl Step<'_> {
    /// What the step gives.
    pub fn replay(&self) -> Result<Partial, StepError> {
        match self {
            Self::Map(map) => Ok(Partial::Word(map.replay())),
            Self::Segment(segment) => segment.replay(),
            Self::Chain(accumulator) => Ok(Partial::Word(Soft::add(*accumulator, 0))),
            Self::Total(chains) if chains.len() as u64 > SEGMENT_TERMS => Err(StepError::TooManyTerms),
            Self::Total(chains) => Ok(Partial::Word(total(chains))),
            Self::Finalise(finalise) => Ok(Partial::Word(finalise.replay())),
            Self::Rotate(rotate) => rotate.replay().map(Partial::Word),
        }
    }
}

fn total(chains: &[u32]) -> u32 {
    chains.iter().fold(Accumulator::new(0), |sum, chain| sum.plus_product(*chain, float::ONE)).bits()
}

impl Map {
    fn replay(self) -> u32 {
        match self {
            Self::One { map, from, to, x } => map.apply::<Soft>(from, to, x),
            Self::Two { map, dtype, a, b } => map.apply::<Soft>(dtype, a, b),
            Self::Select { condition, a, b } => select(condition, a, b),
            Self::Copy(word) | Self::Constant(word) => word,
            Self::Iota(index) => index as u32,
            Self::Uniform { seed, index } => uniform(seed, index),
        }
    }
}

impl Finalise {
    fn replay(self) -> u32 {
        match self {
            Self::Index(best) => best.index() as u32,
            Self::Score { dot, c2 } => nearest_score::<Soft>(dot, c2),
            Self::Root { a, sum } => cholesky_diagonal::<Soft>(a, sum),
            Self::Quotient { a, sum, l } => solve_element::<Soft>(a, sum, l),
        }
    }
}
