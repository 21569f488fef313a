//! What follows an f32 fold.

use super::operands::Operands;
use super::segment::divided;
use super::word;
use crate::descriptor::OpKind;
use crate::dispute::{ClaimError, Leaves, Slot};
use crate::step::{Finalise, Partial, Step};

/// Cholesky's or solve's element, or the score of a centre, from the fold's sum.
pub(super) fn element(
    operands: &Operands<'_, impl Leaves>,
    element: u64,
    of: Option<u32>,
    sum: Partial,
) -> Result<Partial, ClaimError> {
    let Partial::Word(sum) = sum else {
        return Err(ClaimError::NoClaim);
    };
    let side = operands.d.output.shape.row();
    let (row, column) = divided(element, side);
    let diagonal = column.wrapping_mul(side).wrapping_add(column);
    let a = |slot: Slot| operands.element(slot, element);
    word(Step::Finalise(match operands.d.kind {
        OpKind::Cholesky if row == column => Finalise::Root { a: a(Slot::Operand(0))?, sum },
        OpKind::Cholesky => {
            Finalise::Quotient { a: a(Slot::Operand(0))?, sum, l: operands.element(Slot::Output, diagonal)? }
        }
        OpKind::Solve => {
            Finalise::Quotient { a: a(Slot::Operand(0))?, sum, l: operands.element(Slot::Operand(1), diagonal)? }
        }
        OpKind::Nearest => {
            let centre = of.ok_or(ClaimError::NoClaim)?;
            Finalise::Score { dot: sum, c2: operands.element(Slot::Operand(2), centre.into())? }
        }
        _ => return Err(ClaimError::NoClaim),
    }))
}
