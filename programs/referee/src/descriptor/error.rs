//! Why bytes are no descriptor.

use core::fmt;

use crate::bytes::Short;
use crate::{ShapeError, TypeError};

/// Why bytes are not the descriptor of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DescriptorError {
    /// The bytes end too early.
    Truncated,
    /// The bytes do not follow the encoding.
    Malformed(&'static str),
    /// A limit of the format is exceeded.
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// The most that is allowed.
        limit: u64,
    },
    /// The dimensions of a type are not a shape.
    Shape(ShapeError),
    /// The operation is not defined for its operands: the rule that they break.
    Rule(&'static str),
}

impl From<Short> for DescriptorError {
    fn from(Short: Short) -> Self {
        Self::Truncated
    }
}

impl From<TypeError> for DescriptorError {
    fn from(error: TypeError) -> Self {
        match error {
            TypeError::Short => Self::Truncated,
            TypeError::Code(_) => Self::Malformed("unknown type code"),
            TypeError::Shape(error) => Self::Shape(error),
        }
    }
}

impl fmt::Display for DescriptorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated => f.write_str("the descriptor ends too early"),
            Self::Malformed(what) => write!(f, "malformed descriptor: {what}"),
            Self::Limit { what, limit } => write!(f, "more than {limit} {what}"),
            Self::Shape(error) => error.fmt(f),
            Self::Rule(rule) => write!(f, "the operation is not defined for its operands: {rule}"),
        }
    }
}

impl core::error::Error for DescriptorError {}
