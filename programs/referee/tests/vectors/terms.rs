//! Terms of dot products that are hard on the accumulator before them.

use super::Random;

const SIGN: u32 = 0x8000_0000;
const LAST_OF_A_RUN: u64 = 40;

/// Runs of terms of one kind each.
pub struct Terms {
    pub random: Random,
    kind: u64,
}

impl Terms {
    pub fn new(seed: u64) -> Self {
        Self { random: Random(seed), kind: 0 }
    }

    /// The factors of a term for this accumulator, and the accumulator to put in its place where it has got stuck.
    pub fn next(&mut self, accumulator: u32) -> (u32, u32, Option<u32>) {
        let random = &mut self.random;
        let last = random.below(LAST_OF_A_RUN) == 0;
        let stuck = accumulator & !SIGN >= 0x7f80_0000 && random.below(4) == 0;
        if last {
            self.kind = random.below(7);
        }
        let restart = (last || stuck).then(|| match random.below(4) {
            0 => random.word() as u32 & SIGN,
            1 => random.float(),
            _ => random.of_exponent(90, 80),
        });
        let (a, b) = self.factors(restart.unwrap_or(accumulator));
        (a, b, restart)
    }

    fn factors(&mut self, accumulator: u32) -> (u32, u32) {
        let random = &mut self.random;
        match self.kind {
            // As data are: of one scale.
            0 => (random.of_exponent(120, 10), random.of_exponent(120, 10)),
            // Close to the accumulator with the other sign, so that the sum cancels.
            1 => {
                let a = random.of_exponent(120, 14);
                let b = -f32::from_bits(accumulator) / f32::from_bits(a);
                let near = random.below(5) as u32;
                (a, b.to_bits().wrapping_add(near).wrapping_sub(2))
            }
            // Some halves of the accumulator's last place: ties.
            2 => {
                let place = (accumulator >> 23 & 0xff).clamp(25, 254) - 24;
                let halves = (random.below(9) as f32).to_bits();
                (place << 23 | random.word() as u32 & SIGN, halves)
            }
            // Around the least numbers, and products too small for any.
            3 => (random.of_exponent(40, 40), random.of_exponent(40, 40)),
            // Around the greatest.
            4 => (random.of_exponent(180, 20), random.of_exponent(184, 16)),
            // Zeros and subnormal numbers among ordinary ones.
            5 => {
                let mut factor = || match random.below(4) {
                    0 => random.word() as u32 & SIGN,
                    1 => random.of_exponent(0, 1),
                    _ => random.of_exponent(110, 40),
                };
                (factor(), factor())
            }
            _ => {
                let (a, b) = (random.float(), random.float());
                (a, b)
            }
        }
    }
}
