//! A fused multiply-add from f64 arithmetic, for CPUs without one.

/// `a * b + c` with one rounding; a NaN may be any NaN.
///
/// The product of two f32 is exact in f64. Its sum with `c` is rounded to odd, which keeps in the last bit that something was lost: f64 has
/// more than two bits beyond f32's, so rounding again to f32 is right (Boldo and Melquiond, "Emulation of FMA and correctly rounded
/// sums: proved algorithms using rounding to odd"). What the sum lost is found by Knuth's TwoSum.
#[inline(always)]
pub(in crate::cpu) fn portable_fma(a: f32, b: f32, c: f32) -> f32 {
    let product = f64::from(a) * f64::from(b);
    let c = f64::from(c);
    let sum = product + c;
    let of_c = sum - product;
    let lost = (product - (sum - of_c)) + (c - of_c);
    let bits = sum.to_bits();
    // False where the sum is not finite: then `lost` is NaN.
    let inexact = (lost > 0.0) | (lost < 0.0);
    let away = (lost > 0.0) == (sum > 0.0);
    let neighbour = if away { bits.wrapping_add(1) } else { bits.wrapping_sub(1) };
    let odd = if inexact & (bits & 1 == 0) { neighbour } else { bits };
    f64::from_bits(odd) as f32
}

#[cfg(test)]
mod tests {
    use tessera_referee::float;

    use super::portable_fma;

    fn check(a: u32, b: u32, c: u32) {
        let got = portable_fma(f32::from_bits(a), f32::from_bits(b), f32::from_bits(c)).to_bits();
        assert_eq!(float::canonical(got), float::fma(a, b, c), "fma({a:#010x}, {b:#010x}, {c:#010x})");
    }

    fn next(state: &mut u64) -> u64 {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        *state >> 16
    }

    /// Few significant bits, so that products end near the middle between two f32, and addends far below decide.
    fn structured(state: &mut u64) -> u32 {
        let word = next(state);
        let (sign, exponent) = ((word & 1) as u32, (word >> 1) % 255);
        let top = (word >> 12) as u32 & 0x7f_f000;
        let low = [0, 1, 2, 3, 0x7ff, 0x800, 0x801, 0xfff][(word >> 40) as usize & 7];
        sign << 31 | (exponent as u32) << 23 | top | low
    }

    #[test]
    fn the_referee_agrees() {
        let state = &mut 1;
        for _ in 0..2_000_000 {
            let (a, b) = (structured(state), structured(state));
            check(a, b, structured(state));
            check(next(state) as u32, next(state) as u32, next(state) as u32);
            // Near cancellation, and a last place away from a tie.
            let product = f32::from_bits(a) * f32::from_bits(b);
            let near = product.to_bits() ^ (1 << 31) ^ (next(state) as u32 & 3);
            check(a, b, near);
            let scale = [25, 24, 48, 49, 60][next(state) as usize % 5];
            check(a, b, (product * 2f32.powi(-scale)).to_bits());
        }
    }

    #[test]
    fn special_numbers() {
        const SPECIAL: [u32; 14] = [
            0,
            1,
            2,
            0x007f_ffff,
            0x0080_0000,
            0x3f80_0000,
            0x3f80_0001,
            0x7f7f_ffff,
            0x7f80_0000,
            0x7fc0_0000,
            0x7f80_0001,
            0x3380_0000,
            0x1f80_0000,
            0x2000_0000,
        ];
        let signed = || SPECIAL.iter().flat_map(|&x| [x, x | 1 << 31]);
        for a in signed() {
            for b in signed() {
                signed().for_each(|c| check(a, b, c));
            }
        }
    }
}
