//! The CPU's own arithmetic, to compare with and to measure by.

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
