//! The moves of both sides, with the arguments that the program takes.

use tessera_chain::program::instructions::{
    DisputeOperationArgs, DisputeRevealArgs, DisputeShowArgs, DisputeStepArgs, DisputeTensorsArgs, DisputeTraceArgs,
};

/// A move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Play {
    /// The provider shows the trace's root.
    Trace(DisputeTraceArgs),
    /// The challenger picks an operation.
    Operation(DisputeOperationArgs),
    /// The challenger asks for hashes: of the top of a tree, or of a child that was revealed.
    Descend(Option<u8>),
    /// The provider reveals them.
    Reveal(DisputeRevealArgs),
    /// Tensors of the picked operation are opened.
    Tensors(DisputeTensorsArgs),
    /// The challenger picks a leaf of the output.
    Leaf(u64),
    /// The leaf is shown.
    Show(DisputeShowArgs),
    /// The challenger picks an element in it.
    Element(u64),
    /// The provider says what its claim is made of.
    Parts(Vec<u8>),
    /// The challenger picks a part.
    Part(u16),
    /// What the step reads is shown, and the program decides.
    Step(DisputeStepArgs),
}

impl Play {
    /// The program's instruction.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Trace(_) => "dispute_trace",
            Self::Operation(_) => "dispute_operation",
            Self::Descend(_) => "dispute_descend",
            Self::Reveal(_) => "dispute_reveal",
            Self::Tensors(_) => "dispute_tensors",
            Self::Leaf(_) => "dispute_leaf",
            Self::Show(_) => "dispute_show",
            Self::Element(_) => "dispute_element",
            Self::Parts(_) => "dispute_parts",
            Self::Part(_) => "dispute_part",
            Self::Step(_) => "dispute_step",
        }
    }
}
