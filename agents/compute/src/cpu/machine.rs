//! The CPU's arithmetic, with the referee's bits.

use std::hint::black_box;

use tessera_referee::{Arith, float};

/// Arithmetic that kernels are compiled for.
pub(super) trait Machine: Arith {
    /// A term of a fold: as [`fma`](Arith::fma), but a NaN may be any NaN. It stays one to the end of the chain, where the
    /// fold makes it canonical.
    fn term(a: f32, b: f32, acc: f32) -> f32;
}

/// The CPU's instructions, fused multiply-add among them.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
pub(super) struct Hardware;

/// The CPU's instructions but for the fused multiply-add, which is the referee's.
pub(super) struct WithoutFma;

macro_rules! instructions {
    ($machine:ty, |$a:ident, $b:ident, $c:ident| $fma:expr) => {
        impl Arith for $machine {
            #[inline(always)]
            fn fma($a: u32, $b: u32, $c: u32) -> u32 {
                let ($a, $b, $c) = (f32::from_bits($a), f32::from_bits($b), f32::from_bits($c));
                float::canonical($fma.to_bits())
            }

            #[inline(always)]
            fn add(a: u32, b: u32) -> u32 {
                float::canonical((f32::from_bits(a) + f32::from_bits(b)).to_bits())
            }

            #[inline(always)]
            fn sub(a: u32, b: u32) -> u32 {
                float::canonical((f32::from_bits(a) - f32::from_bits(b)).to_bits())
            }

            #[inline(always)]
            fn mul(a: u32, b: u32) -> u32 {
                float::canonical((f32::from_bits(a) * f32::from_bits(b)).to_bits())
            }

            #[inline(always)]
            fn div(a: u32, b: u32) -> u32 {
                float::canonical((f32::from_bits(a) / f32::from_bits(b)).to_bits())
            }

            #[inline(always)]
            fn sqrt(x: u32) -> u32 {
                float::canonical(f32::from_bits(x).sqrt().to_bits())
            }
        }

        impl Machine for $machine {
            #[inline(always)]
            fn term($a: f32, $b: f32, $c: f32) -> f32 {
                $fma
            }
        }
    };
}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
instructions!(Hardware, |a, b, c| a.mul_add(b, c));
instructions!(WithoutFma, |a, b, c| f32::from_bits(float::fma(a.to_bits(), b.to_bits(), c.to_bits())));

/// Whether this thread rounds to nearest even and keeps subnormals. Another library may have changed the control
/// register (MXCSR, FPCR), which new threads inherit.
pub(super) fn computes_ieee() -> bool {
    let subnormal = f32::from_bits(1);
    let half_unit = f32::EPSILON / 2.0;
    let kept = black_box(f32::MIN_POSITIVE) * black_box(0.5) != 0.0;
    // 2^-149 * 2^24 = 2^-125, unless operands are flushed.
    let read = (black_box(subnormal) * black_box(16_777_216.0)).to_bits() == 2 << 23;
    let down = black_box(1.0f32) + black_box(half_unit) == 1.0;
    let up = black_box(1.0f32) + black_box(half_unit * 1.5) > 1.0;
    let mirrored = black_box(-1.0f32) - black_box(half_unit * 1.5) < -1.0;
    kept && read && down && up && mirrored
}
