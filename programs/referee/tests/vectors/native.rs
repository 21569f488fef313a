//! The CPU's own arithmetic, to compare with and to measure by.

use std::cmp::Ordering;

use tessera_referee::{Arith, float};

/// The CPU's instructions, NaN in its canonical form.
#[derive(Clone, Copy, Debug)]
pub struct Native;

/// The hardware's result with NaN in its canonical form.
pub fn bits(x: f32) -> u32 {
    float::canonical(x.to_bits())
}

impl Arith for Native {
    fn fma(a: u32, b: u32, c: u32) -> u32 {
        let (a, b, c) = (f32::from_bits(a), f32::from_bits(b), f32::from_bits(c));
        #[cfg(target_arch = "x86_64")]
        {
            #[target_feature(enable = "fma")]
            fn instruction(a: f32, b: f32, c: f32) -> f32 {
                a.mul_add(b, c)
            }
            if std::is_x86_feature_detected!("fma") {
                // SAFETY: the CPU has FMA.
                return bits(unsafe { instruction(a, b, c) });
            }
        }
        // Other CPUs, or the C library's correctly rounded routine.
        bits(a.mul_add(b, c))
    }

    fn add(a: u32, b: u32) -> u32 {
        bits(f32::from_bits(a) + f32::from_bits(b))
    }

    fn sub(a: u32, b: u32) -> u32 {
        bits(f32::from_bits(a) - f32::from_bits(b))
    }

    fn mul(a: u32, b: u32) -> u32 {
        bits(f32::from_bits(a) * f32::from_bits(b))
    }

    fn div(a: u32, b: u32) -> u32 {
        bits(f32::from_bits(a) / f32::from_bits(b))
    }

    fn sqrt(x: u32) -> u32 {
        bits(f32::from_bits(x).sqrt())
    }
}

/// `x / scale` clamped and rounded by the CPU.
pub fn quantise(x: f32, scale: f32) -> i8 {
    (x / scale).clamp(-127.0, 127.0).round_ties_even() as i8
}

/// The greater by the CPU's comparison; equal numbers differ in the sign of zero alone, and a NaN is neither.
pub fn max(x: f32, y: f32) -> u32 {
    match x.partial_cmp(&y) {
        None => float::NAN,
        Some(Ordering::Greater) => x.to_bits(),
        Some(Ordering::Less) => y.to_bits(),
        Some(Ordering::Equal) => x.to_bits() & y.to_bits(),
    }
}

/// The lesser, in the same way.
pub fn min(x: f32, y: f32) -> u32 {
    match x.partial_cmp(&y) {
        None => float::NAN,
        Some(Ordering::Less) => x.to_bits(),
        Some(Ordering::Greater) => y.to_bits(),
        Some(Ordering::Equal) => x.to_bits() | y.to_bits(),
    }
}
