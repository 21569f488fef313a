//! Splitting an output over threads. Every element is computed whole by one thread, so bits do not depend on the split.

use std::alloc::{Layout, alloc_zeroed};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::machine::{Machine, computes_ieee};
use super::path::{Path, Work};
use super::recycle::{Kept, Store};
use crate::exec::{Cancel, ExecError};
use crate::word::Zero;

/// What fills a stretch of an output.
pub(super) trait Chunk<T>: Sync {
    /// Fills `out`, the stretch that begins at element `start`. Implementations are `inline(always)`, down to the
    /// arithmetic, so that they are compiled once for each instruction set.
    fn fill<M: Machine>(&self, start: usize, out: &mut [T]);
}

/// What computes a tile of an output.
pub(super) trait Tiles: Sync {
    /// What a thread keeps from tile to tile.
    type Scratch;

    /// What a thread begins with.
    fn scratch(&self) -> Self::Scratch;

    /// Takes back what a thread has kept, when no tile is left.
    fn finish(&self, _: Self::Scratch) {}

    /// Computes the tile with this index. `inline(always)`, as for [`Chunk::fill`].
    fn tile<M: Machine>(&self, scratch: &mut Self::Scratch, index: usize) -> Result<(), ExecError>;
}

/// One stretch to be filled.
pub(super) struct Fill<'a, T, C> {
    pub(super) chunk: &'a C,
    pub(super) start: usize,
    pub(super) out: &'a mut [T],
}

impl<T, C: Chunk<T>> Work for Fill<'_, T, C> {
    type Output = ();

    #[inline(always)]
    fn run<M: Machine>(self) {
        self.chunk.fill::<M>(self.start, self.out);
    }
}

struct Tile<'a, T: Tiles> {
    tiles: &'a T,
    scratch: &'a mut T::Scratch,
    index: usize,
}

impl<T: Tiles> Work for Tile<'_, T> {
    type Output = Result<(), ExecError>;

    #[inline(always)]
    fn run<M: Machine>(self) -> Self::Output {
        self.tiles.tile::<M>(self.scratch, self.index)
    }
}

/// Scalar steps that one thread does between two looks at the cancel flag.
const GRAIN: usize = 1 << 22;
/// Scalar steps below which threads cost more than they save.
const WORTH_A_THREAD: usize = 1 << 19;

/// Threads and instructions of a run.
#[derive(Clone, Copy)]
pub(super) struct Pool<'a> {
    pub(super) path: Path,
    pub(super) threads: usize,
    pub(super) cancel: &'a Cancel,
    pub(super) store: &'a Store,
}

impl Pool<'_> {
    /// An output of `elements`, filled in stretches that are multiples of `unit`; `steps` is what one element costs.
    pub(super) fn make<T: Kept + Send>(
        &self,
        elements: usize,
        unit: usize,
        steps: usize,
        chunk: &impl Chunk<T>,
    ) -> Result<Vec<T>, ExecError> {
        let mut out = self.store.tensors().take(elements)?;
        self.fill(&mut out, unit.max(1), steps.max(1), chunk)?;
        Ok(out)
    }

    /// How many threads that much work is worth.
    pub(super) fn threads_for(&self, work: usize) -> usize {
        self.threads.min(work / WORTH_A_THREAD).max(1)
    }

    fn fill<T: Send>(&self, out: &mut [T], unit: usize, steps: usize, chunk: &impl Chunk<T>) -> Result<(), ExecError> {
        let units = out.len().div_ceil(unit);
        let threads = self.threads_for(out.len().saturating_mul(steps)).min(units).max(1);
        if threads == 1 {
            return self.part(0, out, unit, steps, chunk);
        }
        let part = units.div_ceil(threads) * unit;
        std::thread::scope(|scope| {
            let workers: Vec<_> = out
                .chunks_mut(part)
                .enumerate()
                .map(|(i, out)| scope.spawn(move || self.part(i * part, out, unit, steps, chunk)))
                .collect();
            workers.into_iter().try_for_each(|worker| worker.join().unwrap_or(Err(ExecError::Worker)))
        })
    }

    fn part<T>(
        &self,
        start: usize,
        out: &mut [T],
        unit: usize,
        steps: usize,
        chunk: &impl Chunk<T>,
    ) -> Result<(), ExecError> {
        if !computes_ieee() {
            return Err(ExecError::FloatEnvironment);
        }
        let grain = (GRAIN / steps.saturating_mul(unit)).max(1) * unit;
        for (i, out) in out.chunks_mut(grain).enumerate() {
            if self.cancel.is_cancelled() {
                return Err(ExecError::Cancelled);
            }
            self.path.run(Fill { chunk, start: start + i * grain, out });
        }
        Ok(())
    }

    /// Computes `count` tiles, each by whichever thread is free; `work` is what all of them cost.
    pub(super) fn tiles(&self, count: usize, work: usize, tiles: &impl Tiles) -> Result<(), ExecError> {
        let next = AtomicUsize::new(0);
        let threads = self.threads_for(work).min(count);
        if threads <= 1 {
            return self.take_tiles(&next, count, tiles);
        }
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(|| self.take_tiles(&next, count, tiles))).collect();
            workers.into_iter().try_for_each(|worker| worker.join().unwrap_or(Err(ExecError::Worker)))
        })
    }

    fn take_tiles<T: Tiles>(&self, next: &AtomicUsize, count: usize, tiles: &T) -> Result<(), ExecError> {
        if !computes_ieee() {
            return Err(ExecError::FloatEnvironment);
        }
        let mut scratch = tiles.scratch();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                tiles.finish(scratch);
                return Ok(());
            }
            if self.cancel.is_cancelled() {
                return Err(ExecError::Cancelled);
            }
            self.path.run(Tile { tiles, scratch: &mut scratch, index })?;
        }
    }
}

/// Bytes from which an allocation asks for huge pages, and the size of a page at most.
#[cfg(target_os = "linux")]
const HUGE: usize = 2 << 20;
#[cfg(target_os = "linux")]
const PAGE: usize = 1 << 16;

/// Zeros, or an error where memory cannot be had. Fresh pages are zero already, so they are first touched by the thread that fills them.
pub(super) fn allocate<T: Zero>(elements: usize) -> Result<Vec<T>, ExecError> {
    let too_large = || ExecError::TooLarge((elements as u64).saturating_mul(size_of::<T>() as u64));
    let layout = Layout::array::<T>(elements).map_err(|_| too_large())?;
    if layout.size() == 0 {
        return Ok(Vec::new());
    }
    // SAFETY: the layout has a size.
    let start = unsafe { alloc_zeroed(layout) };
    if start.is_null() {
        return Err(too_large());
    }
    #[cfg(target_os = "linux")]
    if layout.size() >= HUGE {
        // Only advice: a fault for each 2 MiB instead of each 4 KiB, which for tensors takes longer than the arithmetic.
        let first = start.addr().next_multiple_of(PAGE);
        let length = (start.addr() + layout.size() - first) / PAGE * PAGE;
        // SAFETY: whole pages within the allocation, whose contents stay.
        unsafe { libc::madvise(start.add(first - start.addr()).cast(), length, libc::MADV_HUGEPAGE) };
    }
    // SAFETY: the allocation has the layout of `elements` elements, all of them zero.
    Ok(unsafe { Vec::from_raw_parts(start.cast(), elements, elements) })
}
