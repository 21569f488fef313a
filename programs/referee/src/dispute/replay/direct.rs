//! Elements that are checked at once: maps, movement, sources and rotations.

use super::operands::Operands;
use super::segment::divided;
use super::word;
use crate::descriptor::OpKind;
use crate::dispute::{ClaimError, Leaves, Slot};
use crate::step::{Map, Partial, Rotate, RowBytes, Step};
use crate::{Map1, jacobi, place};

/// The element at a row-major index.
pub(super) fn element(operands: &Operands<'_, impl Leaves>, element: u64) -> Result<Partial, ClaimError> {
    let d = operands.d;
    let output = d.output.shape.dims();
    let dims = |operand: u8| Ok::<_, ClaimError>(operands.ty(Slot::Operand(operand))?.shape);
    let read = |operand: u8, at: u64| operands.element(Slot::Operand(operand), at);
    let broadcast = |operand: u8| read(operand, place::broadcast(dims(operand)?.dims(), output, element));
    word(Step::Map(match d.kind {
        OpKind::Map1(map) => one(operands, map, read(0, element)?)?,
        OpKind::Map2(map) => {
            Map::Two { map, dtype: operands.ty(Slot::Operand(0))?.dtype, a: broadcast(0)?, b: broadcast(1)? }
        }
        OpKind::Select => Map::Select { condition: broadcast(0)?, a: broadcast(1)?, b: broadcast(2)? },
        OpKind::Reshape => Map::Copy(read(0, element)?),
        OpKind::Permute(axes) => Map::Copy(read(0, place::permute(dims(0)?.dims(), output, &axes, element))?),
        OpKind::Slice(starts) => Map::Copy(read(0, place::slice(dims(0)?.dims(), output, &starts, element))?),
        OpKind::Concat(axis) => {
            let parts = d.operand_types().iter().map(|ty| ty.shape.dims());
            let (part, at) = place::concat(parts, output, axis.into(), element).ok_or(ClaimError::Operation)?;
            Map::Copy(read(part as u8, at)?)
        }
        OpKind::Gather => {
            let table = dims(0)?;
            let picked = read(1, place::gather_index(table.dims(), element))? as i32;
            match place::gather_row(table.dims(), picked, element) {
                Some(at) => Map::Copy(read(0, at)?),
                None => Map::Constant(0),
            }
        }
        OpKind::Fill(constant) => Map::Constant(constant),
        OpKind::Iota => Map::Iota(element),
        OpKind::Uniform(seed) => Map::Uniform { seed, index: element },
        // Above the diagonal.
        OpKind::Cholesky => Map::Constant(0),
        OpKind::JacobiStep(round) => return matrix(operands, round, element),
        OpKind::JacobiVec(round) => return vectors(operands, round, element),
        OpKind::Matmul | OpKind::Rowdot | OpKind::Reduce(_) | OpKind::Nearest | OpKind::SegmentSum | OpKind::Solve => {
            return Err(ClaimError::NoClaim);
        }
    }))
}

fn one(operands: &Operands<'_, impl Leaves>, map: Map1, x: u32) -> Result<Map, ClaimError> {
    Ok(Map::One { map, from: operands.ty(Slot::Operand(0))?.dtype, to: operands.d.output.dtype, x })
}

/// The rows of a square matrix at an index and at its partner in a round; none where the index rests.
fn pair<'a>(
    operands: &Operands<'a, impl Leaves>,
    slot: Slot,
    round: u32,
    index: u32,
) -> Result<[RowBytes<'a>; 2], ClaimError> {
    let p = operands.ty(slot)?.shape.row();
    let row = |row: u32| operands.words(slot, row.into(), &(0..p));
    let other = match jacobi::partner(p as u32, round, index) {
        Some(partner) => row(partner)?,
        None => &[],
    };
    Ok([row(index)?, other])
}

fn matrix(operands: &Operands<'_, impl Leaves>, round: u32, element: u64) -> Result<Partial, ClaimError> {
    let p = operands.ty(Slot::Operand(0))?.shape.row();
    let (i, j) = divided(element, p);
    let (i, j) = (i as u32, j as u32);
    let [own_i, other_i] = pair(operands, Slot::Operand(0), round, i)?;
    let [own_j, other_j] = pair(operands, Slot::Operand(0), round, j)?;
    let rows = [own_i, other_i, own_j, other_j];
    word(Step::Rotate(Rotate::Matrix { p: p as u32, round, i, j, rows }))
}

fn vectors(operands: &Operands<'_, impl Leaves>, round: u32, element: u64) -> Result<Partial, ClaimError> {
    let p = operands.ty(Slot::Operand(1))?.shape.row();
    let (at, j) = divided(element, p);
    let row = operands.words(Slot::Operand(0), at, &(0..p))?;
    let rows = pair(operands, Slot::Operand(1), round, j as u32)?;
    word(Step::Rotate(Rotate::Vectors { p: p as u32, round, j: j as u32, row, rows }))
}
