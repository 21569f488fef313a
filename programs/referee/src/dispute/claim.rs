//! What can be claimed within one element.

use crate::step::Partial;

/// Bytes of an encoded claim.
pub const CLAIM_BYTES: usize = 35;

/// Something that a provider claims about one element of an operation. Where `of` is given it names a centre of nearest, and
/// the claim is about the dot product of the point and that centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The element has this value.
    Element {
        /// As a word.
        value: u32,
    },
    /// A chain of an f32 fold has this result.
    Chain {
        /// The centre.
        of: Option<u32>,
        /// Which chain.
        chain: u32,
        /// Its last accumulator plus +0.
        result: u32,
    },
    /// Segments `first..end` of a running fold, or blocks of nearest's centres, take one accumulator to another.
    Range {
        /// The first segment or block.
        first: u64,
        /// The one after the last.
        end: u64,
        /// Before the first.
        before: Partial,
        /// After the last.
        after: Partial,
    },
    /// A segment of an f32 fold takes one accumulator to another.
    Segment {
        /// The centre.
        of: Option<u32>,
        /// Which segment of the axis.
        segment: u32,
        /// Before its first term; +0 where a chain begins.
        before: u32,
        /// After its last.
        after: u32,
    },
    /// A centre of nearest has this score.
    Score {
        /// The centre.
        centre: u32,
        /// Its score, `fma(-2, dot, c2)`.
        value: u32,
    },
    /// What follows an f32 fold takes its sum to a value: cholesky's or solve's element, or a centre's score.
    Finalise {
        /// The centre.
        of: Option<u32>,
        /// The fold's sum.
        sum: u32,
        /// What is made of it.
        value: u32,
    },
}

impl Claim {
    /// What is claimed to come out.
    pub const fn claimed(&self) -> Partial {
        match *self {
            Self::Element { value } | Self::Score { value, .. } | Self::Finalise { value, .. } => Partial::Word(value),
            Self::Chain { result, .. } => Partial::Word(result),
            Self::Segment { after, .. } => Partial::Word(after),
            Self::Range { after, .. } => after,
        }
    }
}
