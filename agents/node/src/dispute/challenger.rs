//! What a challenger chooses: the first operation, leaf, element and part that differ from its own truth. What comes before
//! is then as it computed it itself, so that it can prove what the step reads.

use tessera_chain::program::instructions::{
    DisputeOperationArgs, DisputeShowArgs, DisputeStepArgs, DisputeTensorsArgs, StepLeaf, TensorOpening,
};
use tessera_chain::rules::Phase;
use tessera_compute::referee::descriptor::Operand;
use tessera_compute::referee::dispute::{LEAF, leaf_of, value_in_leaf};
use tessera_compute::referee::merkle::{Digest, FRONTIER_LEVELS, Node, frontier};
use tessera_compute::{TensorType, Tree};

use super::apply::tensor_of;
use super::error::PlayError;
use super::moves::Play;
use super::served::{Checked, LEVELS, Served};
use super::state::DisputeState;
use super::truth::{Truth, root_of};

/// What a challenger does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// This move: its own, or one that it can make in the provider's place.
    Play(Play),
    /// The provider moves, or its clock runs out.
    Wait,
    /// What was opened is what this challenger computes: there is nothing to claim.
    Agrees,
}

/// Moves of one turn, at most.
const MOST_MOVES: usize = 8;

/// All moves that can be made now, one after the other, as far as they follow from what is known already.
///
/// # Errors
/// [`PlayError`].
pub fn turn(state: &DisputeState, truth: &mut Truth, served: &dyn Served) -> Result<(Vec<Play>, Choice), PlayError> {
    let (mut state, mut plays) = (state.clone(), Vec::new());
    while plays.len() < MOST_MOVES {
        let Choice::Play(play) = choose(&state, truth, served)? else { break };
        let Ok(next) = state.after(&play) else {
            return Err(PlayError::State("a move that the program would refuse"));
        };
        plays.push(play);
        state = next;
    }
    let rest = if plays.is_empty() { choose(&state, truth, served)? } else { Choice::Wait };
    Ok((plays, rest))
}

/// The challenger's next move.
///
/// # Errors
/// [`PlayError`].
pub fn choose(state: &DisputeState, truth: &mut Truth, served: &dyn Served) -> Result<Choice, PlayError> {
    if truth.fault().is_silent(state.phase) {
        return Ok(Choice::Wait);
    }
    let served = Checked(served);
    match state.phase {
        Phase::PickOperation => pick_operation(state, truth, served),
        Phase::OpenTensors => open(state, truth, served),
        Phase::PickLeaf => pick_leaf(state, truth, served),
        Phase::OpenLeaf => {
            let output = state.picked()?.descriptor.output;
            let tree = state.tree(0).ok_or(PlayError::State("the output is not open"))?;
            let leaf = served.leaf(state.operation, state.leaf, &output, tree);
            let show = |leaf: super::served::ServedLeaf| {
                Play::Show(DisputeShowArgs { bytes: leaf.bytes.to_vec(), proof: leaf.proof })
            };
            Ok(leaf.map_or(Choice::Wait, |leaf| Choice::Play(show(leaf))))
        }
        Phase::PickElement => pick_element(state, truth),
        Phase::PickPart => {
            let (claim, _) = state.claimed(&state.picked()?)?;
            let operation = truth.operation(state.operation)?;
            let wrong = operation.opened(|opened| opened.first_wrong_part(state.element, &claim, &state.scratch))?;
            Ok(wrong.map_or(Choice::Agrees, |part| Choice::Play(Play::Part(part))))
        }
        Phase::Step => step(state, truth, served),
        Phase::Trace | Phase::RevealTrace | Phase::RevealTensor | Phase::Parts | Phase::Over(_) => Ok(Choice::Wait),
    }
}

/// Where a tree that is revealed step by step differs first.
enum Difference {
    Leaf(u64),
    Below(Option<u8>),
    None,
}

