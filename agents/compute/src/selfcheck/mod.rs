//! What a provider checks before it commits to a result, so that a faulty device costs it time and not its stake.
//!
//! A run is made of a graph that shows some operations more: a few at random, and every product of i8 matrices that fits the
//! memory given. Random elements of what they gave are evaluated again by the referee's scalar code from the operands as the
//! device had them, and products of i8 matrices are checked as a whole. A fault that stays, or comes often, is found; one
//! that hits a single element of a large tensor once most likely is not.

mod elements;
mod products;

use std::fmt;

use fastrand::Rng;

use crate::{DType, Graph, OpKind, Operand, Operation, Tensor};

/// Operations that are chosen at random.
const OPERATIONS: usize = 4;
/// Elements of each that are evaluated again.
const ELEMENTS: usize = 4;
/// The most scalar operations that evaluating one element may take: a millisecond or so for most, 50 for the longest folds.
const ELEMENT_FLOPS: u64 = 1 << 22;
/// Operations that are shown at most.
const SHOWN: usize = 128;

/// A graph made to be checked after it has run.
#[derive(Clone, Debug)]
pub struct SelfCheck {
    graph: Graph,
    own_outputs: usize,
    chosen: Vec<u16>,
    rng: Rng,
}

/// A device computed something else than the referee does.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Fault {
    /// Index of the operation.
    pub operation: u16,
    /// Its name.
    pub name: &'static str,
    /// What is wrong.
    pub what: FaultKind,
}

/// What is wrong with an operation's output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// An element.
    Element {
        /// Its row-major index.
        index: u64,
        /// The word that the referee's code gives.
        expected: u32,
        /// The word that the device gave.
        found: u32,
    },
    /// A product of i8 matrices, somewhere in this row of the output.
    Row(u64),
    /// It was not returned, or in another shape.
    Missing,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "operation {} ({}) is computed wrongly: ", self.operation, self.name)?;
        match self.what {
            FaultKind::Element { index, expected, found } => {
                write!(f, "element {index} is {found:#010x} and must be {expected:#010x}")?;
            }
            FaultKind::Row(row) => write!(f, "row {row} fails a Freivalds check")?,
            FaultKind::Missing => f.write_str("its output was not returned")?,
        }
        f.write_str("; check the device's memory, clocks and cooling")
    }
}

impl SelfCheck {
    /// Chooses what to check of a graph. What is shown beside its outputs takes `memory` bytes at most; without room for
    /// anything the outputs alone are checked, as far as their operands are inputs or outputs.
    pub fn plan(graph: &Graph, memory: u64, mut rng: Rng) -> Self {
        let mut shown = Shown { graph, operations: graph.outputs().to_vec(), left: memory };
        let operations = graph.operations();
        let mut chosen: Vec<u16> = (0..graph.op_count())
            .filter(|&index| is_byte_product(&operations[usize::from(index)]))
            .filter(|&index| shown.show(index))
            .collect();
        let mut others: Vec<u16> = (0..graph.op_count()).filter(|index| !chosen.contains(index)).collect();
        rng.shuffle(&mut others);
        let affordable =
            others.into_iter().filter(|&index| element_flops(&operations[usize::from(index)]) <= ELEMENT_FLOPS);
        chosen.extend(affordable.filter(|&index| shown.show(index)).take(OPERATIONS));
        let own_outputs = graph.outputs().len();
        Self { graph: graph.showing(shown.operations), own_outputs, chosen, rng }
    }

    /// What a backend is to run instead of the graph.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Indices of the operations that are checked.
    pub fn operations(&self) -> &[u16] {
        &self.chosen
    }

    /// The outputs of the graph that was planned for, from all that a backend returned for [`SelfCheck::graph`].
    ///
    /// # Errors
    /// [`Fault`]: something is wrong. Nothing of the run can be trusted then.
    pub fn finish(mut self, inputs: &[Tensor], mut tensors: Vec<Tensor>) -> Result<Vec<Tensor>, Fault> {
        for index in std::mem::take(&mut self.chosen) {
            let operation = &self.graph.operations()[usize::from(index)];
            let fault = |what| Fault { operation: index, name: operation.kind.name(), what };
            let find = |operand: Operand| self.tensor(inputs, &tensors, operand);
            let operands: Option<Vec<&Tensor>> = operation.operands.iter().map(|&operand| find(operand)).collect();
            let (Some(operands), Some(output)) = (operands, find(Operand::Op(index))) else {
                return Err(fault(FaultKind::Missing));
            };
            if output.tensor_type() != operation.output {
                return Err(fault(FaultKind::Missing));
            }
            if let ([a, b], true) = (&operands[..], is_byte_product(operation)) {
                products::check(a, b, output, &mut self.rng).map_err(|row| fault(FaultKind::Row(row)))?;
            }
            elements::check(operation, &operands, output, ELEMENTS, &mut self.rng).map_err(fault)?;
        }
        tensors.truncate(self.own_outputs);
        Ok(tensors)
    }

    fn tensor<'a>(&self, inputs: &'a [Tensor], tensors: &'a [Tensor], operand: Operand) -> Option<&'a Tensor> {
        match operand {
            Operand::Input(index) => inputs.get(usize::from(index)),
            Operand::Op(index) => tensors.get(self.graph.outputs().iter().position(|&shown| shown == index)?),
        }
    }
}

/// What a graph shows, as long as there is memory for it.
struct Shown<'a> {
    graph: &'a Graph,
    operations: Vec<u16>,
    left: u64,
}

impl Shown<'_> {
    /// Shows an operation and what it reads, if there is room.
    fn show(&mut self, index: u16) -> bool {
        let operation = &self.graph.operations()[usize::from(index)];
        let read = operation.operands.iter().filter_map(|operand| match *operand {
            Operand::Op(index) => Some(index),
            Operand::Input(_) => None,
        });
        let mut more: Vec<u16> = read.chain([index]).filter(|index| !self.operations.contains(index)).collect();
        more.sort_unstable();
        more.dedup();
        let bytes = |index: &u16| self.graph.operations()[usize::from(*index)].output.bytes();
        let needed = more.iter().map(bytes).fold(0, u64::saturating_add);
        let fits = needed <= self.left && self.operations.len() + more.len() <= SHOWN;
        if fits {
            self.left -= needed;
            self.operations.extend(more);
        }
        fits
    }
}

fn is_byte_product(operation: &Operation) -> bool {
    operation.kind == OpKind::Matmul && operation.operand_types.first().is_some_and(|ty| ty.dtype == DType::I8)
}

/// Scalar operations of one element by its definition, at most.
fn element_flops(operation: &Operation) -> u64 {
    let row = operation.operand_types.first().map_or(1, |ty| ty.shape.row());
    match operation.kind {
        OpKind::Nearest => row.saturating_mul(operation.operand_types.get(1).map_or(1, |ty| ty.shape.rows())),
        _ => row,
    }
}
