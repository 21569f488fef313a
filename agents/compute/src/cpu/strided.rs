//! Walking operands along an output: broadcasting, permuting and slicing are strides.

/// How N operands are read along a row-major output.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strided<const N: usize> {
    /// Output dimensions, padded in front with 1.
    dims: [usize; 4],
    /// Step of each operand along each axis.
    strides: [[usize; 4]; N],
    /// First element of each operand, less the elements that a part of it leaves out: below zero it wraps.
    bases: [usize; N],
}

impl<const N: usize> Strided<N> {
    /// `strides` has an entry for each axis of `dims`; later entries are ignored. Axes that all operands walk
    /// without a gap are merged.
    pub(super) fn new(dims: &[u64], strides: [[usize; 4]; N], bases: [usize; N]) -> Self {
        let mut merged = Self { dims: [1; 4], strides: [[0; 4]; N], bases };
        let mut slot = 3;
        let mut started = false;
        for axis in (0..dims.len()).rev() {
            let dim = dims[axis] as usize;
            if dim == 1 {
                continue;
            }
            let seamless = started && (0..N).all(|n| strides[n][axis] == merged.strides[n][slot] * merged.dims[slot]);
            if seamless {
                merged.dims[slot] *= dim;
                continue;
            }
            if started {
                slot -= 1;
            }
            started = true;
            merged.dims[slot] = dim;
            for (merged, own) in merged.strides.iter_mut().zip(&strides) {
                merged[slot] = own[axis];
            }
        }
        merged
    }

    /// The innermost two axes, if an operand of its own is contiguous along the outer of them: a transposition.
    pub(super) fn turned(&self) -> Option<(usize, usize)> {
        let [.., rows, columns] = self.dims;
        let contiguous = self.strides.iter().all(|strides| strides[2] == 1 && strides[3] > 1);
        (contiguous && rows > 1 && columns > 1).then_some((rows, columns))
    }

    /// Where each operand's element for this row-major index of the output lies.
    #[inline(always)]
    pub(super) fn locate(&self, index: usize) -> [usize; N] {
        let mut rest = index;
        let mut at = self.bases;
        for axis in (0..4).rev() {
            let coordinate = rest % self.dims[axis];
            rest /= self.dims[axis];
            for (at, own) in at.iter_mut().zip(&self.strides) {
                *at = at.wrapping_add(coordinate * own[axis]);
            }
        }
        at
    }

    /// The step of each operand along the innermost axis.
    pub(super) fn steps(&self) -> [usize; N] {
        std::array::from_fn(|n| self.strides[n][3])
    }

    /// Calls `run(offset, length, bases, strides)` for each stretch of innermost axis that `length` elements from `start`
    /// touch: `offset` counts from `start`.
    #[inline(always)]
    pub(super) fn stretches(
        &self,
        start: usize,
        length: usize,
        mut run: impl FnMut(usize, usize, [usize; N], [usize; N]),
    ) {
        if length == 0 {
            return;
        }
        let row = self.dims[3];
        let inner: [usize; N] = std::array::from_fn(|n| self.strides[n][3]);
        let (mut column, mut rest) = (start % row, start / row);
        // The first element of a row; later rows are found by steps, for divisions take as long as a short row.
        let (mut line, mut place) = (self.bases, [0; 3]);
        for axis in (0..3).rev() {
            place[axis] = rest % self.dims[axis];
            rest /= self.dims[axis];
            for (line, own) in line.iter_mut().zip(&self.strides) {
                *line = line.wrapping_add(place[axis] * own[axis]);
            }
        }
        let mut done = 0;
        loop {
            let count = (row - column).min(length - done);
            run(done, count, std::array::from_fn(|n| line[n].wrapping_add(column * inner[n])), inner);
            done += count;
            if done == length {
                return;
            }
            column = 0;
            for axis in (0..3).rev() {
                place[axis] += 1;
                let whole = place[axis] == self.dims[axis];
                for (line, own) in line.iter_mut().zip(&self.strides) {
                    *line = line.wrapping_add(own[axis]);
                    if whole {
                        *line = line.wrapping_sub(own[axis] * self.dims[axis]);
                    }
                }
                if !whole {
                    break;
                }
                place[axis] = 0;
            }
        }
    }
}
