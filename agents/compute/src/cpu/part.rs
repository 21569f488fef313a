//! What kernels read and write: whole tensors, or the rows of them that a thread holds in its cache.

use std::cell::RefCell;
use std::ops::Range;

use super::pool::{Chunk, Fill, Pool};
use super::recycle::{Buffers, Kept};
use crate::exec::ExecError;
use crate::tensor::Data;
use crate::word::Word;

/// How a tensor that was not made is read in the memory of another: element `[i, j, ..]` is at `base + i strides[0] + j strides[1] + ..`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct View {
    pub(super) base: usize,
    pub(super) strides: [usize; 4],
}

/// An operand: a tensor's elements, those from `skip` on, or a view of them.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) data: &'a Data,
    pub(super) skip: usize,
    pub(super) view: Option<View>,
}

/// What is to be made of an output.
#[derive(Clone)]
pub(super) enum Target<'a> {
    /// All of it, by all threads.
    Whole(&'a Pool<'a>),
    /// These elements, by this thread.
    Rows { pool: &'a Pool<'a>, range: Range<usize>, buffers: &'a RefCell<Buffers> },
}

impl Target<'_> {
    pub(super) fn pool(&self) -> &Pool<'_> {
        match self {
            Self::Whole(pool) | Self::Rows { pool, .. } => pool,
        }
    }

    /// The elements, of a tensor that has `elements`; see [`Pool::make`].
    pub(super) fn make<T: Word + Kept>(
        &self,
        elements: usize,
        unit: usize,
        steps: usize,
        chunk: &impl Chunk<T>,
    ) -> Result<Data, ExecError> {
        match self {
            Self::Whole(pool) => pool.make(elements, unit, steps, chunk).map(T::data),
            Self::Rows { pool, range, buffers } => {
                let mut out = buffers.borrow_mut().take(range.len())?;
                pool.path.run(Fill { chunk, start: range.start, out: &mut out });
                Ok(T::data(out))
            }
        }
    }
}
