//! Why a side has no move.

use tessera_chain::rules::Refusal;
use tessera_compute::ExecError;
use tessera_compute::referee::dispute::ClaimError;

/// Why a move could not be found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlayError {
    /// What is disputed could not be computed again.
    #[error("cannot compute the disputed task again: {0}")]
    Compute(#[from] ExecError),
    /// The dispute's account is none that the program makes.
    #[error("the dispute's account contradicts itself ({0}): use the version of tessera that the program has")]
    State(&'static str),
    /// The provider committed to something else than this machine computes: nothing can be proven under its roots.
    #[error("{0} that was committed to is not what this machine computes: the dispute cannot be defended from here")]
    Differs(&'static str),
    /// A claim, its parts or its leaves do not fit the operation.
    #[error("the claim does not fit its operation: {0:?}")]
    Claim(ClaimError),
}

impl From<ClaimError> for PlayError {
    fn from(error: ClaimError) -> Self {
        Self::Claim(error)
    }
}

/// Why the program would refuse a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Not in this phase.
    #[error("{0:?}")]
    Rules(Refusal),
    /// A proof leads to another root, or has another length.
    #[error("an opening does not lead to what was committed to")]
    Opening,
    /// Parts of the wrong number, or that do not add up to the claim.
    #[error("the parts do not add up to the claim")]
    Parts,
    /// There is no such operation, tensor, leaf, element or part.
    #[error("there is no such {0}")]
    Unknown(&'static str),
    /// A step lacks a leaf that it reads.
    #[error("the step lacks a leaf")]
    LeafMissing,
    /// The account is none that the program makes.
    #[error("the account contradicts itself")]
    State,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self::Rules(refusal)
    }
}

impl From<PlayError> for Refused {
    fn from(_: PlayError) -> Self {
        Self::State
    }
}
