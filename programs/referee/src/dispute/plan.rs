//! What an element of an operation is made of.

use super::ClaimError;
use crate::descriptor::{Descriptor, OpKind};
use crate::fold::Best;
use crate::step::{Axis, End, Partial};
use crate::{DType, Reduce, TensorType};

/// Centres of a block of nearest.
pub(super) const BLOCK: u64 = 128;

/// How one element is computed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Plan {
    /// From at most four leaves at once.
    Direct,
    /// A chained f32 fold.
    Chained {
        axis: Axis,
        /// Whether something is made of the sum.
        finalise: bool,
    },
    /// A fold whose accumulator runs over the whole axis.
    Running { axis: Axis, initial: Partial },
    /// The best of so many centres, each with a chained fold over this axis.
    Nearest { centres: u64, dot: Axis },
}

impl Plan {
    /// The plan of the element at a row-major index of the output.
    pub(super) fn of(d: &Descriptor, element: u64) -> Result<Self, ClaimError> {
        if element >= d.output.shape.elements() {
            return Err(ClaimError::NoElement);
        }
        let chained = |terms, finalise| Self::Chained { axis: Axis::new(DType::F32, terms), finalise };
        let sum = |ty: &TensorType, terms| match ty.dtype {
            DType::F32 => chained(terms, false),
            dtype => Self::Running { axis: Axis::new(dtype, terms), initial: Partial::Word(0) },
        };
        let column = element.checked_rem(d.output.shape.row()).unwrap_or(0);
        let row = element.checked_div(d.output.shape.row()).unwrap_or(0);
        Ok(match d.kind {
            OpKind::Matmul | OpKind::Rowdot => {
                let a = operand(d, 0)?;
                sum(a, a.shape.row())
            }
            OpKind::Reduce(reduce) => {
                let x = operand(d, 0)?;
                let axis = Axis::new(x.dtype, x.shape.row());
                let extreme = |end: End| Self::Running { axis, initial: Partial::Word(end.initial(x.dtype)) };
                match reduce {
                    Reduce::Sum => sum(x, x.shape.row()),
                    Reduce::Max => extreme(End::Greatest),
                    Reduce::Min => extreme(End::Least),
                    Reduce::ArgMin | Reduce::ArgMax => Self::Running { axis, initial: Partial::Best(Best::new()) },
                }
            }
            OpKind::Nearest => Self::Nearest {
                centres: operand(d, 2)?.shape.elements(),
                dot: Axis::new(DType::F32, operand(d, 0)?.shape.row()),
            },
            OpKind::SegmentSum => chained(operand(d, 1)?.shape.row(), false),
            OpKind::Cholesky if row < column => Self::Direct,
            OpKind::Cholesky | OpKind::Solve => chained(column, true),
            OpKind::Map1(_)
            | OpKind::Map2(_)
            | OpKind::Select
            | OpKind::Permute(_)
            | OpKind::Reshape
            | OpKind::Slice(_)
            | OpKind::Concat(_)
            | OpKind::Gather
            | OpKind::Fill(_)
            | OpKind::Iota
            | OpKind::Uniform(_)
            | OpKind::JacobiStep(_)
            | OpKind::JacobiVec(_) => Self::Direct,
        })
    }

    /// The axis of a chained fold: the element's own, or that of a centre.
    pub(super) fn chained(self, of: Option<u32>) -> Result<Axis, ClaimError> {
        match (self, of) {
            (Self::Chained { axis, .. }, None) => Ok(axis),
            (Self::Nearest { centres, dot }, Some(centre)) if u64::from(centre) < centres => Ok(dot),
            _ => Err(ClaimError::NoClaim),
        }
    }

    /// Number of segments of a running fold, or of blocks of centres, and what the accumulator begins with.
    pub(super) fn running(self) -> Result<(u64, Partial), ClaimError> {
        match self {
            Self::Running { axis, initial } => Ok((axis.segments(), initial)),
            Self::Nearest { centres, .. } => Ok((centres.div_ceil(BLOCK), Partial::Best(Best::new()))),
            Self::Direct | Self::Chained { .. } => Err(ClaimError::NoClaim),
        }
    }
}

/// The type of an operand.
pub(super) fn operand(d: &Descriptor, index: u8) -> Result<&TensorType, ClaimError> {
    d.operand_types().get(usize::from(index)).ok_or(ClaimError::Operation)
}
