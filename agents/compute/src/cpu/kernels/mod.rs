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
