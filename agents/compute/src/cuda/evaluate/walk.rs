//! How operands are read along a row-major output, as the kernels take it.

/// The words of a kernel's `Walk<N>`: dimensions, strides of each operand, first element of each operand.
///
/// `strides` has an entry for each axis of `dims`; later entries are ignored. Axes that all operands walk without a gap are
/// merged, so that kernels divide as seldom as possible. `dims` has no zero.
pub(super) fn walk<const N: usize>(dims: &[u64], strides: [[usize; 4]; N], bases: [u64; N]) -> Vec<u64> {
    let mut merged = [1u64; 4];
    let mut steps = [[0u64; 4]; N];
    let mut slot = 4;
    for axis in (0..dims.len()).rev().filter(|&axis| dims[axis] != 1) {
        let step = |n: usize| strides[n][axis] as u64;
        if slot < 4 && (0..N).all(|n| step(n) == steps[n][slot] * merged[slot]) {
            merged[slot] *= dims[axis];
            continue;
        }
        slot -= 1;
        merged[slot] = dims[axis];
        (0..N).for_each(|n| steps[n][slot] = step(n));
    }
    merged.into_iter().chain(steps.into_iter().flatten()).chain(bases).collect()
}

#[cfg(test)]
mod tests {
    use super::walk;

    #[test]
    fn merges_what_has_no_gap() {
        // [2, 3, 4] read along itself: one axis of 24.
        assert_eq!(walk(&[2, 3, 4], [[12, 4, 1, 0]], [5]), [1, 1, 1, 24, 0, 0, 0, 1, 5]);
        // The second operand repeats along the first axis.
        let strides = [[12, 4, 1, 0], [0, 4, 1, 0]];
        assert_eq!(walk(&[2, 3, 4], strides, [0, 0]), [1, 1, 2, 12, 0, 0, 12, 1, 0, 0, 0, 1, 0, 0]);
        // A scalar, and axes of one.
        assert_eq!(walk(&[], [[0; 4]], [0]), [1, 1, 1, 1, 0, 0, 0, 0, 0]);
        assert_eq!(walk(&[1, 7, 1], [[7, 1, 1, 0]], [0]), [1, 1, 1, 7, 0, 0, 0, 1, 0]);
    }
}
