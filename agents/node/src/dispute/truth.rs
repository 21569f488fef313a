//! What a task's graph gives, computed again when a dispute asks for it: roots of the trace, and single operations with
//! their tensors, trees and proofs.

use std::sync::Arc;

use tessera_compute::dispute::Opened;
use tessera_compute::referee::descriptor::{Descriptor, Operand};
use tessera_compute::referee::merkle::{Digest, tensor_root};
use tessera_compute::{
    Backend, Cancel, Native, Root, RootKind, Tensor, TensorType, Tree, replay, run_traced, tensors_root,
};

use super::error::PlayError;
use super::fault::Fault;
use crate::fetch::TaskInputs;

/// Bytes of operations that are kept, the one in dispute apart.
const KEPT_BYTES: u64 = 256 << 20;

/// Roots of tensors, and the tree over them.
#[derive(Debug)]
pub struct Roots {
    /// In order.
    pub roots: Vec<Root>,
    /// Over them.
    pub tree: Tree,
    /// The tree's root.
    pub root: Root,
}

impl Roots {
    /// The tree of this kind over roots.
    pub fn new(kind: RootKind, roots: Vec<Root>) -> Self {
        let tree = Tree::new(roots.iter().map(|root| &root.0[..]));
        Self { root: tensors_root(kind, &roots), tree, roots }
    }
}

/// An operation with all its tensors.
#[derive(Debug)]
pub struct Operation {
    /// Its index.
    pub index: u16,
    /// What it does.
    pub descriptor: Descriptor,
    /// Its output, and then its operands.
    tensors: Vec<(Tensor, Tree)>,
}

impl Operation {
    /// A tensor with its tree, 0 the output, 1 the first operand.
    pub fn tensor(&self, tensor: u8) -> Option<(&Tensor, &Tree)> {
        self.tensors.get(usize::from(tensor)).map(|(tensor, tree)| (tensor, tree))
    }

    /// Its output with its tree.
    ///
    /// # Errors
    /// None: every operation has one.
    pub fn output(&self) -> Result<(&Tensor, &Tree), PlayError> {
        self.tensor(0).ok_or(PlayError::State("an operation without output"))
    }

