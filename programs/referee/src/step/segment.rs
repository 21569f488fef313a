//! Consecutive terms of a fold.

use super::{Partial, StepError};
use crate::fold::{Best, argmax_rank, argmin_rank, i8_term};
use crate::layout::leaf_elements;
use crate::{Arith, DType, Soft, float, order};

/// Terms of a fold, from the accumulator before them to the one after. At most 128 words or 512 bytes, in order of the axis.
#[derive(Clone, Copy, Debug)]
pub enum Segment<'a> {
    /// f32: `acc = fma(a, b, acc)`.
    Products {
        /// Before the first term; +0 where a chain begins.
        accumulator: u32,
        /// The first factors.
        a: &'a [u32],
        /// The second factors, as many.
        b: &'a [u32],
    },
    /// f32: `acc = fma(x, 1, acc)`.
    Values {
        /// Before the first term; +0 where a chain begins.
        accumulator: u32,
        /// The terms.
        x: &'a [u32],
    },
    /// f32: as [`Values`](Self::Values), of the terms with one label; others are skipped.
    Labelled {
        /// Before the first term; +0 where a chain begins.
        accumulator: u32,
        /// The terms.
        x: &'a [u32],
        /// Their labels, i32.
        labels: &'a [u32],
        /// The label that counts.
        label: i32,
    },
    /// i8 to i32: `acc = acc + a b`, wrapping.
    ByteProducts {
        /// Before the first term; 0 where the axis begins.
        accumulator: u32,
        /// The first factors.
        a: &'a [i8],
        /// The second factors, as many.
        b: &'a [i8],
    },
    /// i8 to i32: `acc = acc + x`, wrapping.
    Bytes {
        /// Before the first term; 0 where the axis begins.
        accumulator: u32,
        /// The terms.
        x: &'a [i8],
    },
    /// i32: `acc = acc + x`, wrapping.
    Integers {
        /// Before the first term; 0 where the axis begins.
        accumulator: u32,
        /// The terms.
        x: &'a [u32],
    },
    /// The greatest or least, of f32 or i32.
    Extreme {
        /// Which.
        end: End,
        /// f32, else integers.
        dtype: DType,
        /// Before the first term; [`End::initial`] where the axis begins.
        accumulator: u32,
        /// The terms.
        x: &'a [u32],
    },
    /// The greatest's or least's index, of f32 or i32.
    Best {
        /// Which.
        end: End,
        /// f32, else integers.
        dtype: DType,
        /// Before the first term; [`Best::new`] where the axis begins.
        accumulator: Best,
        /// Index of the first term on the axis.
        first: i32,
        /// The terms.
        x: &'a [u32],
    },
}

/// An end of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// reduce_max, argmax.
    Greatest,
    /// reduce_min, argmin, nearest.
    Least,
}

impl End {
    /// The extreme of no terms.
    pub const fn initial(self, dtype: DType) -> u32 {
        match (self, dtype) {
            (Self::Greatest, DType::F32) => float::NEG_INFINITY,
            (Self::Least, DType::F32) => float::INFINITY,
            (Self::Greatest, _) => i32::MIN as u32,
            (Self::Least, _) => i32::MAX as u32,
        }
    }

    fn of(self, dtype: DType, a: u32, b: u32) -> u32 {
        match (self, dtype) {
            (Self::Greatest, DType::F32) => order::max(a, b),
            (Self::Least, DType::F32) => order::min(a, b),
            (Self::Greatest, _) => (a as i32).max(b as i32) as u32,
            (Self::Least, _) => (a as i32).min(b as i32) as u32,
        }
    }

    /// Least for what is nearest to this end.
    fn rank(self, dtype: DType, x: u32) -> i32 {
        match (self, dtype) {
            (Self::Greatest, DType::F32) => argmax_rank(x),
            (Self::Least, DType::F32) => argmin_rank(x),
            (Self::Greatest, _) => !(x as i32),
            (Self::Least, _) => x as i32,
        }
    }
}

impl Segment<'_> {
    pub(super) fn replay(&self) -> Result<Partial, StepError> {
        let (limit, lengths) = match self {
            Self::Products { a, b, .. } => (DType::F32, [a.len(), b.len()]),
            Self::Labelled { x, labels, .. } => (DType::F32, [x.len(), labels.len()]),
            Self::ByteProducts { a, b, .. } => (DType::I8, [a.len(), b.len()]),
            Self::Bytes { x, .. } => (DType::I8, [x.len(); 2]),
            Self::Values { x, .. } | Self::Integers { x, .. } | Self::Extreme { x, .. } | Self::Best { x, .. } => {
                (DType::F32, [x.len(); 2])
            }
        };
        if lengths[0] != lengths[1] {
            return Err(StepError::Lengths);
        }
        if lengths[0] as u64 > leaf_elements(limit) {
            return Err(StepError::TooManyTerms);
        }
        Ok(self.fold())
    }

    fn fold(&self) -> Partial {
        match *self {
            Self::Products { accumulator, a, b } => {
                Partial::Word(a.iter().zip(b).fold(accumulator, |acc, (a, b)| Soft::fma(*a, *b, acc)))
            }
            Self::Values { accumulator, x } => {
                Partial::Word(x.iter().fold(accumulator, |acc, x| Soft::fma(*x, float::ONE, acc)))
            }
            Self::Labelled { accumulator, x, labels, label } => {
                let counted = x.iter().zip(labels).filter(|(_, of)| **of as i32 == label);
                Partial::Word(counted.fold(accumulator, |acc, (x, _)| Soft::fma(*x, float::ONE, acc)))
            }
            Self::ByteProducts { accumulator, a, b } => {
                let sum = a.iter().zip(b).fold(accumulator as i32, |acc, (a, b)| i8_term(*a, *b, acc));
                Partial::Word(sum as u32)
            }
            Self::Bytes { accumulator, x } => {
                Partial::Word(x.iter().fold(accumulator, |acc, x| acc.wrapping_add(i32::from(*x) as u32)))
            }
            Self::Integers { accumulator, x } => {
                Partial::Word(x.iter().fold(accumulator, |acc, x| acc.wrapping_add(*x)))
            }
            Self::Extreme { end, dtype, accumulator, x } => {
                Partial::Word(x.iter().fold(accumulator, |acc, x| end.of(dtype, acc, *x)))
            }
            Self::Best { end, dtype, accumulator, first, x } => {
                let mut best = accumulator;
                let mut index = first;
                for x in x {
                    best.take(index, end.rank(dtype, *x));
                    index = index.wrapping_add(1);
                }
                Partial::Best(best)
            }
        }
    }
}
