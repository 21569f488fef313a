//! Which parts a claim has.

use core::ops::Range;

use super::plan::{BLOCK, Plan};
use super::{Claim, ClaimError};
use crate::descriptor::Descriptor;
use crate::fold::Best;
use crate::step::{Axis, Partial};

/// Most parts of a claim: an f32 fold's sum and its chains.
pub const MAX_PARTS: usize = 129;

/// Ranges that a running fold falls into at a time.
const RANGES: u64 = 64;

/// Bytes of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartWidth {
    /// A word, little-endian.
    Word,
    /// The best so far: its rank as i32 and its index as i32.
    Best,
}

impl PartWidth {
    /// How many.
    pub const fn bytes(self) -> usize {
        match self {
            Self::Word => 4,
            Self::Best => 8,
        }
    }

    /// The width of an accumulator.
    pub(super) const fn of(partial: Partial) -> Self {
        match partial {
            Partial::Word(_) => Self::Word,
            Partial::Best(_) => Self::Best,
        }
    }

    /// The part at an index.
    pub(super) fn read(self, parts: &[u8], index: usize) -> Option<Partial> {
        match self {
            Self::Word => word(parts, index).map(Partial::Word),
            Self::Best => {
                let [rank, best] = parts.as_chunks::<8>().0.get(index)?.as_chunks::<4>().0 else { return None };
                let [rank, index] = [rank, best].map(|word| i32::from_le_bytes(*word));
                Some(Partial::Best(Best::claimed(rank, index)))
            }
        }
    }
}

/// The word at an index of parts that are words.
pub(super) fn word(parts: &[u8], index: usize) -> Option<u32> {
    parts.as_chunks::<4>().0.get(index).map(|word| u32::from_le_bytes(*word))
}

/// What a claim asks of the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// Nothing but leaves: [`check`](super::check) decides.
    Check,
    /// Its parts, one after the other.
    Parts {
        /// How many, at most [`MAX_PARTS`].
        count: usize,
        /// Bytes of each.
        width: PartWidth,
    },
}

/// What a claim about the element at a row-major index of an operation's output asks for.
pub fn expects(d: &Descriptor, element: u64, claim: &Claim) -> Result<Expect, ClaimError> {
    let plan = Plan::of(d, element)?;
    match *claim {
        Claim::Element { .. } => Ok(match plan {
            Plan::Direct => Expect::Check,
            Plan::Chained { axis, finalise } => chained(axis, finalise),
            Plan::Running { axis, initial } if axis.segments() > 1 => ranges(0..axis.segments(), initial),
            Plan::Running { .. } | Plan::Nearest { centres: 0, .. } => Expect::Check,
            Plan::Nearest { .. } => {
                let (blocks, initial) = plan.running()?;
                ranges(0..blocks, initial)
            }
        }),
        Claim::Chain { of, chain, .. } => {
            let axis = plan.chained(of)?;
            let segments = axis.chain(chain.into()).filter(|_| axis.chains() > 1).ok_or(ClaimError::NoClaim)?;
            Ok(match segments.end.saturating_sub(segments.start) {
                0 | 1 => Expect::Check,
                count => Expect::Parts { count: count as usize, width: PartWidth::Word },
            })
        }
        Claim::Range { first, end, before, after } => {
            let (segments, initial) = plan.running()?;
            let alike = [before, after].iter().all(|partial| PartWidth::of(*partial) == PartWidth::of(initial));
            if first >= end || end > segments || !alike {
                return Err(ClaimError::NoClaim);
            }
            Ok(match plan {
                _ if end.saturating_sub(first) > 1 => ranges(first..end, initial),
                Plan::Nearest { centres, .. } => {
                    let block = block(first, centres);
                    let count = block.end.saturating_sub(block.start) as usize;
                    Expect::Parts { count, width: PartWidth::Word }
                }
                _ => Expect::Check,
            })
        }
        Claim::Segment { of, segment, .. } => {
            let inside = u64::from(segment) < plan.chained(of)?.segments();
            inside.then_some(Expect::Check).ok_or(ClaimError::NoClaim)
        }
        Claim::Score { centre, .. } => Ok(chained(plan.chained(Some(centre))?, true)),
        Claim::Finalise { of, .. } => match (plan, plan.chained(of)?) {
            (Plan::Chained { finalise: true, .. } | Plan::Nearest { .. }, _) => Ok(Expect::Check),
            _ => Err(ClaimError::NoClaim),
        },
    }
}

/// The parts of a chained fold, with its sum first if something is made of it.
fn chained(axis: Axis, finalise: bool) -> Expect {
    let parts = match axis.chains() {
        0 | 1 => axis.segments(),
        chains => chains,
    };
    if axis.segments() <= 1 {
        return Expect::Check;
    }
    Expect::Parts { count: parts.saturating_add(finalise.into()) as usize, width: PartWidth::Word }
}

fn ranges(segments: Range<u64>, accumulator: Partial) -> Expect {
    let (width, count) = (PartWidth::of(accumulator), Ranges::of(segments).count());
    Expect::Parts { count, width }
}

/// The centres of a block.
pub(super) fn block(index: u64, centres: u64) -> Range<u64> {
    let start = index.saturating_mul(BLOCK).min(centres);
    start..start.saturating_add(BLOCK).min(centres)
}

/// At most 64 equal ranges of segments; the last one may be shorter.
pub(super) struct Ranges {
    segments: Range<u64>,
    width: u64,
}

impl Ranges {
    pub(super) fn of(segments: Range<u64>) -> Self {
        let width = segments.end.saturating_sub(segments.start).div_ceil(RANGES).max(1);
        Self { segments, width }
    }

    pub(super) fn count(&self) -> usize {
        let segments = self.segments.end.saturating_sub(self.segments.start);
        segments
            .checked_div(self.width)
            .unwrap_or(0)
            .saturating_add((segments.checked_rem(self.width) > Some(0)).into()) as usize
    }

    pub(super) fn get(&self, index: usize) -> Option<Range<u64>> {
        let start = self.segments.start.saturating_add(self.width.saturating_mul(index as u64));
        let range = start..start.saturating_add(self.width).min(self.segments.end);
        (range.start < range.end).then_some(range)
    }
}
