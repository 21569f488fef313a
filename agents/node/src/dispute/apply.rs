//! What a move makes of a dispute, as the program does it: so that a side can send several moves at once, and so that games
//! can be played without a chain. The program decides; this predicts.

use tessera_chain::program::instructions::{
    DisputeOperationArgs, DisputeTensorsArgs, DisputeTraceArgs, StepLeaf, TensorOpening,
};
use tessera_chain::rules::{Asks, Move, PartsShown, Phase, next_phase};
use tessera_compute::referee::descriptor::{Descriptor, Operand};
use tessera_compute::referee::dispute::{
    self, Claim, Expect, LEAF, Leaves, Slot, leaf_of, padding_is_zero, parts_hold, value_in_leaf,
};
use tessera_compute::referee::merkle::{
    self, Digest, FRONTIER_LEVELS, Node, Proof, RootKind, frontier, frontier_hash, tensor_root,
};
use tessera_compute::{Native, Root, tensors_root};

use super::error::Refused;
use super::moves::Play;
use super::state::{DisputeState, Picked};

impl DisputeState {
    /// The dispute after a move, if the program takes it. Clocks, senders and the number of rounds are not looked at.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn after(&self, play: &Play) -> Result<Self, Refused> {
        let mut next = self.clone();
        let made = match play {
            Play::Trace(args) => next.trace(args)?,
            Play::Operation(args) => next.pick_operation(args)?,
            Play::Descend(child) => next.descend(*child)?,
            Play::Reveal(args) => next.reveal(&args.hashes)?,
            Play::Tensors(args) => next.open(args)?,
            Play::Leaf(leaf) => next.pick_leaf(*leaf)?,
            Play::Show(args) => next.show(&args.bytes, &args.proof)?,
            Play::Element(element) => next.pick_element(*element)?,
            Play::Parts(parts) => next.parts(parts)?,
            Play::Part(part) => next.pick_part(*part)?,
            Play::Step(args) => self.replay(&args.leaves)?,
        };
        next.phase = next_phase(self.phase, made)?;
        Ok(next)
    }

    fn trace(&mut self, args: &DisputeTraceArgs) -> Result<Move, Refused> {
        self.trace_root = args.trace_root;
        let outputs: Vec<u16> = self.graph()?.outputs().collect();
        if outputs.len() != args.outputs.len() {
            return Err(Refused::Opening);
        }
        for (index, output) in outputs.into_iter().zip(&args.outputs) {
            self.committed(Operand::Op(index), &output.tensor_root, &output.proof)?;
        }
        let roots: Vec<Root> = args.outputs.iter().map(|output| Root(output.tensor_root)).collect();
        let holds = tensors_root(RootKind::Output, &roots).0 == self.output_root;
        holds.then_some(Move::Trace).ok_or(Refused::Opening)
    }

    fn committed(&self, source: Operand, tensor_root: &Digest, proof: &[Digest]) -> Result<(), Refused> {
        let (index, count, kind, root) = match source {
            Operand::Op(index) => (index, self.operations, RootKind::Trace, self.trace_root),
            Operand::Input(index) => (index, self.graph()?.inputs, RootKind::Inputs, self.inputs_root),
        };
        let leaf = merkle::leaf::<Native>(index.into(), tensor_root);
        let tree = climb(leaf, index.into(), count.into(), proof)?;
        let holds = merkle::root::<Native>(kind, count.into(), &[], &tree) == root;
        holds.then_some(()).ok_or(Refused::Opening)
    }

    fn pick_operation(&mut self, args: &DisputeOperationArgs) -> Result<Move, Refused> {
        let leaf = merkle::leaf::<Native>(args.operation.into(), &args.descriptor);
        let tree = climb(leaf, args.operation.into(), self.operations.into(), &args.proof)?;
        if tree != self.graph_tree {
            return Err(Refused::Opening);
        }
        let inputs = self.graph()?.inputs;
        let is_valid = Descriptor::decode(&args.descriptor).is_ok_and(|descriptor| {
            descriptor.operands().iter().all(|operand| match *operand {
                Operand::Input(index) => index < inputs,
                Operand::Op(index) => index < args.operation,
            })
        });
        if !is_valid {
            return Ok(Move::Malformed);
        }
        (self.operation, self.descriptor) = (args.operation, args.descriptor.clone());
        (self.opened, self.node) = (0, None);
        self.scratch.clear();
        Ok(Move::Operation)
    }

    fn descend(&mut self, child: Option<u8>) -> Result<Move, Refused> {
        let next = match (child, self.node) {
            (None, None) if self.phase == Phase::PickOperation => {
                (Node { first: 0, count: self.operations.into() }, [0; 32])
            }
            (None, None) => {
                let (_, ty) = self.picked()?.tensor(0).ok_or(Refused::State)?;
                (Node { first: 0, count: ty.leaves() }, self.tensors[0])
            }
            (Some(child), Some((node, _))) => {
                let child = usize::from(child);
                let below = frontier(node, FRONTIER_LEVELS).nth(child);
                below.zip(self.revealed().get(child).copied()).ok_or(Refused::Unknown("node"))?
            }
            _ => return Err(Refused::Unknown("node")),
        };
        if next.0.count < 2 {
            return Err(Refused::Unknown("node"));
        }
        self.node = Some(next);
        self.scratch.clear();
        Ok(Move::Descend)
    }

    fn reveal(&mut self, hashes: &[Digest]) -> Result<Move, Refused> {
        let (node, expected) = self.node.ok_or(Refused::State)?;
        let hash = frontier_hash::<Native>(node.count, FRONTIER_LEVELS, hashes).ok_or(Refused::Opening)?;
        let is_top = self.phase == Phase::RevealTrace && node.count == u64::from(self.operations);
        let holds = if is_top { self.is_trace(&hash) } else { hash == expected };
        if !holds {
            return Err(Refused::Opening);
        }
        self.scratch = hashes.as_flattened().to_vec();
        Ok(Move::Reveal)
    }

    fn open(&mut self, args: &DisputeTensorsArgs) -> Result<Move, Refused> {
        let picked = self.picked()?;
        let before = self.opened;
        for TensorOpening { tensor, tree, proof } in &args.tensors {
            let (source, ty) = picked.tensor(*tensor).ok_or(Refused::Unknown("tensor"))?;
            if ty.leaves() == 0 && matches!(source, Operand::Op(_)) && *tree != merkle::empty::<Native>() {
                return Err(Refused::Opening);
            }
            self.committed(source, &tensor_root::<Native>(&ty.header(), tree), proof)?;
            *self.tensors.get_mut(usize::from(*tensor)).ok_or(Refused::Unknown("tensor"))? = *tree;
            self.opened |= 1 << tensor;
        }
        if self.opened == before {
            return Err(Refused::Unknown("tensor that is not open"));
        }
        Ok(Move::Tensors { all: picked.tensors().all(|tensor| self.is_open(tensor)) })
    }

    fn pick_leaf(&mut self, leaf: u64) -> Result<Move, Refused> {
        if leaf >= self.picked()?.descriptor.output.leaves() {
            return Err(Refused::Unknown("leaf"));
        }
        (self.leaf, self.node) = (leaf, None);
        self.scratch.clear();
        Ok(Move::Leaf)
    }

    fn show(&mut self, bytes: &[u8], proof: &[Digest]) -> Result<Move, Refused> {
        let output = self.picked()?.descriptor.output;
        let leaf: &[u8; LEAF] = bytes.try_into().map_err(|_| Refused::Opening)?;
        let tree = climb(merkle::leaf::<Native>(self.leaf, leaf), self.leaf, output.leaves(), proof)?;
        if tree != self.tensors[0] {
            return Err(Refused::Opening);
        }
        self.scratch = bytes.to_vec();
        Ok(Move::Show { clean: padding_is_zero(&output, self.leaf, leaf) })
    }

    fn pick_element(&mut self, element: u64) -> Result<Move, Refused> {
        let picked = self.picked()?;
        let output = picked.descriptor.output;
        let leaf: &[u8; LEAF] = self.scratch.as_slice().try_into().map_err(|_| Refused::State)?;
        let inside = leaf_of(&output, element) == Some(self.leaf);
        let value = value_in_leaf(&output, element, leaf).filter(|_| inside);
        let value = value.ok_or(Refused::Unknown("element in the leaf"))?;
        self.element = element;
        self.scratch.clear();
        self.claim(&picked, &Claim::Element { value }).map(Move::Element)
    }

    fn parts(&mut self, parts: &[u8]) -> Result<Move, Refused> {
        let picked = self.picked()?;
        let (claim, Expect::Parts { count, .. }) = self.claimed(&picked)? else { return Err(Refused::State) };
        if parts_hold(&picked.descriptor, self.element, &claim, parts) != Ok(true) {
            return Err(Refused::Parts);
        }
        if count > 1 {
            self.scratch = parts.to_vec();
            return Ok(Move::Parts(PartsShown::Several));
        }
        let only = dispute::pick(&picked.descriptor, self.element, &claim, parts, 0);
        let only = only.map_err(|_| Refused::Unknown("part"))?;
        self.claim(&picked, &only).map(|asks| Move::Parts(PartsShown::Single(asks)))
    }

    fn pick_part(&mut self, part: u16) -> Result<Move, Refused> {
        let picked = self.picked()?;
        let (claim, _) = self.claimed(&picked)?;
        let next = dispute::pick(&picked.descriptor, self.element, &claim, &self.scratch, part);
        let next = next.map_err(|_| Refused::Unknown("part"))?;
        self.scratch.clear();
        self.claim(&picked, &next).map(Move::Part)
    }

    fn claim(&mut self, picked: &Picked, claim: &Claim) -> Result<Asks, Refused> {
        self.claim = claim.encode();
        let (_, expect) = self.claimed(picked)?;
        Ok(if expect == Expect::Check { Asks::Step } else { Asks::Parts })
    }

    fn replay(&self, leaves: &[StepLeaf]) -> Result<Move, Refused> {
        let picked = self.picked()?;
        for leaf in leaves {
            let (source, ty) = picked.tensor(leaf.tensor).ok_or(Refused::Unknown("tensor"))?;
            let bytes: &[u8; LEAF] = leaf.bytes.as_slice().try_into().map_err(|_| Refused::Opening)?;
            let hash = merkle::leaf::<Native>(leaf.leaf, bytes);
            let tree = climb(hash, leaf.leaf, ty.leaves(), &leaf.proof)?;
            if self.tree(leaf.tensor) != Some(&tree) {
                return Err(Refused::Opening);
            }
            if matches!(source, Operand::Op(_)) && !padding_is_zero(&ty, leaf.leaf, bytes) {
                return Ok(Move::Step { right: false });
            }
        }
        let (claim, _) = self.claimed(&picked)?;
        let right = dispute::check(&picked.descriptor, self.element, &claim, &Shown(leaves));
        Ok(Move::Step { right: right.map_err(|_| Refused::LeafMissing)? })
    }
}

fn climb(leaf: Digest, index: u64, count: u64, proof: &[Digest]) -> Result<Digest, Refused> {
    merkle::verify::<Native>(leaf, index, count, Proof(proof)).ok_or(Refused::Opening)
}

struct Shown<'a>(&'a [StepLeaf]);

impl Leaves for Shown<'_> {
    fn leaf(&self, slot: Slot, index: u64) -> Option<&[u8; LEAF]> {
        let leaf = self.0.iter().find(|leaf| leaf.tensor == tensor_of(slot) && leaf.leaf == index)?;
        leaf.bytes.as_slice().try_into().ok()
    }
}

/// The number that the program has for a tensor of an operation.
pub(super) fn tensor_of(slot: Slot) -> u8 {
    match slot {
        Slot::Output => 0,
        Slot::Operand(operand) => operand.saturating_add(1),
    }
}
