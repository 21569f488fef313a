//! Seeded numbers: the same data on every machine.

/// A stream of numbers (SplitMix64, G. L. Steele et al., 2014).
pub(super) struct Draws(u64);

impl Draws {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in [-0.5, 0.5).
    pub(super) fn centred(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / (1_u32 << 24) as f32 - 0.5
    }

    pub(super) fn many(&mut self, count: usize) -> Vec<f32> {
        (0..count).map(|_| self.centred()).collect()
    }

    /// An index below `limit`.
    pub(super) const fn below(&mut self, limit: usize) -> usize {
        // The bias of a remainder is nothing for limits of some thousands.
        (self.bits() % limit as u64) as usize
    }
}
