//! Splitting an output over threads. Every element is computed whole by one thread, so bits do not depend on the split.

use crate::exec::{Cancel, ExecError};

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use super::machine::Hardware;
use super::machine::{Machine, WithoutFma, computes_ieee};

/// What fills a stretch of an output.
pub(super) trait Chunk<T>: Sync {
    /// Fills `out`, the stretch that begins at element `start`. Implementations are `inline(always)`, down to the
    /// arithmetic, so that they are compiled once for each instruction set.
    fn fill<M: Machine>(&self, start: usize, out: &mut [T]);
}

/// Instruction sets to choose from at run time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Instructions {
    /// x86-64 with AVX2 and FMA.
    #[cfg(target_arch = "x86_64")]
    Avx2Fma,
    /// A fused multiply-add belongs to the architecture.
    #[cfg(target_arch = "aarch64")]
    Native,
    /// No fused multiply-add.
    WithoutFma,
}

impl Instructions {
    /// The best that this CPU has.
    pub(super) fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        if std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma") {
            return Self::Avx2Fma;
        }
        #[cfg(target_arch = "aarch64")]
        return Self::Native;
        #[cfg(not(target_arch = "aarch64"))]
        Self::WithoutFma
    }

    fn fill<T, C: Chunk<T>>(self, chunk: &C, start: usize, out: &mut [T]) {
        match self {
            // SAFETY: `detect` makes this variant only where the CPU has both features.
            #[cfg(target_arch = "x86_64")]
            Self::Avx2Fma => unsafe { fill_avx2_fma(chunk, start, out) },
            #[cfg(target_arch = "aarch64")]
            Self::Native => chunk.fill::<Hardware>(start, out),
            Self::WithoutFma => chunk.fill::<WithoutFma>(start, out),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn fill_avx2_fma<T, C: Chunk<T>>(chunk: &C, start: usize, out: &mut [T]) {
    chunk.fill::<Hardware>(start, out);
}

/// Scalar steps that one thread does between two looks at the cancel flag.
const GRAIN: usize = 1 << 22;
/// Scalar steps below which threads cost more than they save.
const WORTH_A_THREAD: usize = 1 << 19;

/// Threads and instructions of a run.
#[derive(Clone, Copy)]
pub(super) struct Pool<'a> {
    pub(super) instructions: Instructions,
    pub(super) threads: usize,
    pub(super) cancel: &'a Cancel,
}

impl Pool<'_> {
    /// An output of `elements`, filled in stretches that are multiples of `unit`; `steps` is what one element costs.
    pub(super) fn make<T: Copy + Default + Send>(
        &self,
        elements: usize,
        unit: usize,
        steps: usize,
        chunk: &impl Chunk<T>,
    ) -> Result<Vec<T>, ExecError> {
        let mut out = allocate(elements)?;
        self.fill(&mut out, unit.max(1), steps.max(1), chunk)?;
        Ok(out)
    }

    fn fill<T: Send>(&self, out: &mut [T], unit: usize, steps: usize, chunk: &impl Chunk<T>) -> Result<(), ExecError> {
        let units = out.len().div_ceil(unit);
        let work = out.len().saturating_mul(steps);
        let threads = self.threads.min(units).min(work / WORTH_A_THREAD).max(1);
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
            self.instructions.fill(chunk, start + i * grain, out);
        }
        Ok(())
    }
}

/// Zeros, or an error where memory cannot be had.
pub(super) fn allocate<T: Copy + Default>(elements: usize) -> Result<Vec<T>, ExecError> {
    let mut out = Vec::new();
    out.try_reserve_exact(elements)
        .map_err(|_| ExecError::TooLarge((elements as u64).saturating_mul(size_of::<T>() as u64)))?;
    out.resize(elements, T::default());
    Ok(out)
}
