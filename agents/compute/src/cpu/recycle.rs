//! Memory of dead tensors, for the next ones: a fresh page costs more than the arithmetic that fills it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::pool::allocate;
use super::product::Packed;
use crate::Operand;
use crate::exec::ExecError;
use crate::tensor::Data;
use crate::word::Zero;

/// An element type whose buffers are kept.
pub(super) trait Kept: Zero + Default {
    fn list(buffers: &mut Buffers) -> &mut Vec<Vec<Self>>;
}

/// Free buffers by element type, the latest last. What they hold is left from their last use.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    f32: Vec<Vec<f32>>,
    i8: Vec<Vec<i8>>,
    i32: Vec<Vec<i32>>,
    u32: Vec<Vec<u32>>,
}

macro_rules! kept {
    ($($type:ident),*) => {$(
        impl Kept for $type {
            fn list(buffers: &mut Buffers) -> &mut Vec<Vec<Self>> {
                &mut buffers.$type
            }
        }
    )*};
}
kept!(f32, i8, i32, u32);

/// A buffer is not lent for less than its size over this: the rest would lie idle.
const SLACK: usize = 2;

impl Buffers {
    /// A buffer of `elements` with any contents.
    ///
    /// Where none fits, the largest of those that are too small makes room for the new one, so that what is kept does not
    /// outgrow what was once alive.
    pub(super) fn take<T: Kept>(&mut self, elements: usize) -> Result<Vec<T>, ExecError> {
        let list = T::list(self);
        let mut found: Option<usize> = None;
        for (at, buffer) in list.iter().enumerate().rev() {
            let fits = buffer.len() >= elements && buffer.len() / SLACK <= elements;
            if fits && found.is_none_or(|best| buffer.len() < list[best].len()) {
                found = Some(at);
            }
        }
        if let Some(at) = found {
            let mut buffer = list.remove(at);
            buffer.truncate(elements);
            return Ok(buffer);
        }
        let too_small = |buffer: &Vec<T>| buffer.len() < elements;
        if let Some((at, _)) = list.iter().enumerate().filter(|(_, b)| too_small(b)).max_by_key(|(_, b)| b.len()) {
            drop(list.remove(at));
        }
        allocate(elements)
    }

    /// Keeps a buffer that is not needed any more.
    pub(super) fn give<T: Kept>(&mut self, mut buffer: Vec<T>) {
        if buffer.capacity() > 0 {
            // What lies beyond the length is not known to be initialised.
            buffer.resize(buffer.capacity(), T::default());
            T::list(self).push(buffer);
        }
    }

    /// Keeps a dead tensor's elements.
    pub(super) fn give_data(&mut self, data: Data) {
        match data {
            Data::F32(elements) => self.give(elements),
            Data::I8(elements) => self.give(elements),
            Data::I32(elements) => self.give(elements),
        }
    }
}

/// The free buffers of a run.
#[derive(Debug, Default)]
pub(super) struct Store {
    tensors: Mutex<Buffers>,
    /// What threads computed tiles in: each takes one set, so that a thread's buffers stay in its cache.
    workers: Mutex<Vec<Buffers>>,
    factors: Mutex<Vec<(Factor, Arc<Packed>)>>,
}

/// A second factor of products: where it is, its rows and their length.
pub(super) type Factor = (Operand, usize, usize);

/// Bytes of packed factors that are kept for further products, at most.
const MAX_FACTORS: usize = 128 << 20;

impl Store {
    /// Those of whole tensors.
    pub(super) fn tensors(&self) -> MutexGuard<'_, Buffers> {
        // Lists of free memory are right after any panic.
        self.tensors.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A packed factor that was kept.
    pub(super) fn factor(&self, factor: Factor) -> Option<Arc<Packed>> {
        let factors = self.factors.lock().unwrap_or_else(PoisonError::into_inner);
        factors.iter().find(|(own, _)| *own == factor).map(|(_, packed)| Arc::clone(packed))
    }

    /// Keeps a packed factor, if there is room.
    pub(super) fn keep_factor(&self, factor: Factor, packed: &Arc<Packed>) {
        let mut factors = self.factors.lock().unwrap_or_else(PoisonError::into_inner);
        let held: usize = factors.iter().map(|(_, packed)| packed.bytes()).sum();
        if held + packed.bytes() <= MAX_FACTORS {
            factors.push((factor, Arc::clone(packed)));
        }
    }

    /// A thread's own.
    pub(super) fn worker(&self) -> Buffers {
        self.workers.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// Keeps a thread's own for the next tiles.
    pub(super) fn keep(&self, buffers: Buffers) {
        self.workers.lock().unwrap_or_else(PoisonError::into_inner).push(buffers);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::Buffers;

    #[test]
    fn the_tightest_fit_is_lent_and_nothing_far_too_large() {
        let mut buffers = Buffers::default();
        for size in [400, 100, 150] {
            let buffer = vec![7f32; size];
            buffers.give(buffer);
        }
        assert_eq!(buffers.take::<f32>(90).unwrap(), [7.0; 90]);
        assert_eq!(buffers.take::<f32>(90).unwrap(), [7.0; 90]);
        // 400 is left, over twice 90: fresh zeros.
        assert_eq!(buffers.take::<f32>(90).unwrap(), [0.0; 90]);
        assert_eq!(buffers.take::<i32>(300).unwrap(), [0; 300]);
        assert_eq!(buffers.take::<f32>(300).unwrap(), [7.0; 300]);
    }

    #[test]
    fn a_larger_one_takes_the_place_of_a_smaller() {
        let mut buffers = Buffers::default();
        buffers.give(vec![1i8; 10]);
        buffers.give(vec![1i8; 20]);
        assert_eq!(buffers.take::<i8>(50).unwrap().len(), 50);
        assert_eq!(buffers.i8.iter().map(Vec::len).collect::<Vec<_>>(), [10]);
        buffers.give(Vec::<i8>::new());
        assert_eq!(buffers.i8.len(), 1);
    }
}
