//! An output that several threads write different parts of.

use std::marker::PhantomData;

/// A slice whose ranges are lent out without a check that they differ.
pub(super) struct Shared<'a, T> {
    start: *mut T,
    length: usize,
    borrowed: PhantomData<&'a mut [T]>,
}

// SAFETY: it stands for a `&mut [T]`, and `range` asks its callers for what makes sharing sound.
unsafe impl<T: Send> Sync for Shared<'_, T> {}

impl<'a, T> Shared<'a, T> {
    pub(super) fn new(slice: &'a mut [T]) -> Self {
        Self { start: slice.as_mut_ptr(), length: slice.len(), borrowed: PhantomData }
    }

    /// The elements `start..start + length`.
    ///
    /// # Safety
    /// No other range with an element of this one may be alive.
    #[allow(clippy::mut_from_ref)]
    #[inline(always)]
    pub(super) unsafe fn range(&self, start: usize, length: usize) -> &mut [T] {
        assert!(start <= self.length && length <= self.length - start);
        // SAFETY: the range lies within the slice, and the caller holds no other to its elements.
        unsafe { std::slice::from_raw_parts_mut(self.start.add(start), length) }
    }
}
