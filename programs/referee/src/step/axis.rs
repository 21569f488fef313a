//! How a folded axis falls into segments and chains.

use core::ops::Range;

use crate::DType;
use crate::layout::leaf_elements;
use crate::limits::CHAIN_TERMS;

/// A folded axis. Its segments are what lies in one leaf: 128 terms, 512 for i8; the last one may be shorter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    terms: u64,
    dtype: DType,
}

impl Axis {
    /// An axis of so many terms, of operands of this type.
    pub const fn new(dtype: DType, terms: u64) -> Self {
        Self { terms, dtype }
    }

    /// Number of segments.
    pub const fn segments(self) -> u64 {
        self.terms.div_ceil(leaf_elements(self.dtype))
    }

    /// The terms of a segment, if there is such a segment.
    pub const fn segment(self, index: u64) -> Option<Range<u64>> {
        if index >= self.segments() {
            return None;
        }
        let segment = leaf_elements(self.dtype);
        let start = index.wrapping_mul(segment);
        let end = start.saturating_add(segment);
        Some(start..if end < self.terms { end } else { self.terms })
    }

    /// Number of chains of an f32 fold.
    pub const fn chains(self) -> u64 {
        self.terms.div_ceil(CHAIN_TERMS)
    }

    /// The segments of a chain, if there is such a chain. A segment never crosses the end of one.
    pub const fn chain(self, index: u64) -> Option<Range<u64>> {
        if index >= self.chains() {
            return None;
        }
        let per_chain = CHAIN_TERMS / leaf_elements(self.dtype);
        let (start, last) = (index.wrapping_mul(per_chain), self.segments());
        let end = start.saturating_add(per_chain);
        Some(start..if end < last { end } else { last })
    }
}
