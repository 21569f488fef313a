//! What the two sides of a dispute say about one element, from full tensors: the provider posts a claim's [true
//! parts](Opened::true_parts), the challenger names the [first wrong one](Opened::first_wrong_part), and whoever shows the step
//! shows the [leaves](Opened::leaves_needed) that it reads.
//!
//! Nothing here knows an operation: claims are taken apart and replayed by [`tessera_referee::dispute`], as the chain does.

mod leaves;

use leaves::Lazy;
use tessera_referee::descriptor::Descriptor;
use tessera_referee::dispute::{self, Claim, ClaimError, Expect, PartWidth, Slot, add_up, expects, pick};
use tessera_referee::step::Partial;

use crate::Tensor;

/// A leaf that a check reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeededLeaf {
    /// The tensor.
    pub slot: Slot,
    /// The leaf's index in it.
    pub index: u64,
    /// Its bytes, padding included.
    pub bytes: [u8; dispute::LEAF],
}

/// An operation with all its tensors. For cholesky and solve what is said of an element reads earlier elements of the output:
/// these must be as they were committed to.
#[derive(Clone, Copy, Debug)]
pub struct Opened<'a> {
    /// The operation.
    pub descriptor: &'a Descriptor,
    /// Its operands, of the types that the descriptor names.
    pub operands: &'a [&'a Tensor],
    /// Its output.
    pub output: &'a Tensor,
}

impl Opened<'_> {
    /// The parts of a claim as computing gives them, from what the claim says comes before. Those of a wrong claim do not add
    /// up to it.
    pub fn true_parts(&self, element: u64, claim: &Claim) -> Result<Vec<u8>, ClaimError> {
        let Expect::Parts { count, width } = expects(self.descriptor, element, claim)? else {
            return Err(ClaimError::HasNoParts);
        };
        let mut parts = vec![0; count * width.bytes()];
        let mut sum_is_first = false;
        for index in 0..count {
            // A part that is not known yet is zero in the claim that it makes; what comes before it is known.
            let part = pick(self.descriptor, element, claim, &parts, index as u16)?;
            if matches!(part, Claim::Finalise { .. }) {
                sum_is_first = true;
                continue;
            }
            write(&mut parts, width, index, self.true_value(element, &part)?);
        }
        if sum_is_first {
            let sum = add_up(self.descriptor, element, claim, &parts)?.ok_or(ClaimError::NoClaim)?;
            write(&mut parts, width, 0, sum);
        }
        Ok(parts)
    }

    /// The first part that makes a wrong claim, of parts that add up. `None` if all are right: then the claim is, too.
    pub fn first_wrong_part(&self, element: u64, claim: &Claim, parts: &[u8]) -> Result<Option<u16>, ClaimError> {
        let Expect::Parts { count, .. } = expects(self.descriptor, element, claim)? else {
            return Err(ClaimError::HasNoParts);
        };
        for index in 0..count as u16 {
            let part = pick(self.descriptor, element, claim, parts, index)?;
            if self.true_value(element, &part)? != part.claimed() {
                return Ok(Some(index));
            }
        }
        Ok(None)
    }

    /// The leaves that the check of a claim reads, at most four.
    pub fn leaves_needed(&self, element: u64, claim: &Claim) -> Result<Vec<NeededLeaf>, ClaimError> {
        let lazy = Lazy::new(self);
        dispute::replay(self.descriptor, element, claim, &lazy)?;
        Ok(lazy.read())
    }

    /// What comes out where the claim says [`Claim::claimed`].
    pub fn true_value(&self, element: u64, claim: &Claim) -> Result<Partial, ClaimError> {
        if expects(self.descriptor, element, claim)? == Expect::Check {
            return dispute::replay(self.descriptor, element, claim, &Lazy::new(self));
        }
        let parts = self.true_parts(element, claim)?;
        match pick(self.descriptor, element, claim, &parts, 0)? {
            sum @ Claim::Finalise { .. } => self.true_value(element, &sum),
            _ => add_up(self.descriptor, element, claim, &parts)?.ok_or(ClaimError::NoClaim),
        }
    }
}

/// Writes the part at an index. The parts have room for all of them.
fn write(parts: &mut [u8], width: PartWidth, index: usize, part: Partial) {
    let (first, second) = match part {
        Partial::Word(word) => (word, 0),
        Partial::Best(best) => best.get().map_or((0, 0), |(rank, index)| (rank as u32, index as u32)),
    };
    let bytes = [first.to_le_bytes(), second.to_le_bytes()];
    let at = index * width.bytes();
    parts[at..at + width.bytes()].copy_from_slice(&bytes.as_flattened()[..width.bytes()]);
}
