//! Tensors as a root commits to them, and what the sides of a dispute show of a task.

use std::collections::BTreeMap;

use tessera::instructions::{
    DisputeOpenArgs, DisputeOperationArgs, DisputeShowArgs, DisputeStepArgs, DisputeTensorsArgs, DisputeTraceArgs,
    StepLeaf, TaskCreateArgs, TensorOpening, TraceOutput,
};
use tessera::state::{Dispute, TreeNode};
use tessera_compute::referee::descriptor::{Descriptor, Operand};
use tessera_compute::referee::dispute::{Claim, ClaimError, LEAF, Leaves, Slot, check};
use tessera_compute::referee::merkle::{self, Digest, Proof, proof_length};
use tessera_compute::{Graph, Native, Root, RootKind, Tensor, TensorType, Tree, tensors_root};

use super::specs::task_args;

/// A tensor's type, tree and the leaves that can be shown.
#[derive(Clone, Debug)]
pub struct Committed {
    /// Its type.
    pub ty: TensorType,
    /// The hash of its tree.
    pub tree: Digest,
    leaves: BTreeMap<u64, ([u8; LEAF], Vec<Digest>)>,
}

impl Committed {
    /// All of a tensor.
    pub fn of(tensor: &Tensor) -> Self {
        let (ty, tree) = (tensor.tensor_type(), Tree::of_tensor(tensor));
        let leaf = |index| Some((index, (tensor.leaf(index)?, tree.prove(index)?)));
        Self { ty, tree: tree.hash(), leaves: (0..ty.leaves()).filter_map(leaf).collect() }
    }

    /// A tensor of which one leaf is known: the hashes beside its way are anything.
    pub fn of_leaf(ty: TensorType, index: u64, bytes: [u8; LEAF]) -> Self {
        let length = proof_length(index, ty.leaves()).expect("there is such a leaf");
        let proof: Vec<Digest> = (0..length).map(|level| [level as u8 + 1; 32]).collect();
        let leaf = merkle::leaf::<Native>(index, &bytes);
        let tree = merkle::verify::<Native>(leaf, index, ty.leaves(), Proof(&proof)).expect("the proof is as long");
        Self { ty, tree, leaves: [(index, (bytes, proof))].into() }
    }

    /// Its root.
    pub fn root(&self) -> Digest {
        merkle::tensor_root::<Native>(&self.ty.header(), &self.tree)
    }

    /// The hashes of all leaves.
    pub fn leaf_hashes(&self) -> Vec<Digest> {
        self.leaves.iter().map(|(index, (bytes, _))| merkle::leaf::<Native>(*index, bytes)).collect()
    }

    /// A leaf with its proof.
    pub fn leaf(&self, index: u64) -> ([u8; LEAF], Vec<Digest>) {
        self.leaves.get(&index).expect("the leaf is known").clone()
    }
}

/// A task's graph, its inputs, and the trace that a provider commits to.
#[derive(Clone, Debug)]
pub struct Traced {
    /// The graph.
    pub graph: Graph,
    /// The task's inputs.
    pub inputs: Vec<Committed>,
    /// The operations' outputs.
    pub trace: Vec<Committed>,
    /// The operations, as the graph's root commits to them.
    pub descriptors: Vec<Vec<u8>>,
}

/// The hash of the node over these leaves of a tree, from all of its leaves' hashes.
pub fn node_hash(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => merkle::empty::<Native>(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            merkle::node::<Native>(&node_hash(left), &node_hash(right))
        }
    }
}

/// The hashes below a node that a provider shows.
pub fn below(leaves: &[Digest], node: TreeNode) -> Vec<Digest> {
    let of = merkle::Node { first: node.first, count: node.count };
    let hash = |node: merkle::Node| node_hash(&leaves[node.first as usize..(node.first + node.count) as usize]);
    merkle::frontier(of, merkle::FRONTIER_LEVELS).map(hash).collect()
}

/// The tree over tensor roots.
pub fn tree_of(tensors: &[Committed]) -> Tree {
    let roots: Vec<Digest> = tensors.iter().map(Committed::root).collect();
    Tree::new(roots.iter().map(|root| &root[..]))
}

fn root_of<'a>(kind: RootKind, tensors: impl Iterator<Item = &'a Committed>) -> [u8; 32] {
    tensors_root(kind, &tensors.map(|tensor| Root(tensor.root())).collect::<Vec<_>>()).0
}

impl Traced {
    /// Of tensors.
    pub fn new(graph: Graph, inputs: &[Tensor], trace: &[Tensor]) -> Self {
        let committed = |tensors: &[Tensor]| tensors.iter().map(Committed::of).collect();
        let descriptors = graph.operations().iter().map(tessera_compute::Operation::encode).collect();
        Self { graph, inputs: committed(inputs), trace: committed(trace), descriptors }
    }

    /// What a requester asks for.
    pub fn task(&self) -> TaskCreateArgs {
        let tree = self.graph_tree();
        TaskCreateArgs {
            graph_root: merkle::root::<Native>(RootKind::Graph, tree.count(), &self.graph.header(), &tree.hash()),
            inputs_root: root_of(RootKind::Inputs, self.inputs.iter()),
            op_count: self.graph.op_count(),
            output_count: self.graph.output_count(),
            ..task_args()
        }
    }

