//! Inputs with everything that arithmetic finds hard.

/// SplitMix64.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Between -1 and 1.
    pub fn unit(&mut self) -> f32 {
        self.next() as i32 as f32 / 2f32.powi(31)
    }

    pub fn bytes(&mut self, n: usize) -> Vec<u8> {
        (0..n).map(|_| self.next() as u8).collect()
    }

    /// Numbers of size one; with `wild`, now and then zeros, subnormals, infinities and NaN with payloads.
    pub fn floats(&mut self, n: usize, wild: bool) -> Vec<u32> {
        const SPECIAL: [u32; 8] = [0, 0x8000_0000, 1, 0x807f_ffff, 0x7f80_0000, 0xff80_0000, 0x7fc1_2345, 0x7f7f_ffff];
        (0..n)
            .map(|_| match self.next() % 400 {
                at if wild && at < 8 => SPECIAL[at as usize],
                _ => self.unit().to_bits(),
            })
            .collect()
    }

    /// A few small values, so that there are ties.
    pub fn ties(&mut self, n: usize) -> Vec<u32> {
        const FEW: [f32; 6] = [-1.0, -0.0, 0.0, 0.5, 2.0, 3.0];
        (0..n).map(|_| FEW[(self.next() % 6) as usize].to_bits()).collect()
    }
}
