//! Names and arities of operations.

use super::OpKind;
use crate::limits::MAX_OPERANDS;
use crate::{Map1, Map2, Reduce};

impl OpKind {
    /// The operation's name, as in the documentation.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Map1(map) => match map {
                Map1::AddScalar(_) => "add_scalar",
                Map1::MulScalar(_) => "mul_scalar",
                Map1::Abs => "abs",
                Map1::Neg => "neg",
                Map1::Relu => "relu",
                Map1::Gelu => "gelu",
                Map1::Exp => "exp",
                Map1::Log => "log",
                Map1::Tanh => "tanh",
                Map1::Erf => "erf",
                Map1::Sqrt => "sqrt",
                Map1::Rsqrt => "rsqrt",
                Map1::Cast => "cast",
                Map1::Quantise(_) => "quantise",
                Map1::Dequantise(_) => "dequantise",
            },
            Self::Map2(map) => match map {
                Map2::Add => "add",
                Map2::Sub => "sub",
                Map2::Mul => "mul",
                Map2::Div => "div",
                Map2::Min => "min",
                Map2::Max => "max",
                Map2::Eq => "eq",
                Map2::Lt => "lt",
            },
            Self::Select => "select",
            Self::Permute(_) => "permute",
            Self::Reshape => "reshape",
            Self::Slice(_) => "slice",
            Self::Concat(_) => "concat",
            Self::Gather => "gather",
            Self::Fill(_) => "fill",
            Self::Iota => "iota",
            Self::Uniform(_) => "uniform",
            Self::Matmul => "matmul",
            Self::Rowdot => "rowdot",
            Self::Reduce(reduce) => match reduce {
                Reduce::Sum => "reduce_sum",
                Reduce::Max => "reduce_max",
                Reduce::Min => "reduce_min",
                Reduce::ArgMin => "argmin",
                Reduce::ArgMax => "argmax",
            },
            Self::Nearest => "nearest",
            Self::SegmentSum => "segment_sum",
            Self::Cholesky => "cholesky",
            Self::Solve => "solve",
            Self::JacobiStep(_) => "jacobi_step",
            Self::JacobiVec(_) => "jacobi_vec",
        }
    }

    /// How many operands it takes; concat takes what it is given, from one to four.
    pub fn arity(&self, given: usize) -> usize {
        match self {
            Self::Fill(_) | Self::Iota | Self::Uniform(_) => 0,
            Self::Map1(_)
            | Self::Permute(_)
            | Self::Reshape
            | Self::Slice(_)
            | Self::Reduce(_)
            | Self::Cholesky
            | Self::JacobiStep(_) => 1,
            Self::Map2(_)
            | Self::Gather
            | Self::Matmul
            | Self::Rowdot
            | Self::SegmentSum
            | Self::Solve
            | Self::JacobiVec(_) => 2,
            Self::Select | Self::Nearest => 3,
            Self::Concat(_) => given.clamp(1, MAX_OPERANDS),
        }
    }
}