    /// Says something of it, see [`Opened`].
    ///
    /// # Errors
    /// What `say` does.
    pub fn opened<T, E>(&self, say: impl FnOnce(&Opened<'_>) -> Result<T, E>) -> Result<T, PlayError>
    where
        PlayError: From<E>,
    {
        let (output, _) = self.output()?;
        let operands: Vec<&Tensor> = self.tensors.iter().skip(1).map(|(tensor, _)| tensor).collect();
        Ok(say(&Opened { descriptor: &self.descriptor, operands: &operands, output })?)
    }

    fn bytes(&self) -> u64 {
        self.tensors.iter().map(|(tensor, _)| tensor.tensor_type().padded_bytes()).sum()
    }
}

/// A task, and what computing it gives. Nothing is computed before it is asked for.
pub struct Truth {
    task: Arc<TaskInputs>,
    backend: Arc<dyn Backend>,
    cancel: Cancel,
    fault: Fault,
    descriptors: Vec<Vec<u8>>,
    graph: Tree,
    inputs: Option<Arc<Roots>>,
    trace: Option<Arc<Roots>>,
    kept: Vec<Arc<Operation>>,
}

impl Truth {
    /// Of this task, computed by this backend one operation at a time.
    pub fn new(task: Arc<TaskInputs>, backend: Arc<dyn Backend>, cancel: Cancel) -> Self {
        let descriptors: Vec<Vec<u8>> = task.graph.operations().iter().map(|operation| operation.encode()).collect();
        let graph = Tree::new(descriptors.iter().map(Vec::as_slice));
        let fault = Fault::default();
        Self { task, backend, cancel, fault, descriptors, graph, inputs: None, trace: None, kept: Vec::new() }
    }

    /// As it appears to somebody with this fault.
    #[must_use]
    pub fn with_fault(self, fault: Fault) -> Self {
        Self { fault, ..self }
    }

    /// How it is distorted.
    pub fn fault(&self) -> &Fault {
        &self.fault
    }

    /// The graph's header.
    pub fn graph_header(&self) -> Vec<u8> {
        self.task.graph.header()
    }

    /// The hash of the graph's tree.
    pub fn graph_tree(&self) -> Digest {
        self.graph.hash()
    }

    /// Number of operations.
    pub fn operations(&self) -> u16 {
        self.task.graph.op_count()
    }

    /// The operations that are outputs of the graph.
    pub fn outputs(&self) -> &[u16] {
        self.task.graph.outputs()
    }

    /// The descriptor of an operation, and its proof in the graph's tree.
    pub fn descriptor(&self, operation: u16) -> Option<(&[u8], Vec<Digest>)> {
        let descriptor = self.descriptors.get(usize::from(operation))?;
        Some((descriptor, self.graph.prove(operation.into())?))
    }

    /// The roots of the task's inputs.
    pub fn inputs(&mut self) -> Arc<Roots> {
        let task = &self.task;
        let hash = || Arc::new(Roots::new(RootKind::Inputs, task.inputs.iter().map(Tensor::root).collect()));
        self.inputs.get_or_insert_with(hash).clone()
    }

    /// The roots of all operations' outputs: one execution.
    ///
    /// # Errors
    /// [`PlayError::Compute`].
    pub fn trace(&mut self) -> Result<Arc<Roots>, PlayError> {
        if let Some(trace) = &self.trace {
            return Ok(trace.clone());
        }
        let mut roots = Vec::with_capacity(self.operations().into());
        let Self { task, backend, cancel, fault, .. } = self;
        run_traced(backend.as_ref(), &task.graph, &task.inputs, cancel, |index, output| {
            let output = fault.output(index, output);
            roots.push(output.root());
            output
        })?;
        fault.trace(&mut roots);
        let trace = Arc::new(Roots::new(RootKind::Trace, roots));
        self.trace = Some(trace.clone());
        Ok(trace)
    }

    /// The root of the graph's outputs.
    ///
    /// # Errors
    /// [`PlayError::Compute`].
    pub fn output_root(&mut self) -> Result<Root, PlayError> {
        let trace = self.trace()?;
        let outputs = self.outputs().iter().map(|index| trace.roots.get(usize::from(*index)).copied());
        let outputs: Option<Vec<Root>> = outputs.collect();
        Ok(tensors_root(RootKind::Output, &outputs.ok_or(PlayError::State("the graph has no such output"))?))
    }

    /// An operation with its tensors: an execution up to it, unless it is kept.
    ///
    /// # Errors
    /// [`PlayError::Compute`]; [`PlayError::State`] if the graph has no such operation.
    pub fn operation(&mut self, index: u16) -> Result<Arc<Operation>, PlayError> {
        if let Some(kept) = self.kept.iter().find(|kept| kept.index == index) {
            return Ok(kept.clone());
        }
        let unknown = || PlayError::State("the graph has no such operation");
        let Self { task, backend, cancel, fault, .. } = self;
        let keep = |at, output| fault.output(at, output);
        let replayed = replay(backend.as_ref(), &task.graph, &task.inputs, cancel, index, keep)?.ok_or_else(unknown)?;
        let descriptor = self.descriptors.get(usize::from(index)).ok_or_else(unknown)?;
        let descriptor = Descriptor::decode(descriptor).map_err(|_| unknown())?;
        let tensors = std::iter::once(replayed.output).chain(replayed.operands);
        let tensors = tensors.map(|tensor| (tensor.clone(), Tree::of_tensor(&tensor))).collect();
        let operation = Arc::new(Operation { index, descriptor, tensors });
        self.kept.push(operation.clone());
        while self.kept.len() > 1 && self.kept.iter().map(|kept| kept.bytes()).sum::<u64>() > KEPT_BYTES {
            self.kept.remove(0);
        }
        Ok(operation)
    }

    /// The proof of an operation's output in the trace, or of an input among the inputs.
    ///
    /// # Errors
    /// [`PlayError::Compute`]; [`PlayError::State`] if there is no such tensor.
    pub fn proof(&mut self, source: Operand) -> Result<Vec<Digest>, PlayError> {
        let (roots, index) = match source {
            Operand::Op(index) => (self.trace()?, index),
            Operand::Input(index) => (self.inputs(), index),
        };
        roots.tree.prove(index.into()).ok_or(PlayError::State("the graph has no such tensor"))
    }
}

/// The root of a tensor of this type with this tree.
pub(super) fn root_of(ty: &TensorType, tree: &Digest) -> Root {
    Root(tensor_root::<Native>(&ty.header(), tree))
}
