//! One operation of a graph.

use tessera_referee::descriptor::{OpKind, Operand};

use crate::TensorType;

/// One operation of a graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// What it does.
    pub kind: OpKind,
    /// What it reads, in the order that the builder's method documents; at most four.
    pub operands: Vec<Operand>,
    /// Types of the operands, repeated here so that a descriptor can be replayed on its own.
    pub operand_types: Vec<TensorType>,
    /// Type of its output.
    pub output: TensorType,
    /// Bytes of the padded outputs of this operation and all before it: the last operation's
    /// descriptor tells how long a trace is.
    pub trace_bytes: u64,
}
