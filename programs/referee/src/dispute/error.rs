//! Why a claim, its parts or its leaves lead nowhere.

use core::fmt;

use super::Slot;

/// Why a call of the dispute has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimError {
    /// The descriptor breaks its operation's rules.
    Operation,
    /// The output has no such element.
    NoElement,
    /// The operation's element has no such claim.
    NoClaim,
    /// The claim is checked at once and has no parts.
    HasNoParts,
    /// The claim is not checked at once: its parts are asked for.
    HasParts,
    /// The parts take another number of bytes.
    Length {
        /// How many.
        wanted: usize,
    },
    /// There is no part with this index.
    NoPart,
    /// The check reads this leaf of an operand or of the output, which was not given.
    LeafMissing(Slot, u64),
}

impl fmt::Display for ClaimError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operation => f.write_str("the descriptor breaks its operation's rules"),
            Self::NoElement => f.write_str("the output has no such element"),
            Self::NoClaim => f.write_str("the element of this operation has no such claim"),
            Self::HasNoParts => f.write_str("the claim has no parts: show the leaves that it follows from"),
            Self::HasParts => f.write_str("the claim has parts: give them first"),
            Self::Length { wanted } => write!(f, "the parts take {wanted} bytes"),
            Self::NoPart => f.write_str("there is no part with this index"),
            Self::LeafMissing(slot, index) => write!(f, "the check reads leaf {index} of {slot}: give it, too"),
        }
    }
}

impl core::error::Error for ClaimError {}