/// The first child of the node revealed last that differs from the own tree; the top if none was revealed.
fn difference(state: &DisputeState, own: &Tree) -> Result<Difference, PlayError> {
    let Some((node, _)) = state.node else {
        return Ok(if own.count() < 2 { Difference::Leaf(0) } else { Difference::Below(None) });
    };
    let hashes = own.frontier(node, FRONTIER_LEVELS).ok_or(PlayError::State("the tree has no such node"))?;
    let children = frontier(node, FRONTIER_LEVELS).zip(hashes).zip(state.revealed());
    let mut differs = (0_u8..).zip(children).filter(|(_, ((_, own), shown))| own != *shown);
    Ok(differs.next().map_or(Difference::None, |(child, ((node, _), _))| match node.count {
        1 => Difference::Leaf(node.first),
        _ => Difference::Below(Some(child)),
    }))
}

fn pick_operation(state: &DisputeState, truth: &mut Truth, served: Checked<'_>) -> Result<Choice, PlayError> {
    let own = truth.trace()?;
    if own.root.0 == state.trace_root {
        return Ok(Choice::Agrees);
    }
    if let Some(trace) = served.trace(&state.trace_root, state.operations) {
        let first = (0_u16..).zip(own.roots.iter().zip(&trace.roots)).find(|(_, (own, shown))| own != shown);
        return first.map_or(Ok(Choice::Agrees), |(index, _)| operation(truth, index));
    }
    match difference(state, &own.tree)? {
        Difference::Leaf(index) => operation(truth, u16::try_from(index).unwrap_or(u16::MAX)),
        Difference::Below(child) => Ok(Choice::Play(Play::Descend(child))),
        Difference::None => Ok(Choice::Agrees),
    }
}

fn operation(truth: &Truth, operation: u16) -> Result<Choice, PlayError> {
    let found = truth.descriptor(operation).ok_or(PlayError::State("the graph has no such operation"))?;
    let (descriptor, proof) = found;
    Ok(Choice::Play(Play::Operation(DisputeOperationArgs { operation, descriptor: descriptor.to_vec(), proof })))
}

/// Opens the tensors in the provider's place if all of them are known.
fn open(state: &DisputeState, truth: &mut Truth, served: Checked<'_>) -> Result<Choice, PlayError> {
    let Some(trace) = served.trace(&state.trace_root, state.operations) else { return Ok(Choice::Wait) };
    let picked = state.picked()?;
    let own = truth.operation(state.operation)?;
    let mut tensors = Vec::new();
    for tensor in picked.tensors().filter(|tensor| !state.is_open(*tensor)) {
        let known = picked.tensor(tensor).zip(own.tensor(tensor));
        let Some(((source, ty), (_, own_tree))) = known else { return Ok(Choice::Wait) };
        let (tree, proof) = match source {
            Operand::Input(_) => (Some(own_tree.hash()), Some(truth.proof(source)?)),
            Operand::Op(index) => {
                let Some(root) = trace.roots.get(usize::from(index)) else { return Ok(Choice::Wait) };
                let is_own = root_of(&ty, &own_tree.hash()) == *root;
                let tree = if is_own { Some(own_tree.hash()) } else { served.tree(index, &ty, root) };
                (tree, trace.tree.prove(index.into()))
            }
        };
        let Some((tree, proof)) = tree.zip(proof) else { return Ok(Choice::Wait) };
        tensors.push(TensorOpening { tensor, tree, proof });
    }
    Ok(Choice::Play(Play::Tensors(DisputeTensorsArgs { tensors })))
}

fn pick_leaf(state: &DisputeState, truth: &mut Truth, served: Checked<'_>) -> Result<Choice, PlayError> {
    let operation = truth.operation(state.operation)?;
    let (_, own) = operation.output()?;
    let tree = state.tree(0).ok_or(PlayError::State("the output is not open"))?;
    if own.hash() == *tree {
        return Ok(Choice::Agrees);
    }
    if let Some(leaf) = served_difference(state.operation, own, tree, served) {
        return Ok(Choice::Play(Play::Leaf(leaf)));
    }
    Ok(match difference(state, own)? {
        Difference::Leaf(leaf) => Choice::Play(Play::Leaf(leaf)),
        Difference::Below(child) => Choice::Play(Play::Descend(child)),
        Difference::None => Choice::Agrees,
    })
}

