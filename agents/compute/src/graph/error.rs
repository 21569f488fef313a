//! Why a graph is refused.

use tessera_referee::TypeError;
use tessera_referee::descriptor::DescriptorError;

use crate::{ShapeError, TensorType};

/// Why a graph could not be built or decoded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    /// The dimensions are not a shape.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// An operation was given operands that it is not defined for.
    #[error("{operation} is not defined for operands {operands}: {reason}")]
    Operands {
        /// The operation.
        operation: &'static str,
        /// Types of the operands.
        operands: Types,
        /// The rule that they break.
        reason: &'static str,
    },
    /// A limit of the format would be exceeded.
    #[error("more than {limit} {what}: split the graph")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// The most that is allowed.
        limit: u64,
    },
    /// An operand names no earlier tensor.
    #[error("operand {0} names no input or earlier operation of this graph")]
    UnknownOperand(u16),
    /// A graph without outputs computes nothing.
    #[error("the graph has no output: name at least one with `output`")]
    NoOutput,
    /// Outputs are operations, each once.
    #[error("an output must be an operation of this graph that is not an output yet; reshape an input to return it")]
    BadOutput,
    /// The bytes end too early.
    #[error("the encoding ends too early: fetch the object again")]
    Truncated,
    /// The bytes do not follow the encoding.
    #[error("malformed encoding: {0}")]
    Malformed(&'static str),
    /// Another version of the format.
    #[error("graph encoding version {found}; this build reads version {known}: update")]
    Version {
        /// Version of the bytes.
        found: u16,
        /// Version that is understood.
        known: u16,
    },
}

impl From<TypeError> for GraphError {
    fn from(error: TypeError) -> Self {
        DescriptorError::from(error).into()
    }
}

impl From<DescriptorError> for GraphError {
    fn from(error: DescriptorError) -> Self {
        match error {
            DescriptorError::Truncated => Self::Truncated,
            DescriptorError::Malformed(what) | DescriptorError::Rule(what) => Self::Malformed(what),
            DescriptorError::Limit { what, limit } => Self::Limit { what, limit },
            DescriptorError::Shape(error) => Self::Shape(error),
        }
    }
}

/// Types of operands, for messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Types(pub Vec<TensorType>);

impl std::fmt::Display for Types {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(")?;
        for (i, ty) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{ty}")?;
        }
        f.write_str(")")
    }
}
