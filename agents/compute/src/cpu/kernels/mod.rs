//! Inner loops over packed panels, one file for each instruction set. What they compute is said at
//! [`Machine`](super::machine::Machine); the scalar truth is `tessera_referee::fold`.
//!
//! NaN: a fused multiply-add with a NaN operand gives a NaN on every CPU, with a payload that differs. Nothing in a chain turns
//! a NaN back into a number, so making it canonical once, at the end of the chain, gives the referee's bits.

#[cfg(target_arch = "x86_64")]
pub(super) mod avx2;
#[cfg(target_arch = "x86_64")]
pub(super) mod avx512;
#[cfg(target_arch = "x86_64")]
pub(super) mod avx512_turn;
pub(super) mod plain;
mod portable_fma;
pub(super) mod turn;

pub(super) use portable_fma::portable_fma;

/// Numbers as the words that inner loops read.
#[inline(always)]
pub(super) fn words(x: &[f32]) -> &[u32] {
    // SAFETY: size and alignment are the same, and any bits are a u32.
    unsafe { std::slice::from_raw_parts(x.as_ptr().cast(), x.len()) }
}

/// The words of a factor that inner loops read, line by line: one begins at each `step`. Packed panels have no gaps between lines.
#[derive(Clone, Copy)]
pub(super) struct Lines<'a> {
    pub(super) words: &'a [u32],
    pub(super) step: usize,
}

impl Lines<'_> {
    /// Whether the first `count` lines have so many words.
    #[inline(always)]
    fn hold(&self, count: usize, words: usize) -> bool {
        count == 0 || self.words.len().checked_sub(words).is_some_and(|rest| rest / self.step.max(1) >= count - 1)
    }
}
