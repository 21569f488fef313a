//! Types of movement and sources.

use super::{Rule, joined, require, typed};
use crate::limits::MAX_RANK;
use crate::{DType, TensorType};

pub(super) fn permute(axes: [u8; MAX_RANK], x: TensorType) -> Rule {
    let from = x.shape.dims();
    let mut seen = [false; MAX_RANK];
    let mut dims = [0; MAX_RANK];
    for (slot, axis) in dims.iter_mut().zip(axes).take(from.len()) {
        let axis = usize::from(axis);
        let (Some(dim), Some(seen @ false)) = (from.get(axis), seen.get_mut(axis)) else {
            return Err("axes must be a permutation");
        };
        *seen = true;
        *slot = *dim;
    }
    require(axes.iter().skip(from.len()).all(|axis| *axis == 0), "axes beyond the rank must be zero")?;
    typed(x.dtype, dims.get(..from.len()).unwrap_or(&dims))
}

pub(super) fn reshape(x: TensorType, asked: TensorType) -> Rule {
    require(x.shape.elements() == asked.shape.elements(), "the new shape holds another number of elements")?;
    Ok(TensorType { dtype: x.dtype, shape: asked.shape })
}

pub(super) fn slice(starts: [u64; MAX_RANK], x: TensorType, asked: TensorType) -> Rule {
    let rank = x.shape.rank();
    require(asked.shape.rank() == rank, "a slice keeps the rank")?;
    require(starts.iter().skip(rank).all(|start| *start == 0), "starts beyond the rank must be zero")?;
    for ((&start, &length), &dim) in starts.iter().zip(asked.shape.dims()).zip(x.shape.dims()) {
        let inside = start.checked_add(length).is_some_and(|end| end <= dim);
        require(inside, "the slice reaches beyond the tensor")?;
    }
    Ok(TensorType { dtype: x.dtype, shape: asked.shape })
}

pub(super) fn concat(axis: usize, operands: &[TensorType]) -> Rule {
    let [first, others @ ..] = operands else {
        return Err("wrong number of operands");
    };
    let mut dims = [0; MAX_RANK];
    let dims = dims.get_mut(..first.shape.rank()).unwrap_or_default();
    dims.iter_mut().zip(first.shape.dims()).for_each(|(slot, dim)| *slot = *dim);
    require(axis < dims.len(), "there is no such axis")?;
    for x in others {
        require(x.dtype == first.dtype, "all operands must have one type")?;
        require(x.shape.rank() == dims.len(), "all operands must have one rank")?;
        for (i, (dim, slot)) in (0..MAX_RANK).zip(x.shape.dims().iter().zip(dims.iter_mut())) {
            if i == axis {
                *slot = slot.saturating_add(*dim);
            } else {
                require(slot == dim, "the other dimensions must be equal")?;
            }
        }
    }
    typed(first.dtype, dims)
}

pub(super) fn gather(table: TensorType, index: TensorType) -> Rule {
    require(index.dtype == DType::I32, "indices must be i32")?;
    let [_, rest @ ..] = table.shape.dims() else {
        return Err("the table needs an axis to gather from");
    };
    joined(table.dtype, index.shape.dims(), rest)
}

pub(super) fn fill(word: u32, asked: TensorType) -> Rule {
    let canonical = asked.dtype != DType::I8 || i32::from(word as i32 as i8) == word as i32;
    require(canonical, "the constant does not fit i8")?;
    Ok(asked)
}

pub(super) fn source(asked: TensorType, dtype: DType) -> Rule {
    require(asked.dtype == dtype, "iota gives i32 and uniform f32")?;
    Ok(asked)
}