    fn outputs(&self) -> impl Iterator<Item = usize> {
        self.graph.outputs().iter().map(|index| usize::from(*index))
    }

    /// The root that the provider submits.
    pub fn output_root(&self) -> [u8; 32] {
        root_of(RootKind::Output, self.outputs().map(|index| &self.trace[index]))
    }

    /// The root of its trace.
    pub fn trace_root(&self) -> [u8; 32] {
        root_of(RootKind::Trace, self.trace.iter())
    }

    fn graph_tree(&self) -> Tree {
        Tree::new(self.descriptors.iter().map(Vec::as_slice))
    }

    /// An operation.
    pub fn descriptor(&self, operation: usize) -> Descriptor {
        Descriptor::decode(&self.descriptors[operation]).expect("graphs are valid")
    }

    /// What opens a dispute.
    pub fn open(&self) -> DisputeOpenArgs {
        let DisputeOperationArgs { descriptor, proof, .. } = self.operation(self.trace.len() - 1);
        DisputeOpenArgs { graph_header: self.graph.header(), last_descriptor: descriptor, proof }
    }

    /// What shows the trace.
    pub fn shown_trace(&self) -> DisputeTraceArgs {
        let tree = tree_of(&self.trace);
        let output = |index: usize| TraceOutput {
            tensor_root: self.trace[index].root(),
            proof: tree.prove(index as u64).expect("there is such an operation"),
        };
        DisputeTraceArgs { trace_root: self.trace_root(), outputs: self.outputs().map(output).collect() }
    }

    /// The leaves of the trace's tree.
    pub fn trace_leaves(&self) -> Vec<Digest> {
        let roots = self.trace.iter().map(Committed::root);
        (0..).zip(roots).map(|(index, root)| merkle::leaf::<Native>(index, &root)).collect()
    }

    /// What picks an operation.
    pub fn operation(&self, operation: usize) -> DisputeOperationArgs {
        DisputeOperationArgs {
            operation: operation as u16,
            descriptor: self.descriptors[operation].clone(),
            proof: self.graph_tree().prove(operation as u64).expect("there is such an operation"),
        }
    }

    /// A tensor of an operation: 0 its output, then its operands.
    pub fn tensor(&self, operation: usize, tensor: u8) -> &Committed {
        let Some(operand) = tensor.checked_sub(1) else {
            return &self.trace[operation];
        };
        match self.graph.operations()[operation].operands[usize::from(operand)] {
            Operand::Input(index) => &self.inputs[usize::from(index)],
            Operand::Op(index) => &self.trace[usize::from(index)],
        }
    }

    /// What opens one of its tensors.
    pub fn opening(&self, operation: usize, tensor: u8) -> TensorOpening {
        let operand = tensor.checked_sub(1).map(|at| self.graph.operations()[operation].operands[usize::from(at)]);
        let (tensors, index) = match operand {
            None => (&self.trace, operation as u64),
            Some(Operand::Op(index)) => (&self.trace, index.into()),
            Some(Operand::Input(index)) => (&self.inputs, index.into()),
        };
        let proof = tree_of(tensors).prove(index).expect("there is such a tensor");
        TensorOpening { tensor, tree: self.tensor(operation, tensor).tree, proof }
    }

    /// What opens all of them.
    pub fn openings(&self, operation: usize) -> DisputeTensorsArgs {
        let count = self.graph.operations()[operation].operands.len() as u8;
        DisputeTensorsArgs { tensors: (0..=count).map(|tensor| self.opening(operation, tensor)).collect() }
    }

    /// What shows a leaf of an operation's output.
    pub fn shown_leaf(&self, operation: usize, leaf: u64) -> DisputeShowArgs {
        let (bytes, proof) = self.trace[operation].leaf(leaf);
        DisputeShowArgs { bytes: bytes.to_vec(), proof }
    }

    /// What shows the step that a dispute has come to.
    pub fn step(&self, dispute: &Dispute) -> DisputeStepArgs {
        let operation = usize::from(dispute.operation);
        let (descriptor, claim) = (self.descriptor(operation), Claim::decode(&dispute.claim).expect("it is a claim"));
        let mut leaves = Vec::new();
        while let Err(ClaimError::LeafMissing(slot, leaf)) =
            check(&descriptor, dispute.element, &claim, &Given(&leaves))
        {
            let tensor = number(slot);
            let (bytes, proof) = self.tensor(operation, tensor).leaf(leaf);
            leaves.push(StepLeaf { tensor, leaf, bytes: bytes.to_vec(), proof });
        }
        DisputeStepArgs { leaves }
    }
}

fn number(slot: Slot) -> u8 {
    match slot {
        Slot::Output => 0,
        Slot::Operand(operand) => operand + 1,
    }
}

struct Given<'a>(&'a [StepLeaf]);

impl Leaves for Given<'_> {
    fn leaf(&self, slot: Slot, index: u64) -> Option<&[u8; LEAF]> {
        let leaf = self.0.iter().find(|leaf| leaf.tensor == number(slot) && leaf.leaf == index)?;
        leaf.bytes.as_slice().try_into().ok()
    }
}
