//! The canonical list of operations that a task asks for.

mod broadcast;
mod builder;
mod cost;
mod encoding;
mod error;
mod operation;
#[cfg(test)]
mod operations_page;

pub(crate) use broadcast::strides;
pub use builder::{GraphBuilder, Value};
pub use cost::Cost;
pub(crate) use encoding::encode_type;
pub use error::{GraphError, Types};
pub use operation::Operation;
pub use tessera_referee::descriptor::{OpKind, Operand};
use tessera_referee::limits::{MAX_INPUTS, MAX_OPERATIONS, MAX_OUTPUTS};

use crate::TensorType;

/// A validated graph: every operation reads inputs or earlier operations and its types follow the rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    inputs: Vec<TensorType>,
    operations: Vec<Operation>,
    outputs: Vec<u16>,
}

impl Graph {
    /// Types of the inputs, in order.
    pub fn input_specs(&self) -> &[TensorType] {
        &self.inputs
    }

    /// The operations, in order of evaluation.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// Indices of the operations whose outputs are the graph's outputs.
    pub fn outputs(&self) -> &[u16] {
        &self.outputs
    }

    /// Types of the outputs, in order.
    pub fn output_specs(&self) -> Vec<TensorType> {
        self.outputs.iter().map(|&i| self.operations[usize::from(i)].output).collect()
    }

    /// Number of operations, at most 4,096.
    pub fn op_count(&self) -> u16 {
        self.operations.len() as u16
    }

    /// Number of outputs, 1 to 16.
    pub fn output_count(&self) -> u8 {
        self.outputs.len() as u8
    }

    /// Bytes of the padded outputs of all operations: the length of the trace.
    pub fn trace_bytes(&self) -> u64 {
        self.operations.last().map_or(0, |op| op.trace_bytes)
    }

    /// The same operations with these as outputs. With more than 16 it has no encoding: it is for this process alone.
    pub(crate) fn showing(&self, outputs: Vec<u16>) -> Self {
        Self { outputs, ..self.clone() }
    }

    /// The operations up to this one.
    pub(crate) fn up_to(&self, last: u16) -> Self {
        let operations = self.operations.iter().take(usize::from(last) + 1).cloned().collect();
        Self { inputs: self.inputs.clone(), operations, outputs: vec![last] }
    }

    /// One operation alone, its operands as inputs.
    pub(crate) fn of_one(operation: &Operation) -> Self {
        let operands = (0..operation.operands.len()).map(|index| Operand::Input(index as u16)).collect();
        let alone = Operation { operands, ..operation.clone() };
        Self { inputs: operation.operand_types.clone(), operations: vec![alone], outputs: vec![0] }
    }

    /// The type of an operand, if it names an input or an operation so far.
    fn type_of(&self, operand: Operand) -> Result<TensorType, GraphError> {
        match operand {
            Operand::Input(i) => self.inputs.get(usize::from(i)).copied().ok_or(GraphError::UnknownOperand(i)),
            Operand::Op(i) => {
                self.operations.get(usize::from(i)).map(|op| op.output).ok_or(GraphError::UnknownOperand(i))
            }
        }
    }

    fn push_input(&mut self, ty: TensorType) -> Result<Operand, GraphError> {
        if self.inputs.len() >= MAX_INPUTS {
            return Err(GraphError::Limit { what: "inputs", limit: MAX_INPUTS as u64 });
        }
        self.inputs.push(ty);
        Ok(Operand::Input((self.inputs.len() - 1) as u16))
    }

    /// Appends an operation after checking it; `asked` is used where the output type is free.
    fn push(&mut self, kind: OpKind, operands: &[Operand], asked: TensorType) -> Result<Operand, GraphError> {
        if self.operations.len() >= MAX_OPERATIONS {
            return Err(GraphError::Limit { what: "operations", limit: MAX_OPERATIONS as u64 });
        }
        let operand_types = operands.iter().map(|&o| self.type_of(o)).collect::<Result<Vec<_>, _>>()?;
        let refused =
            |reason| GraphError::Operands { operation: kind.name(), operands: Types(operand_types.clone()), reason };
        let output = kind.output_type(&operand_types, asked).map_err(refused)?;
        self.operations.push(Operation {
            kind,
            operands: operands.to_vec(),
            operand_types,
            output,
            trace_bytes: self.trace_bytes() + output.padded_bytes(),
        });
        Ok(Operand::Op((self.operations.len() - 1) as u16))
    }

    fn push_output(&mut self, operand: Operand) -> Result<(), GraphError> {
        if self.outputs.len() >= MAX_OUTPUTS {
            return Err(GraphError::Limit { what: "outputs", limit: MAX_OUTPUTS as u64 });
        }
        match operand {
            Operand::Op(i) if i < self.op_count() && !self.outputs.contains(&i) => {
                self.outputs.push(i);
                Ok(())
            }
            _ => Err(GraphError::BadOutput),
        }
    }

    fn finished(self) -> Result<Self, GraphError> {
        if self.outputs.is_empty() { Err(GraphError::NoOutput) } else { Ok(self) }
    }
}
