//! What a provider answers: it opens what it committed to, recomputed.

use tessera_chain::program::instructions::{
    DisputeRevealArgs, DisputeShowArgs, DisputeStepArgs, DisputeTensorsArgs, DisputeTraceArgs, StepLeaf, TensorOpening,
    TraceOutput,
};
use tessera_chain::rules::Phase;
use tessera_compute::Tree;
use tessera_compute::referee::descriptor::Operand;
use tessera_compute::referee::merkle::FRONTIER_LEVELS;

use super::apply::tensor_of;
use super::error::PlayError;
use super::moves::Play;
use super::state::DisputeState;
use super::truth::Truth;

/// The provider's next move; `None` while it owes none.
///
/// # Errors
/// [`PlayError`]; [`PlayError::Differs`] if the run or its trace were not computed by this truth.
pub fn answer(state: &DisputeState, truth: &mut Truth) -> Result<Option<Play>, PlayError> {
    if truth.fault().is_silent(state.phase) {
        return Ok(None);
    }
    match state.phase {
        Phase::Trace => trace(truth).map(Some),
        Phase::RevealTrace => {
            let trace = truth.trace()?;
            reveal(state, &trace.tree).map(Some)
        }
        Phase::OpenTensors => tensors(state, truth).map(Some),
        Phase::RevealTensor => {
            let operation = truth.operation(state.operation)?;
            reveal(state, operation.output()?.1).map(Some)
        }
        Phase::OpenLeaf => show(state, truth).map(Some),
        Phase::Parts => {
            let picked = state.picked()?;
            let (claim, _) = state.claimed(&picked)?;
            let operation = truth.operation(state.operation)?;
            let parts = operation.opened(|opened| opened.true_parts(state.element, &claim))?;
            Ok(Some(Play::Parts(truth.fault().parts(&picked.descriptor, state.element, &claim, parts))))
        }
        Phase::Step => step(state, truth).map(Some),
        Phase::PickOperation | Phase::PickLeaf | Phase::PickElement | Phase::PickPart | Phase::Over(_) => Ok(None),
    }
}

fn trace(truth: &mut Truth) -> Result<Play, PlayError> {
    let trace = truth.trace()?;
    let output = |index: &u16| {
        let root = trace.roots.get(usize::from(*index))?;
        Some(TraceOutput { tensor_root: root.0, proof: trace.tree.prove((*index).into())? })
    };
    let outputs: Option<Vec<TraceOutput>> = truth.outputs().iter().map(output).collect();
    let outputs = outputs.ok_or(PlayError::State("the graph has no such output"))?;
    Ok(Play::Trace(DisputeTraceArgs { trace_root: trace.root.0, outputs }))
}

fn reveal(state: &DisputeState, tree: &Tree) -> Result<Play, PlayError> {
    let (node, _) = state.node.ok_or(PlayError::State("no node was asked for"))?;
    let hashes = tree.frontier(node, FRONTIER_LEVELS).ok_or(PlayError::State("the tree has no such node"))?;
    Ok(Play::Reveal(DisputeRevealArgs { hashes }))
}

fn tensors(state: &DisputeState, truth: &mut Truth) -> Result<Play, PlayError> {
    let picked = state.picked()?;
    let operation = truth.operation(state.operation)?;
    let mut tensors = Vec::new();
    for tensor in picked.tensors().filter(|tensor| !state.is_open(*tensor)) {
        let known = picked.tensor(tensor).zip(operation.tensor(tensor));
        let ((source, _), (_, tree)) = known.ok_or(PlayError::Differs("the operation"))?;
        let is_of_trace = matches!(source, Operand::Op(_));
        if is_of_trace && truth.trace()?.root.0 != state.trace_root {
            return Err(PlayError::Differs("the trace"));
        }
        tensors.push(TensorOpening { tensor, tree: tree.hash(), proof: truth.proof(source)? });
    }
    Ok(Play::Tensors(DisputeTensorsArgs { tensors }))
}

fn show(state: &DisputeState, truth: &mut Truth) -> Result<Play, PlayError> {
    let operation = truth.operation(state.operation)?;
    let (output, tree) = operation.output()?;
    if state.tree(0) != Some(&tree.hash()) {
        return Err(PlayError::Differs("the output"));
    }
    let leaf = output.leaf(state.leaf).zip(tree.prove(state.leaf));
    let (bytes, proof) = leaf.ok_or(PlayError::State("the output has no such leaf"))?;
    Ok(Play::Show(DisputeShowArgs { bytes: bytes.to_vec(), proof }))
}

fn step(state: &DisputeState, truth: &mut Truth) -> Result<Play, PlayError> {
    let (claim, _) = state.claimed(&state.picked()?)?;
    let operation = truth.operation(state.operation)?;
    let needed = operation.opened(|opened| opened.leaves_needed(state.element, &claim))?;
    let mut leaves = Vec::with_capacity(needed.len());
    for leaf in needed {
        let tensor = tensor_of(leaf.slot);
        let (_, tree) = operation.tensor(tensor).ok_or(PlayError::Differs("the operation"))?;
        if state.tree(tensor) != Some(&tree.hash()) {
            return Err(PlayError::Differs("a tensor"));
        }
        let proof = tree.prove(leaf.index).ok_or(PlayError::State("the tensor has no such leaf"))?;
        leaves.push(StepLeaf { tensor, leaf: leaf.index, bytes: leaf.bytes.to_vec(), proof });
    }
    Ok(Play::Step(DisputeStepArgs { leaves }))
}
