//! Building graphs.

mod elementwise;
mod folds;
mod movement;

use tessera_referee::{DType, Map1, Map2};

use super::{Graph, GraphError, OpKind, Operand};
use crate::{Shape, TensorType};

type Built = Result<Value, GraphError>;

/// A tensor of the graph that is being built. It belongs to the builder that returned it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value(Operand);

/// Appends operations one by one; every method checks types and shapes and returns the new tensor.
///
/// **Arithmetic** is IEEE-754 binary32, round to nearest even, subnormals kept; NaN becomes `0x7fffffff` at every
/// arithmetic result. **f32 folds** run in chains of 4,096 terms, `acc = fma(a, b, acc)` from +0 in order of the
/// axis; a chain's result is `acc + (+0.0)`; chain results are added in order; at most 524,288 terms, and a fold of
/// none is +0. Integer sums wrap. **Broadcasting** aligns axes from the last and repeats axes of length 1.
#[derive(Debug, Default)]
pub struct GraphBuilder {
    graph: Graph,
}

impl GraphBuilder {
    /// An empty graph.
    pub fn new() -> Self {
        Self::default()
    }

    /// Declares the next input of the task.
    pub fn input(&mut self, dtype: DType, dims: &[u64]) -> Built {
        let shape = Shape::new(dims)?;
        self.graph.push_input(TensorType { dtype, shape }).map(Value)
    }

    /// Makes a tensor the next output. It must be an operation, and each only once.
    pub fn output(&mut self, x: Value) -> Result<(), GraphError> {
        self.graph.push_output(x.0)
    }

    /// The graph, if it has an output.
    pub fn finish(self) -> Result<Graph, GraphError> {
        self.graph.finished()
    }

    /// The type of a tensor.
    pub fn type_of(&self, x: Value) -> Result<TensorType, GraphError> {
        self.graph.type_of(x.0)
    }

    /// The dimensions of a tensor.
    pub fn shape_of(&self, x: Value) -> Result<Shape, GraphError> {
        self.type_of(x).map(|ty| ty.shape)
    }

    fn push(&mut self, kind: OpKind, operands: &[Value], dtype: DType, shape: Shape) -> Built {
        let mut refs = [Operand::Input(0); 4];
        let count = operands.len().min(refs.len());
        if operands.len() > count {
            return Err(GraphError::Limit { what: "operands", limit: 4 });
        }
        for (slot, value) in refs.iter_mut().zip(operands) {
            *slot = value.0;
        }
        self.graph.push(kind, &refs[..count], TensorType { dtype, shape }).map(Value)
    }

    /// Appends an operation whose output type follows from its operands.
    fn derived(&mut self, kind: OpKind, operands: &[Value]) -> Built {
        self.push(kind, operands, DType::F32, Shape::SCALAR)
    }

    fn map1(&mut self, map: Map1, x: Value) -> Built {
        self.derived(OpKind::Map1(map), &[x])
    }

    fn map2(&mut self, map: Map2, a: Value, b: Value) -> Built {
        self.derived(OpKind::Map2(map), &[a, b])
    }
}
