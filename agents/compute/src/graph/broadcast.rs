//! How broadcast operands are walked.

use crate::Shape;

/// Row-major strides of `shape` seen as `output`: 0 on repeated axes. `output` is what it broadcasts to.
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