/// The first leaf that differs, from hashes that the provider serves.
fn served_difference(operation: u16, own: &Tree, tree: &Digest, served: Checked<'_>) -> Option<u64> {
    let mut at = (Node { first: 0, count: own.count() }, *tree);
    while at.0.count > 1 {
        let (node, hash) = at;
        let shown = served.nodes(operation, node, &hash)?;
        let children = frontier(node, LEVELS).zip(own.frontier(node, LEVELS)?).zip(shown);
        let differs = children.map(|((node, own), shown)| (node, own, shown)).find(|(_, own, shown)| own != shown);
        at = differs.map(|(node, _, shown)| (node, shown))?;
    }
    Some(at.0.first)
}

fn pick_element(state: &DisputeState, truth: &mut Truth) -> Result<Choice, PlayError> {
    let operation = truth.operation(state.operation)?;
    let ty = operation.descriptor.output;
    let (output, _) = operation.output()?;
    let own = output.leaf(state.leaf).ok_or(PlayError::State("the output has no such leaf"))?;
    let shown: &[u8; LEAF] = state.scratch.as_slice().try_into().map_err(|_| PlayError::State("no leaf was shown"))?;
    let differs = |element: &u64| value_in_leaf(&ty, *element, &own) != value_in_leaf(&ty, *element, shown);
    let first = elements(&ty, state.leaf).find(differs);
    Ok(first.map_or(Choice::Agrees, |element| Choice::Play(Play::Element(element))))
}

/// The elements of a leaf, in order.
fn elements(ty: &TensorType, leaf: u64) -> impl Iterator<Item = u64> + use<> {
    let (ty, all) = (*ty, ty.shape.elements());
    // Elements lie in the order of their leaves.
    let (mut low, mut high) = (0, all);
    while low < high {
        let middle = low.midpoint(high);
        if leaf_of(&ty, middle).is_some_and(|of| of < leaf) { low = middle.saturating_add(1) } else { high = middle }
    }
    (low..all).take_while(move |element| leaf_of(&ty, *element) == Some(leaf))
}

/// Shows the step in the provider's place: operands as this challenger computes them, and what the provider serves.
fn step(state: &DisputeState, truth: &mut Truth, served: Checked<'_>) -> Result<Choice, PlayError> {
    let picked = state.picked()?;
    let (claim, _) = state.claimed(&picked)?;
    let operation = truth.operation(state.operation)?;
    let value = operation.opened(|opened| opened.true_value(state.element, &claim))?;
    if value == claim.claimed() {
        return Ok(Choice::Agrees);
    }
    let needed = operation.opened(|opened| opened.leaves_needed(state.element, &claim))?;
    let mut leaves = Vec::with_capacity(needed.len());
    for leaf in needed {
        let tensor = tensor_of(leaf.slot);
        let known = picked.tensor(tensor).zip(operation.tensor(tensor)).zip(state.tree(tensor));
        let Some((((_, ty), (_, own)), tree)) = known else { return Ok(Choice::Wait) };
        let found = if own.hash() == *tree {
            own.prove(leaf.index).map(|proof| (leaf.bytes, proof))
        } else if tensor == 0 {
            served.leaf(state.operation, leaf.index, &ty, tree).map(|leaf| (leaf.bytes, leaf.proof))
        } else {
            None
        };
        let Some((bytes, proof)) = found else { return Ok(Choice::Wait) };
        leaves.push(StepLeaf { tensor, leaf: leaf.index, bytes: bytes.to_vec(), proof });
    }
    Ok(Choice::Play(Play::Step(DisputeStepArgs { leaves })))
}
