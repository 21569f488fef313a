/// A side of a dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The provider of the run.
    Provider,
    /// Whoever opened the dispute.
    Challenger,
}

/// How a dispute was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DisputeVerdict {
    /// The run is wrong, or its provider was silent.
    ChallengerWon,
    /// The step is right, or the challenger was silent.
    ProviderWon,
    /// The task itself is malformed: the run is unharmed.
    NoVerdict,
}

/// Where a dispute stands: what is owed next, by whom ([`owes`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// The trace root, with proofs that the run's outputs are in it.
    Trace,
    /// An operation of the graph, or a descent in the trace tree.
    PickOperation,
    /// The nodes of the trace tree below the cursor.
    RevealTrace,
    /// The trees of the operation's output and operands.
    OpenTensors,
    /// A leaf of the output, or a descent in its tree.
    PickLeaf,
    /// The nodes of the output's tree below the cursor.
    RevealTensor,
    /// The bytes of the leaf.
    OpenLeaf,
    /// An element in the leaf.
    PickElement,
    /// The partial results from which the claim follows.
    Parts,
    /// One of the partial results.
    PickPart,
    /// The operand leaves from which the program replays the claim.
    Step,
    /// Nothing: it is decided.
    Over(DisputeVerdict),
}

impl Phase {
    /// Every phase, for tables and tests.
    pub const ALL: [Self; 14] = [
        Self::Trace,
        Self::PickOperation,
        Self::RevealTrace,
        Self::OpenTensors,
        Self::PickLeaf,
        Self::RevealTensor,
        Self::OpenLeaf,
        Self::PickElement,
        Self::Parts,
        Self::PickPart,
        Self::Step,
        Self::Over(DisputeVerdict::ChallengerWon),
        Self::Over(DisputeVerdict::ProviderWon),
        Self::Over(DisputeVerdict::NoVerdict),
    ];

    /// The verdict, once there is one.
    pub const fn verdict(self) -> Option<DisputeVerdict> {
        match self {
            Self::Over(verdict) => Some(verdict),
            _ => None,
        }
    }
}

/// The side that owes the next move and loses by silence; none once it is over.
pub const fn owes(phase: Phase) -> Option<Side> {
    use Phase as P;
    match phase {
        P::Trace | P::RevealTrace | P::OpenTensors | P::RevealTensor | P::OpenLeaf | P::Parts | P::Step => {
            Some(Side::Provider)
        }
        P::PickOperation | P::PickLeaf | P::PickElement | P::PickPart => Some(Side::Challenger),
        P::Over(_) => None,
    }
}

/// Whether anyone may send the moves of this phase: they only open what the provider committed to before, so that data
/// that it serves off chain cannot be withheld on chain. What commits to something new is the provider's alone.
pub const fn open_to_all(phase: Phase) -> bool {
    matches!(phase, Phase::OpenTensors | Phase::OpenLeaf | Phase::Step)
}
