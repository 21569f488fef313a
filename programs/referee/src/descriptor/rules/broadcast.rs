//! Broadcasting of elementwise operands.

use crate::Shape;
use crate::limits::MAX_RANK;

/// The shape that these broadcast to: axes are aligned from the last, and an axis of length 1, or missing,
/// is repeated to the length of the others.
pub(super) fn broadcast(shapes: &[Shape]) -> Result<Shape, &'static str> {
    let rank = shapes.iter().map(Shape::rank).max().unwrap_or(0);
    // From the last axis on.
    let mut dims = [1u64; MAX_RANK];
    for shape in shapes {
        for (slot, dim) in dims.iter_mut().zip(shape.dims().iter().rev()) {
            if *dim != 1 {
                if *slot != 1 && slot != dim {
                    return Err("shapes do not broadcast: aligned from the last axis, each must be equal or 1");
                }
                *slot = *dim;
            }
        }
    }
    let dims = dims.get_mut(..rank).unwrap_or_default();
    dims.reverse();
    Shape::new(dims).map_err(|_| "the output would exceed 2^40 elements")
}
