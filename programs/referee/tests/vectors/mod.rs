//! Structured bit patterns: random numbers alone find none of the hard cases.
#![allow(dead_code, reason = "each test binary uses its part")]

pub mod errors;
pub mod native;
pub mod terms;

/// A small deterministic generator (xorshift64*).
pub struct Random(pub u64);

impl Random {
    pub fn word(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, n: u64) -> u64 {
        (self.word() >> 11) % n
    }

    /// A significand field: an edge, a few set bits, a run of ones, or anything.
    fn fraction(&mut self) -> u32 {
        const EDGES: [u32; 10] = [0, 1, 2, 0x7f_ffff, 0x7f_fffe, 0x40_0000, 0x3f_ffff, 0x40_0001, 0x55_5555, 0x2a_aaaa];
        match self.below(4) {
            0 => EDGES[self.below(10) as usize],
            1 => (1 << self.below(23)) | (1 << self.below(23)),
            2 => (0x7f_ffff >> self.below(23)) & !(0x7f_ffff >> self.below(23)) & 0x7f_ffff,
            _ => self.word() as u32 & 0x7f_ffff,
        }
    }

    /// An exponent field: near an edge, near one, or anything.
    fn exponent(&mut self) -> u32 {
        const EDGES: [u32; 16] = [0, 0, 1, 2, 23, 24, 25, 63, 64, 103, 104, 190, 191, 253, 254, 255];
        match self.below(3) {
            0 => EDGES[self.below(16) as usize],
            1 => 127 - 26 + self.below(52) as u32,
            _ => self.below(256) as u32,
        }
    }

    /// Any float: zeros, subnormals, infinities and NaN among them.
    pub fn float(&mut self) -> u32 {
        let sign = (self.word() as u32) & 0x8000_0000;
        sign | self.exponent() << 23 | self.fraction()
    }

    /// A float with one of so many exponent fields from this one on.
    pub fn of_exponent(&mut self, first: u32, count: u64) -> u32 {
        let sign = (self.word() as u32) & 0x8000_0000;
        sign | (first + self.below(count) as u32) << 23 | self.fraction()
    }

    /// A float within a few units in the last place of `near`, with either sign.
    pub fn neighbour(&mut self, near: u32) -> u32 {
        let sign = (self.word() as u32) & 0x8000_0000;
        near.wrapping_add(self.below(9) as u32).wrapping_sub(4) ^ sign
    }

    /// An addend that makes `a * b + c` hard: cancelling, just beyond the rounding place, or unrelated.
    pub fn addend(&mut self, a: u32, b: u32) -> u32 {
        let product = f32::from_bits(a) * f32::from_bits(b);
        match self.below(3) {
            0 => self.neighbour(product.to_bits()),
            1 => {
                let sign = (self.word() as u32) & 0x8000_0000;
                let exponent = i64::from(product.to_bits() >> 23 & 0xff) + self.below(60) as i64 - 30;
                sign | (exponent.clamp(0, 254) as u32) << 23 | self.fraction()
            }
            _ => self.float(),
        }
    }
}
