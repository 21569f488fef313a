//! One element of an operation's output.

use tessera_referee::jacobi::{Rotation, step_element, vector_element};
use tessera_referee::{Soft, select, uniform};

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
        (OpKind::Permute(axes), [x]) => {
            let at = coordinates(&output.shape, index);
            let mut from = [0; 4];
            for (axis, &coordinate) in axes.iter().zip(&at[..output.shape.rank()]) {
                from[usize::from(*axis)] = coordinate;
            }
            word(x, flat(&x.shape(), &from))
        }
        (OpKind::Slice(starts), [x]) => {
            let mut from = coordinates(&output.shape, index);
            from.iter_mut().zip(starts).for_each(|(at, start)| *at += start);
            word(x, flat(&x.shape(), &from))
        }
        (OpKind::Concat(axis), parts) => {
            let axis = usize::from(*axis);
            let mut from = coordinates(&output.shape, index);
            for part in parts {
                let length = part.shape().dims()[axis];
                if from[axis] < length {
                    return word(part, flat(&part.shape(), &from));
                }
                from[axis] -= length;
            }
            0
        }
        (OpKind::Gather, [table, rows]) => {
            let row: u64 = table.shape().dims()[1..].iter().product();
            let picked = word(rows, index / row) as i32;
            match u64::try_from(picked) {
                Ok(picked) if picked < table.shape().dims()[0] => word(table, picked * row + index % row),
                _ => 0,
            }
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

/// Coordinates of a row-major index; entries beyond the rank are 0.
fn coordinates(shape: &Shape, index: u64) -> [u64; 4] {
    let mut at = [0; 4];
    let mut rest = index;
    for (axis, &dim) in shape.dims().iter().enumerate().rev() {
        at[axis] = rest % dim;
        rest /= dim;
    }
    at
}

/// The row-major index of coordinates.
fn flat(shape: &Shape, at: &[u64; 4]) -> u64 {
    shape.dims().iter().zip(at).fold(0, |index, (dim, at)| index * dim + at)
}

/// The element of an operand that broadcasts to this index of the output.
fn broadcast_word(x: &Tensor, output: &Shape, index: u64) -> u32 {
    let shape = x.shape();
    let missing = output.rank() - shape.rank();
    let mut at = [0; 4];
    for (axis, &coordinate) in coordinates(output, index)[missing..output.rank()].iter().enumerate() {
        at[axis] = if shape.dims()[axis] == 1 { 0 } else { coordinate };
    }
    word(x, flat(&shape, &at))
}
