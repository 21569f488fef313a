//! Broadcasting of elementwise operands.

use crate::Shape;

/// The shape that these broadcast to: axes are aligned from the last, and an axis of length 1, or missing,
/// is repeated to the length of the others.
pub(crate) fn broadcast(shapes: &[Shape]) -> Result<Shape, &'static str> {
    let rank = shapes.iter().map(Shape::rank).max().unwrap_or(0);
    let mut dims = [1u64; 4];
    for shape in shapes {
        let missing = rank - shape.rank();
        for (slot, &dim) in dims[missing..rank].iter_mut().zip(shape.dims()) {
            if dim != 1 {
                if *slot != 1 && *slot != dim {
                    return Err("shapes do not broadcast: aligned from the last axis, each must be equal or 1");
                }
                *slot = dim;
            }
        }
    }
    Shape::new(&dims[..rank]).map_err(|_| "the output would exceed 2^40 elements")
}

/// Row-major strides of `shape` seen as `output`: 0 on repeated axes. `output` comes from [`broadcast`].
pub(crate) fn strides(shape: &Shape, output: &Shape) -> [usize; 4] {
    let mut strides = [0; 4];
    let missing = output.rank() - shape.rank();
    let mut step = 1;
    for (axis, &dim) in shape.dims().iter().enumerate().rev() {
        if dim != 1 {
            strides[missing + axis] = step;
        }
        step *= dim as usize;
    }
    strides
}
