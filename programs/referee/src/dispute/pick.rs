//! From a claim to one of its parts.

use super::hold::length_holds;
use super::parts::{Ranges, block, word};
use super::plan::Plan;
use super::{Claim, ClaimError, PartWidth};
use crate::descriptor::Descriptor;
use crate::step::{Axis, Partial};

/// The claim that the part at an index makes. The parts are those that [`parts_hold`](super::parts_hold) accepted for this claim.
pub fn pick(d: &Descriptor, element: u64, claim: &Claim, parts: &[u8], index: u16) -> Result<Claim, ClaimError> {
    length_holds(d, element, claim, parts)?;
    let plan = Plan::of(d, element)?;
    let index = usize::from(index);
    let picked = match (*claim, plan) {
        (Claim::Element { .. }, Plan::Chained { axis, finalise: false }) => of_fold(axis, None, parts, index),
        (Claim::Element { value }, Plan::Chained { axis, finalise: true }) => {
            finalised(axis, None, value, parts, index)
        }
        (Claim::Element { .. }, _) => {
            let (segments, initial) = plan.running()?;
            of_ranges(&Ranges::of(0..segments), initial, parts, index)
        }
        (Claim::Chain { of, chain, .. }, _) => {
            let first = plan.chained(of)?.chain(chain.into()).ok_or(ClaimError::NoClaim)?.start;
            of_chain(first, of, parts, index)
        }
        (Claim::Range { first, end, .. }, Plan::Nearest { centres, .. }) if end.saturating_sub(first) == 1 => {
            let centre = block(first, centres).start.saturating_add(index as u64) as u32;
            word(parts, index).map(|value| Claim::Score { centre, value })
        }
        (Claim::Range { first, end, before, .. }, _) => of_ranges(&Ranges::of(first..end), before, parts, index),
        (Claim::Score { centre, value }, _) => {
            finalised(plan.chained(Some(centre))?, Some(centre), value, parts, index)
        }
        (Claim::Segment { .. } | Claim::Finalise { .. }, _) => None,
    };
    picked.ok_or(ClaimError::NoPart)
}

/// A part of a fold whose sum comes first.
fn finalised(axis: Axis, of: Option<u32>, value: u32, parts: &[u8], index: usize) -> Option<Claim> {
    match index.checked_sub(1) {
        None => Some(Claim::Finalise { of, sum: word(parts, 0)?, value }),
        Some(index) => of_fold(axis, of, parts.get(4..)?, index),
    }
}

fn of_fold(axis: Axis, of: Option<u32>, parts: &[u8], index: usize) -> Option<Claim> {
    if axis.chains() <= 1 {
        return of_chain(0, of, parts, index);
    }
    Some(Claim::Chain { of, chain: index as u32, result: word(parts, index)? })
}

/// One of a chain's segments, of which this is the first.
fn of_chain(first: u64, of: Option<u32>, parts: &[u8], index: usize) -> Option<Claim> {
    let before = match index.checked_sub(1) {
        None => 0,
        Some(index) => word(parts, index)?,
    };
    let segment = first.saturating_add(index as u64) as u32;
    Some(Claim::Segment { of, segment, before, after: word(parts, index)? })
}

fn of_ranges(ranges: &Ranges, initial: Partial, parts: &[u8], index: usize) -> Option<Claim> {
    let width = PartWidth::of(initial);
    let before = match index.checked_sub(1) {
        None => initial,
        Some(index) => width.read(parts, index)?,
    };
    let range = ranges.get(index)?;
    Some(Claim::Range { first: range.start, end: range.end, before, after: width.read(parts, index)? })
}
