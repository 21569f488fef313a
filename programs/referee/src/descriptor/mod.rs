//! What one operation is, as a graph's tree commits to it.
//!
//! ```text
//! descriptor := code u16, operands u8, (source u8 {0 input, 1 operation}, index u16, type)*,
//!               output type, trace bytes u64, attributes
//! ```
//! Little-endian; types as in [`TensorType::read`], codes and attributes as in [`OpKind::read`]. A descriptor is at most 256
//! bytes long and carries the types of its operands, so that an operation can be replayed on its own.

mod code;
mod decode;
mod error;
mod kind;
mod name;
mod rules;

pub use code::Attributes;
pub use error::DescriptorError;
pub use kind::OpKind;

use crate::TensorType;
use crate::limits::MAX_OPERANDS;

/// A tensor that an operation reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operand {
    /// The task's input with this index.
    Input(u16),
    /// The output of the operation with this index.
    Op(u16),
}

/// One operation of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// What it does.
    pub kind: OpKind,
    /// Type of its output.
    pub output: TensorType,
    /// Bytes of the padded outputs of this operation and all before it: the last operation's
    /// descriptor tells how long a trace is.
    pub trace_bytes: u64,
    operands: [Operand; MAX_OPERANDS],
    operand_types: [TensorType; MAX_OPERANDS],
    count: usize,
}

impl Descriptor {
    /// What it reads, in the operation's order; at most four.
    pub fn operands(&self) -> &[Operand] {
        self.operands.get(..self.count).unwrap_or(&self.operands)
    }

    /// The types of the operands, in the same order.
    pub fn operand_types(&self) -> &[TensorType] {
        self.operand_types.get(..self.count).unwrap_or(&self.operand_types)
    }
}
