//! Where a dispute stands, in words.

use tessera_chain::rules::{Side, owes};
use tessera_chain::{DisputePhase, DisputeVerdict};

/// What a dispute waits for.
pub(super) fn phase_name(phase: DisputePhase) -> &'static str {
    match phase {
        DisputePhase::Trace => "trace",
        DisputePhase::PickOperation => "pick operation",
        DisputePhase::RevealTrace => "reveal trace",
        DisputePhase::OpenTensors => "open tensors",
        DisputePhase::PickLeaf => "pick leaf",
        DisputePhase::RevealTensor => "reveal tensor",
        DisputePhase::OpenLeaf => "open leaf",
        DisputePhase::PickElement => "pick element",
        DisputePhase::Parts => "parts",
        DisputePhase::PickPart => "pick part",
        DisputePhase::Step => "step",
        DisputePhase::Over(DisputeVerdict::ChallengerWon) => "challenger won",
        DisputePhase::Over(DisputeVerdict::ProviderWon) => "provider won",
        DisputePhase::Over(DisputeVerdict::NoVerdict) => "no verdict",
    }
}

/// Who owes the next move.
pub(super) fn owes_name(phase: DisputePhase) -> &'static str {
    match owes(phase.into()) {
        Some(Side::Provider) => "provider",
        Some(Side::Challenger) => "challenger",
        None => "nobody",
    }
}
