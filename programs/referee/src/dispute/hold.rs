//! Whether parts add up.

use super::parts::{self, word};
use super::plan::Plan;
use super::{Claim, ClaimError, Expect, MAX_PARTS, PartWidth, expects};
use crate::descriptor::Descriptor;
use crate::fold::argmin_rank;
use crate::step::{Axis, Finalise, Partial, Step};

/// Whether these parts, as many as [`expects`] asks for, add up to the claim. Parts that do not are refused: of those that do
/// at least one is wrong when the claim is.
pub fn parts_hold(d: &Descriptor, element: u64, claim: &Claim, parts: &[u8]) -> Result<bool, ClaimError> {
    let sum_comes_first = matches!(
        (claim, Plan::of(d, element)?),
        (Claim::Element { .. }, Plan::Chained { finalise: true, .. }) | (Claim::Score { .. }, _)
    );
    let total = add_up(d, element, claim, parts)?;
    let wanted = if sum_comes_first { word(parts, 0).map(Partial::Word) } else { Some(claim.claimed()) };
    Ok(total.is_some() && total == wanted)
}

/// What these parts, as many as [`expects`] asks for, add up to: what the claim says comes out or, where the first part is a
/// fold's sum (cholesky, solve, a score), that sum.
pub fn add_up(d: &Descriptor, element: u64, claim: &Claim, parts: &[u8]) -> Result<Option<Partial>, ClaimError> {
    let (count, width) = length_holds(d, element, claim, parts)?;
    let last = width.read(parts, count.saturating_sub(1));
    Ok(match (*claim, Plan::of(d, element)?) {
        (Claim::Element { .. }, Plan::Chained { axis, finalise }) => {
            sum(axis, parts.get(if finalise { 4 } else { 0 }..).unwrap_or_default())
        }
        (Claim::Element { .. }, _) => match last {
            Some(Partial::Best(best)) => replayed(Step::Finalise(Finalise::Index(best))),
            last => last,
        },
        (Claim::Chain { .. }, _) => chain(parts),
        (Claim::Range { before, first, end, .. }, Plan::Nearest { .. }) if end.saturating_sub(first) == 1 => {
            best_of(before, first, parts)
        }
        (Claim::Range { .. }, _) => last,
        (Claim::Score { .. }, Plan::Nearest { dot, .. }) => sum(dot, parts.get(4..).unwrap_or_default()),
        (Claim::Score { .. } | Claim::Segment { .. } | Claim::Finalise { .. }, _) => None,
    })
}

/// Number and width of the parts, if they have the right length.
pub(super) fn length_holds(
    d: &Descriptor,
    element: u64,
    claim: &Claim,
    parts: &[u8],
) -> Result<(usize, PartWidth), ClaimError> {
    let Expect::Parts { count, width } = expects(d, element, claim)? else {
        return Err(ClaimError::HasNoParts);
    };
    let wanted = count.saturating_mul(width.bytes());
    if parts.len() != wanted {
        return Err(ClaimError::Length { wanted });
    }
    Ok((count, width))
}

/// The result of the chain with these accumulators.
fn chain(accumulators: &[u8]) -> Option<Partial> {
    let last = accumulators.last_chunk::<4>()?;
    replayed(Step::Chain(u32::from_le_bytes(*last)))
}

/// The sum of a fold from the parts that make it: the results of its chains, or the accumulators of its only one.
fn sum(axis: Axis, parts: &[u8]) -> Option<Partial> {
    if axis.chains() <= 1 {
        let Partial::Word(result) = chain(parts)? else { return None };
        return replayed(Step::Total(&[result]));
    }
    let mut results = [0; MAX_PARTS];
    let parts = parts.as_chunks::<4>().0;
    results.iter_mut().zip(parts).for_each(|(slot, word)| *slot = u32::from_le_bytes(*word));
    replayed(Step::Total(results.get(..parts.len())?))
}

/// The best after the scores of a block.
fn best_of(before: Partial, block: u64, scores: &[u8]) -> Option<Partial> {
    let Partial::Best(mut best) = before else { return None };
    let first = parts::block(block, u64::MAX).start;
    for (centre, score) in (first..u64::MAX).zip(scores.as_chunks::<4>().0) {
        best.take(centre as i32, argmin_rank(u32::from_le_bytes(*score)));
    }
    Some(Partial::Best(best))
}

fn replayed(step: Step<'_>) -> Option<Partial> {
    step.replay().ok()
}
