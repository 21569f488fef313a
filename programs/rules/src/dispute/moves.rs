use crate::{DisputeVerdict, Phase, Refusal};

/// What the claim that the challenger picked asks of the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Asks {
    /// Partial results: it is too long to replay at once.
    Parts,
    /// The operand leaves: it is one step.
    Step,
}

impl Asks {
    const fn phase(self) -> Phase {
        match self {
            Self::Parts => Phase::Parts,
            Self::Step => Phase::Step,
        }
    }
}

/// How many partial results the provider showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PartsShown {
    /// One: it is picked at once, and asks for this.
    Single(Asks),
    /// Several: the challenger picks.
    Several,
}

/// A move, after the program has checked its payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Move {
    /// The trace root, consistent with the run's output root.
    Trace,
    /// An operation with a descriptor that is well formed.
    Operation,
    /// An operation of the graph whose descriptor is malformed.
    Malformed,
    /// Asks for the nodes below one that is known.
    Descend,
    /// The nodes that were asked for.
    Reveal,
    /// Some of the operation's tensors.
    Tensors {
        /// None is left to be opened.
        all: bool,
    },
    /// A task input whose header contradicts the operation's descriptor.
    Contradiction,
    /// A leaf of the output.
    Leaf,
    /// The bytes of that leaf.
    Show {
        /// Its padding is zero.
        clean: bool,
    },
    /// An element in that leaf.
    Element(Asks),
    /// Partial results that are consistent with the claim.
    Parts(PartsShown),
    /// One of them.
    Part(Asks),
    /// The operand leaves of the step, replayed.
    Step {
        /// The provider's value is what the program computed.
        right: bool,
    },
}

impl Move {
    /// Every move, for tables and tests.
    pub const ALL: [Self; 20] = [
        Self::Trace,
        Self::Operation,
        Self::Malformed,
        Self::Descend,
        Self::Reveal,
        Self::Tensors { all: false },
        Self::Tensors { all: true },
        Self::Contradiction,
        Self::Leaf,
        Self::Show { clean: true },
        Self::Show { clean: false },
        Self::Element(Asks::Parts),
        Self::Element(Asks::Step),
        Self::Parts(PartsShown::Single(Asks::Parts)),
        Self::Parts(PartsShown::Single(Asks::Step)),
        Self::Parts(PartsShown::Several),
        Self::Part(Asks::Parts),
        Self::Part(Asks::Step),
        Self::Step { right: true },
        Self::Step { right: false },
    ];
}

/// The phase after `mv` in `phase`: the one table of legal moves. Everything else is [`Refusal::DisputePhase`], and
/// [`Refusal::DisputeOver`] once it is decided.
pub const fn next_phase(phase: Phase, mv: Move) -> Result<Phase, Refusal> {
    use DisputeVerdict as V;
    use Phase as P;
    Ok(match (phase, mv) {
        (P::Over(_), _) => return Err(Refusal::DisputeOver),
        (P::Trace, Move::Trace) => P::PickOperation,
        (P::PickOperation, Move::Operation) => P::OpenTensors,
        (P::PickOperation, Move::Malformed) => P::Over(V::NoVerdict),
        (P::PickOperation, Move::Descend) => P::RevealTrace,
        (P::RevealTrace, Move::Reveal) => P::PickOperation,
        (P::OpenTensors, Move::Tensors { all: false }) => P::OpenTensors,
        (P::OpenTensors, Move::Tensors { all: true }) => P::PickLeaf,
        (P::OpenTensors, Move::Contradiction) => P::Over(V::NoVerdict),
        (P::PickLeaf, Move::Leaf) => P::OpenLeaf,
        (P::PickLeaf, Move::Descend) => P::RevealTensor,
        (P::RevealTensor, Move::Reveal) => P::PickLeaf,
        (P::OpenLeaf, Move::Show { clean: true }) => P::PickElement,
        (P::OpenLeaf, Move::Show { clean: false }) => P::Over(V::ChallengerWon),
        (P::PickElement, Move::Element(asks)) => asks.phase(),
        (P::Parts, Move::Parts(PartsShown::Single(asks))) => asks.phase(),
        (P::Parts, Move::Parts(PartsShown::Several)) => P::PickPart,
        (P::PickPart, Move::Part(asks)) => asks.phase(),
        (P::Step, Move::Step { right: true }) => P::Over(V::ProviderWon),
        (P::Step, Move::Step { right: false }) => P::Over(V::ChallengerWon),
        _ => return Err(Refusal::DisputePhase),
    })
}
