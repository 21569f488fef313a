//! One element of an operation's output.

use tessera_referee::jacobi::{Rotation, step_element, vector_element};
use tessera_referee::{Soft, place, select, uniform};

use super::folds;
use crate::{OpKind, Operation, Shape, Tensor};

/// Reads an element as a word. Indices that no validated operation reaches give 0.
pub(super) fn word(tensor: &Tensor, index: u64) -> u32 {
    tensor.word(index as usize).unwrap_or(0)
}

/// The element at a row-major index of this operation's output, by the referee's scalar code. `own` reads earlier elements of
/// the output itself (cholesky and solve need them); operands have the types that the operation names.
pub fn scalar_element(operation: &Operation, operands: &[&Tensor], own: &impl Fn(u64) -> u32, index: u64) -> u32 {
    let output = operation.output;
    let types = &operation.operand_types;
    match (&operation.kind, operands) {
        (OpKind::Map1(map), [x]) => map.apply::<Soft>(types[0].dtype, output.dtype, word(x, index)),
        (OpKind::Map2(map), [a, b]) => {
            let [a, b] = [a, b].map(|x| broadcast_word(x, &output.shape, index));
            map.apply::<Soft>(types[0].dtype, a, b)
        }
        (OpKind::Select, [c, a, b]) => {
            let [c, a, b] = [c, a, b].map(|x| broadcast_word(x, &output.shape, index));
            select(c, a, b)
        }
        (OpKind::Reshape, [x]) => word(x, index),
        (OpKind::Permute(axes), [x]) => word(x, place::permute(x.shape().dims(), output.shape.dims(), axes, index)),
        (OpKind::Slice(starts), [x]) => word(x, place::slice(x.shape().dims(), output.shape.dims(), starts, index)),
        (OpKind::Concat(axis), parts) => {
            let dims = types.iter().map(|ty| ty.shape.dims());
            place::concat(dims, output.shape.dims(), usize::from(*axis), index)
                .map_or(0, |(part, at)| word(parts[part], at))
        }
        (OpKind::Gather, [table, rows]) => {
            let shape = table.shape();
            let picked = word(rows, place::gather_index(shape.dims(), index)) as i32;
            place::gather_row(shape.dims(), picked, index).map_or(0, |at| word(table, at))
        }
        (OpKind::Fill(constant), []) => *constant,
        (OpKind::Iota, []) => index as u32,
        (OpKind::Uniform(seed), []) => uniform(*seed, index),
        (OpKind::JacobiStep(round), [a]) => {
            let p = a.shape().row() as u32;
            let at = |row: u32, column: u32| word(a, u64::from(row) * u64::from(p) + u64::from(column));
            let (i, j) = (index as u32 / p, index as u32 % p);
            let of = |i| Rotation::of::<Soft>(p, *round, i, at);
            step_element::<Soft>((i, &of(i)), (j, &of(j)), at)
        }
        (OpKind::JacobiVec(round), [v, a]) => {
            let p = a.shape().row();
            let at = |row: u32, column: u32| word(a, u64::from(row) * p + u64::from(column));
            let (row, j) = (index / p, (index % p) as u32);
            let rotation = Rotation::of::<Soft>(p as u32, *round, j, at);
            vector_element::<Soft>(j, &rotation, |column| word(v, row * p + u64::from(column)))
        }
        (kind, _) => folds::element(kind, operands, own, index),
    }
}

/// The element of an operand that broadcasts to this index of the output.
fn broadcast_word(x: &Tensor, output: &Shape, index: u64) -> u32 {
    word(x, place::broadcast(x.shape().dims(), output.dims(), index))
}
