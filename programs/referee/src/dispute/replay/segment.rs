//! One segment of a fold.

use core::ops::Range;

use super::operands::Operands;
use crate::DType;
use crate::descriptor::OpKind;
use crate::dispute::{ClaimError, Leaves, Slot};
use crate::step::{Axis, End, Partial, Segment, Step};
use crate::{Reduce, TensorType};

const A: Slot = Slot::Operand(0);
const B: Slot = Slot::Operand(1);

/// Two rows whose products are added.
struct Rows {
    a: (Slot, u64),
    b: (Slot, u64),
}

/// A segment of an f32 fold from an accumulator on: of the element's own, or of a centre's dot product.
pub(super) fn chained(
    operands: &Operands<'_, impl Leaves>,
    element: u64,
    of: Option<u32>,
    (axis, segment): (Axis, u64),
    accumulator: u32,
) -> Result<u32, ClaimError> {
    let terms = axis.segment(segment).ok_or(ClaimError::NoClaim)?;
    let partial = match operands.d.kind {
        OpKind::Reduce(Reduce::Sum) => {
            let x = operands.words(A, element, &terms)?;
            replayed(Segment::Values { accumulator, x })
        }
        OpKind::SegmentSum => {
            let (label, feature) = divided(element, operands.d.output.shape.row());
            let (x, labels) = (operands.words(A, feature, &terms)?, operands.words(B, 0, &terms)?);
            replayed(Segment::Labelled { accumulator, x, labels, label: label as i32 })
        }
        _ => {
            let Rows { a, b } = rows(operands, element, of)?;
            let (a, b) = (operands.words(a.0, a.1, &terms)?, operands.words(b.0, b.1, &terms)?);
            replayed(Segment::Products { accumulator, a, b })
        }
    };
    match partial? {
        Partial::Word(word) => Ok(word),
        Partial::Best(_) => Err(ClaimError::Operation),
    }
}

/// A segment of an integer sum, an extreme or a best, from an accumulator on.
pub(super) fn running(
    operands: &Operands<'_, impl Leaves>,
    element: u64,
    axis: Axis,
    segment: u64,
    accumulator: Partial,
) -> Result<Partial, ClaimError> {
    let terms = axis.segment(segment).ok_or(ClaimError::NoClaim)?;
    let reduce = match operands.d.kind {
        OpKind::Reduce(reduce) => reduce,
        _ => {
            let Rows { a, b } = rows(operands, element, None)?;
            return byte_products(operands, a, b, &terms, accumulator);
        }
    };
    let dtype = operands.ty(A)?.dtype;
    match (accumulator, reduce) {
        (Partial::Word(accumulator), Reduce::Sum) if dtype == DType::I8 => {
            let x = operands.bytes(A, element, &terms)?;
            replayed(Segment::Bytes { accumulator, x })
        }
        (Partial::Word(accumulator), _) => {
            let x = operands.words(A, element, &terms)?;
            replayed(match reduce {
                Reduce::Max => Segment::Extreme { end: End::Greatest, dtype, accumulator, x },
                Reduce::Min => Segment::Extreme { end: End::Least, dtype, accumulator, x },
                _ => Segment::Integers { accumulator, x },
            })
        }
        (Partial::Best(accumulator), _) => {
            let x = operands.words(A, element, &terms)?;
            let end = if reduce == Reduce::ArgMax { End::Greatest } else { End::Least };
            let first = terms.start as i32;
            replayed(Segment::Best { end, dtype, accumulator, first, x })
        }
    }
}

fn byte_products(
    operands: &Operands<'_, impl Leaves>,
    a: (Slot, u64),
    b: (Slot, u64),
    terms: &Range<u64>,
    accumulator: Partial,
) -> Result<Partial, ClaimError> {
    let Partial::Word(accumulator) = accumulator else {
        return Err(ClaimError::NoClaim);
    };
    let (a, b) = (operands.bytes(a.0, a.1, terms)?, operands.bytes(b.0, b.1, terms)?);
    replayed(Segment::ByteProducts { accumulator, a, b })
}

/// The rows of a product's element.
fn rows(operands: &Operands<'_, impl Leaves>, element: u64, of: Option<u32>) -> Result<Rows, ClaimError> {
    let (row, column) = divided(element, operands.d.output.shape.row());
    Ok(match operands.d.kind {
        OpKind::Matmul => {
            let (batch, _) = divided(row, height(operands.ty(A)?));
            let second = batch.wrapping_mul(height(operands.ty(B)?)).wrapping_add(column);
            Rows { a: (A, row), b: (B, second) }
        }
        OpKind::Rowdot => Rows { a: (A, element), b: (B, element) },
        OpKind::Nearest => Rows { a: (A, element), b: (B, of.ok_or(ClaimError::NoClaim)?.into()) },
        OpKind::Cholesky => Rows { a: (Slot::Output, row), b: (Slot::Output, column) },
        OpKind::Solve => Rows { a: (Slot::Output, row), b: (B, column) },
        _ => return Err(ClaimError::NoClaim),
    })
}

/// Length of the last axis but one.
fn height(ty: &TensorType) -> u64 {
    ty.shape.dims().iter().rev().nth(1).copied().unwrap_or(1)
}

/// Quotient and remainder.
pub(super) fn divided(element: u64, by: u64) -> (u64, u64) {
    (element.checked_div(by).unwrap_or(0), element.checked_rem(by).unwrap_or(0))
}

fn replayed(segment: Segment<'_>) -> Result<Partial, ClaimError> {
    Step::Segment(segment).replay().map_err(|_| ClaimError::Operation)
}
