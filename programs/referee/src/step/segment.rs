//! Consecutive terms of a fold.

use super::bytes::dot;
use super::{Partial, RowBytes, StepError};
use crate::float::{Accumulator, NAN, is_nan};
use crate::fold::{Best, argmax_rank, argmin_rank};
use crate::layout::leaf_elements;
use crate::{DType, float, order};

/// Terms of a fold, from the accumulator before them to the one after. At most 128 words or 512 bytes, in order of the axis,
/// as they lie in leaves.
#[derive(Clone, Copy, Debug)]
pub enum Segment<'a> {
    /// f32: `acc = fma(a, b, acc)`.
    Products {
        /// Before the first term; +0 where a chain begins.
        accumulator: u32,
        /// The first factors.
        a: RowBytes<'a>,
        /// The second factors, as many.
        b: RowBytes<'a>,
    },
    /// f32: `acc = fma(x, 1, acc)`.
    Values {
        /// Before the first term; +0 where a chain begins.
        accumulator: u32,
        /// The terms.
        x: RowBytes<'a>,
    },
    /// f32: as [`Values`](Self::Values), of the terms with one label; others are skipped.
    Labelled {
        /// Before the first term; +0 where a chain begins.
        accumulator: u32,
        /// The terms.
        x: RowBytes<'a>,
        /// Their labels, i32.
        labels: RowBytes<'a>,
        /// The label that counts.
        label: i32,
    },
    /// i8 to i32: `acc = acc + a b`, wrapping.
    ByteProducts {
        /// Before the first term; 0 where the axis begins.
        accumulator: u32,
        /// The first factors.
        a: &'a [u8],
        /// The second factors, as many.
        b: &'a [u8],
    },
    /// i8 to i32: `acc = acc + x`, wrapping.
    Bytes {
        /// Before the first term; 0 where the axis begins.
        accumulator: u32,
        /// The terms.
        x: &'a [u8],
    },
    /// i32: `acc = acc + x`, wrapping.
    Integers {
        /// Before the first term; 0 where the axis begins.
        accumulator: u32,
        /// The terms.
        x: RowBytes<'a>,
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
        x: RowBytes<'a>,
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
        x: RowBytes<'a>,
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
        Ok(match *self {
            Self::Products { accumulator, a, b } => {
                let (a, b) = pairs(words(a)?, b)?;
                products(accumulator, a.iter().zip(b).map(|(a, b)| (word(a), word(b))))
            }
            Self::Values { accumulator, x } => products(accumulator, words(x)?.iter().map(|x| (word(x), float::ONE))),
            Self::Labelled { accumulator, x, labels, label } => {
                let (x, labels) = pairs(words(x)?, labels)?;
                let counted = x.iter().zip(labels).filter(|(_, of)| word(of) as i32 == label);
                products(accumulator, counted.map(|(x, _)| (word(x), float::ONE)))
            }
            Self::ByteProducts { accumulator, a, b } => {
                let (a, b) = pairs(bytes(a)?, b)?;
                Partial::Word(accumulator.wrapping_add(dot(a, b) as u32))
            }
            Self::Bytes { accumulator, x } => {
                Partial::Word(bytes(x)?.iter().fold(accumulator, |acc, x| acc.wrapping_add(i32::from(*x as i8) as u32)))
            }
            Self::Integers { accumulator, x } => {
                Partial::Word(words(x)?.iter().fold(accumulator, |acc, x| acc.wrapping_add(word(x))))
            }
            Self::Extreme { end, dtype, accumulator, x } => {
                Partial::Word(words(x)?.iter().fold(accumulator, |acc, x| end.of(dtype, acc, word(x))))
            }
            Self::Best { end, dtype, accumulator, first, x } => {
                let mut best = accumulator;
                let mut index = first;
                for x in words(x)? {
                    best.take(index, end.rank(dtype, word(x)));
                    index = index.wrapping_add(1);
                }
                Partial::Best(best)
            }
        })
    }
}

/// No more words than a leaf has.
fn words(x: RowBytes<'_>) -> Result<RowBytes<'_>, StepError> {
    if x.len() as u64 > leaf_elements(DType::F32) { Err(StepError::TooManyTerms) } else { Ok(x) }
}

/// No more bytes than a leaf has.
fn bytes(x: &[u8]) -> Result<&[u8], StepError> {
    if x.len() as u64 > leaf_elements(DType::I8) { Err(StepError::TooManyTerms) } else { Ok(x) }
}

/// Both, the second one with the length of the first by a slicing that the compiler sees: it then counts one of them only.
#[inline(always)]
fn pairs<'a, T>(a: &'a [T], b: &'a [T]) -> Result<(&'a [T], &'a [T]), StepError> {
    if a.len() != b.len() {
        return Err(StepError::Lengths);
    }
    Ok((a, b.get(..a.len()).ok_or(StepError::Lengths)?))
}

#[inline(always)]
fn word(bytes: &[u8; 4]) -> u32 {
    u32::from_le_bytes(*bytes)
}

#[inline(always)]
fn products(accumulator: u32, mut terms: impl Iterator<Item = (u32, u32)>) -> Partial {
    if is_nan(accumulator) {
        // Some claim: no fold leaves a NaN in another form.
        return Partial::Word(if terms.next().is_some() { NAN } else { accumulator });
    }
    let sum = terms.fold(Accumulator::new(accumulator), |sum, (a, b)| sum.plus_product(a, b));
    Partial::Word(sum.bits())
}
