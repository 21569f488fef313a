//! Where a dispute stands, as far as its next move depends on it.

use tessera_chain::program::state::{Dispute, TreeNode};
use tessera_chain::rules::{Phase, Side};
use tessera_compute::Native;
use tessera_compute::TensorType;
use tessera_compute::referee::descriptor::{Descriptor, Operand};
use tessera_compute::referee::dispute::{CLAIM_BYTES, Claim, Expect, expects};
use tessera_compute::referee::graph_header::GraphHeader;
use tessera_compute::referee::merkle::{self, Digest, Node, RootKind};

use super::error::PlayError;

/// Tensors of an operation: its output and at most four operands.
pub const TENSORS: usize = 5;

/// A dispute without accounts, clocks and money: the moves of both sides follow from it and from what they can compute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisputeState {
    /// What is owed.
    pub phase: Phase,
    /// Root of the task's inputs.
    pub inputs_root: Digest,
    /// Root of the run's outputs.
    pub output_root: Digest,
    /// Root of the provider's trace; zero before it is shown.
    pub trace_root: Digest,
    /// Hash of the graph's tree.
    pub graph_tree: Digest,
    /// The graph's header.
    pub graph_header: Vec<u8>,
    /// Operations of the graph.
    pub operations: u16,
    /// The picked operation.
    pub operation: u16,
    /// Its descriptor.
    pub descriptor: Vec<u8>,
    /// Which tensors are open: bit 0 the output, bit 1 the first operand.
    pub opened: u8,
    /// Hashes of their trees, the output's first.
    pub tensors: [Digest; TENSORS],
    /// The node whose hashes were asked for last, and its hash; zero for the top of a trace.
    pub node: Option<(Node, Digest)>,
    /// The picked leaf of the output.
    pub leaf: u64,
    /// The picked element.
    pub element: u64,
    /// What the provider claims of it, encoded.
    pub claim: [u8; CLAIM_BYTES],
    /// What was shown last: hashes of a tree, a leaf, or parts.
    pub scratch: Vec<u8>,
}

impl From<&Dispute> for DisputeState {
    fn from(dispute: &Dispute) -> Self {
        let TreeNode { first, count, hash } = dispute.node;
        Self {
            phase: dispute.phase.into(),
            inputs_root: dispute.inputs_root,
            output_root: dispute.output_root,
            trace_root: dispute.trace_root,
            graph_tree: dispute.graph_tree,
            graph_header: dispute.graph_header.clone(),
            operations: dispute.operations,
            operation: dispute.operation,
            descriptor: dispute.descriptor.clone(),
            opened: dispute.opened,
            tensors: dispute.tensors,
            node: dispute.node.is_some().then_some((Node { first, count }, hash)),
            leaf: dispute.leaf,
            element: dispute.element,
            claim: dispute.claim,
            scratch: dispute.scratch.clone(),
        }
    }
}

/// The operation of which a dispute is about.
#[derive(Clone, Copy, Debug)]
pub struct Picked {
    /// Its index.
    pub index: u16,
    /// What it does.
    pub descriptor: Descriptor,
}

impl Picked {
    /// A tensor of the operation, 0 its output and then its operands: what it is, and its type.
    pub fn tensor(&self, tensor: u8) -> Option<(Operand, TensorType)> {
        match tensor.checked_sub(1) {
            None => Some((Operand::Op(self.index), self.descriptor.output)),
            Some(operand) => {
                let (sources, types) = (self.descriptor.operands(), self.descriptor.operand_types());
                let at = usize::from(operand);
                sources.get(at).copied().zip(types.get(at).copied())
            }
        }
    }

    /// The numbers of its tensors.
    pub fn tensors(&self) -> impl Iterator<Item = u8> + use<> {
        let operands = self.descriptor.operands().len();
        (0..=4_u8).filter(move |tensor| usize::from(*tensor) <= operands)
    }
}

impl DisputeState {
    /// The side that owes the next move.
    pub fn owes(&self) -> Option<Side> {
        tessera_chain::rules::owes(self.phase)
    }

    /// The picked operation.
    ///
    /// # Errors
    /// [`PlayError::State`]: the program accepts no other descriptor.
    pub fn picked(&self) -> Result<Picked, PlayError> {
        let descriptor =
            Descriptor::decode(&self.descriptor).map_err(|_| PlayError::State("the picked operation is malformed"))?;
        Ok(Picked { index: self.operation, descriptor })
    }

    /// The graph's header.
    ///
    /// # Errors
    /// [`PlayError::State`]: the program accepts no other header.
    pub fn graph(&self) -> Result<GraphHeader<'_>, PlayError> {
        GraphHeader::decode(&self.graph_header).map_err(|_| PlayError::State("the graph's header is malformed"))
    }

    /// What the provider claims, and what that asks for.
    ///
    /// # Errors
    /// [`PlayError::State`]: the program keeps only claims that the element has.
    pub fn claimed(&self, picked: &Picked) -> Result<(Claim, Expect), PlayError> {
        let none = || PlayError::State("the element has no such claim");
        let claim = Claim::decode(&self.claim).ok_or_else(none)?;
        let expect = expects(&picked.descriptor, self.element, &claim).map_err(|_| none())?;
        Ok((claim, expect))
    }

    /// Whether a tensor of the picked operation is open.
    pub fn is_open(&self, tensor: u8) -> bool {
        self.opened & 1_u8.checked_shl(tensor.into()).unwrap_or(0) != 0
    }

    /// The hash of an open tensor's tree.
    pub fn tree(&self, tensor: u8) -> Option<&Digest> {
        self.tensors.get(usize::from(tensor)).filter(|_| self.is_open(tensor))
    }

    /// The hashes that were revealed last.
    pub fn revealed(&self) -> &[Digest] {
        self.scratch.as_chunks::<32>().0
    }

    /// Whether a tree hash is that of the provider's trace.
    pub fn is_trace(&self, tree: &Digest) -> bool {
        merkle::root::<Native>(RootKind::Trace, self.operations.into(), &[], tree) == self.trace_root
    }
}
