use anchor_lang::prelude::*;
use tessera_referee::TensorType;
use tessera_referee::descriptor::{Descriptor, Operand};
use tessera_referee::graph_header::GraphHeader;
use tessera_referee::merkle::{self, Digest, Proof, RootKind};

use crate::errors::TesseraError;
use crate::hashes::Hasher;
use crate::state::Dispute;

/// The tree hash to which a proof leads from a leaf's hash. Refuses an index out of range and a proof of another length.
pub(crate) fn climb(leaf: Digest, index: u64, count: u64, proof: &[Digest]) -> Result<Digest> {
    let tree = merkle::verify::<Hasher>(leaf, index, count, Proof(proof));
    Ok(tree.ok_or(TesseraError::OpeningMalformed)?)
}

/// The root of a trace of so many tensors with this tree hash.
pub(crate) fn trace_root(tensors: u16, tree: &Digest) -> Digest {
    merkle::root::<Hasher>(RootKind::Trace, tensors.into(), &[], tree)
}

impl Dispute {
    /// The graph's header, which was decoded when the dispute was opened.
    pub(crate) fn graph(&self) -> Result<GraphHeader<'_>> {
        Ok(GraphHeader::decode(&self.graph_header).map_err(|_| TesseraError::Invariant)?)
    }

    /// The picked operation, which was held against the rules of types when it was picked.
    #[inline(never)]
    pub(crate) fn picked(&self) -> Result<Box<Descriptor>> {
        Ok(Box::new(Descriptor::parse(&self.descriptor).map_err(|_| TesseraError::Invariant)?))
    }

    /// Which tensor of the operation this is, 0 for its output, and its type.
    pub(crate) fn tensor(&self, operation: &Descriptor, tensor: u8) -> Result<(Operand, TensorType)> {
        let Some(operand) = tensor.checked_sub(1) else {
            return Ok((Operand::Op(self.operation), operation.output));
        };
        let at = usize::from(operand);
        let found = operation.operands().get(at).zip(operation.operand_types().get(at));
        let (source, ty) = found.ok_or(TesseraError::TensorUnknown)?;
        Ok((*source, *ty))
    }

    /// The hash of an open tensor's tree.
    pub(crate) fn tree(&self, tensor: u8) -> Result<&Digest> {
        Ok(self.tensors.get(usize::from(tensor)).ok_or(TesseraError::TensorUnknown)?)
    }

    /// Holds the root of an operation's output or of a task's input against the root that commits to it.
    #[inline(never)]
    pub(crate) fn require_committed(&self, source: Operand, tensor_root: &Digest, proof: &[Digest]) -> Result<()> {
        let (found, expected) = match source {
            Operand::Op(index) => {
                let leaf = merkle::leaf::<Hasher>(index.into(), tensor_root);
                let tree = climb(leaf, index.into(), self.operations.into(), proof)?;
                (trace_root(self.operations, &tree), self.trace_root)
            }
            Operand::Input(index) => {
                let inputs = u64::from(self.graph()?.inputs);
                let leaf = merkle::leaf::<Hasher>(index.into(), tensor_root);
                let tree = climb(leaf, index.into(), inputs, proof)?;
                (merkle::root::<Hasher>(RootKind::Inputs, inputs, &[], &tree), self.inputs_root)
            }
        };
        require!(found == expected, TesseraError::OpeningWrong);
        Ok(())
    }
}
