//! What follows from the leaves.

mod direct;
mod finalise;
mod operands;
mod segment;

use operands::Operands;

use super::plan::Plan;
use super::{Claim, ClaimError, Expect, Leaves, expects};
use crate::descriptor::Descriptor;
use crate::fold::Best;
use crate::step::{Axis, Finalise, Partial, Step};

/// Whether a claim that is checked at once follows from the operands' leaves, and for cholesky and solve from those of the
/// output. It reads at most four, and one that is missing is named.
pub fn check(d: &Descriptor, element: u64, claim: &Claim, leaves: &impl Leaves) -> Result<bool, ClaimError> {
    replay(d, element, claim, leaves).map(|partial| partial == claim.claimed())
}

/// What comes out where a claim that is checked at once says [`Claim::claimed`].
pub fn replay(d: &Descriptor, element: u64, claim: &Claim, leaves: &impl Leaves) -> Result<Partial, ClaimError> {
    if expects(d, element, claim)? != Expect::Check {
        return Err(ClaimError::HasParts);
    }
    let plan = Plan::of(d, element)?;
    let operands = Operands { d, leaves };
    match *claim {
        Claim::Element { .. } => match plan {
            Plan::Direct => direct::element(&operands, element),
            Plan::Chained { axis, finalise } => {
                let sum = short_fold(&operands, element, None, axis)?;
                if finalise { finalise::element(&operands, element, None, sum) } else { Ok(sum) }
            }
            Plan::Running { axis, initial } => {
                let last = match axis.segment(0) {
                    Some(_) => segment::running(&operands, element, axis, 0, initial)?,
                    None => initial,
                };
                match last {
                    Partial::Best(best) => index(best),
                    word => Ok(word),
                }
            }
            Plan::Nearest { .. } => index(Best::new()),
        },
        Claim::Chain { of, chain, .. } => {
            let axis = plan.chained(of)?;
            let first = axis.chain(chain.into()).ok_or(ClaimError::NoClaim)?.start;
            let last = segment::chained(&operands, element, of, (axis, first), 0)?;
            word(Step::Chain(last))
        }
        Claim::Range { first, before, .. } => match plan {
            Plan::Running { axis, .. } => segment::running(&operands, element, axis, first, before),
            _ => Err(ClaimError::NoClaim),
        },
        Claim::Segment { of, segment, before, .. } => {
            let axis = plan.chained(of)?;
            segment::chained(&operands, element, of, (axis, segment.into()), before).map(Partial::Word)
        }
        Claim::Score { centre, .. } => {
            let of = Some(centre);
            let sum = short_fold(&operands, element, of, plan.chained(of)?)?;
            finalise::element(&operands, element, of, sum)
        }
        Claim::Finalise { of, sum, .. } => finalise::element(&operands, element, of, Partial::Word(sum)),
    }
}

/// The sum of a chained fold of at most one segment.
fn short_fold(
    operands: &Operands<'_, impl Leaves>,
    element: u64,
    of: Option<u32>,
    axis: Axis,
) -> Result<Partial, ClaimError> {
    if axis.segments() == 0 {
        return word(Step::Total(&[]));
    }
    let last = segment::chained(operands, element, of, (axis, 0), 0)?;
    match word(Step::Chain(last))? {
        Partial::Word(result) => word(Step::Total(&[result])),
        Partial::Best(_) => Err(ClaimError::NoClaim),
    }
}

fn index(best: Best) -> Result<Partial, ClaimError> {
    word(Step::Finalise(Finalise::Index(best)))
}

/// What a step gives; the lengths of steps are those of the axes.
fn word(step: Step<'_>) -> Result<Partial, ClaimError> {
    step.replay().map_err(|_| ClaimError::Operation)
}
