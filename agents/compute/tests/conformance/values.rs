//! Random tensors with everything in them that arithmetic finds hard.

use tessera_compute::{DType, Tensor};

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

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }
}

/// What kind of numbers a tensor holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// Numbers of size one: folds round at every term.
    Plain,
    /// A few small integers: ties, exact cancellation, both zeros.
    Ties,
    /// Numbers whose products are near and below the least numbers.
    Tiny,
    /// Any bits: infinities, NaN with payloads, subnormals, overflow.
    Wild,
}

pub const FLAVOURS: [Flavour; 4] = [Flavour::Plain, Flavour::Ties, Flavour::Tiny, Flavour::Wild];

pub fn float(random: &mut Random, flavour: Flavour) -> f32 {
    let unit = random.word() as i32 as f32 / 2f32.powi(31);
    match flavour {
        Flavour::Plain => unit,
        Flavour::Ties => random.pick(&[-2.0, -1.0, -0.0, 0.0, 0.0, 0.5, 1.0, 3.0]),
        Flavour::Tiny => unit * random.pick(&[1e-18, 1e-20, 3e-23, 1e-38, 1e-42, 1.0]),
        Flavour::Wild => match random.below(8) {
            0 => f32::from_bits(random.word() as u32),
            1 => random.pick(&[
                f32::INFINITY,
                f32::NEG_INFINITY,
                f32::from_bits(0x7fc0_1234),
                f32::from_bits(0xff80_0001),
                f32::MAX,
                f32::MIN_POSITIVE,
                -0.0,
            ]),
            _ => unit * random.pick(&[1.0, 1e10, 1e-30, 100.0]),
        },
    }
}

/// A tensor of this type; integers are small half of the time, so that they index something.
pub fn tensor(random: &mut Random, dtype: DType, dims: &[u64], flavour: Flavour) -> Tensor {
    let count = dims.iter().product::<u64>();
    match dtype {
        DType::F32 => {
            let data = (0..count).map(|_| float(random, flavour)).collect();
            Tensor::f32(dims, data).unwrap()
        }
        DType::I32 => {
            let small = random.below(2) == 0;
            let data = (0..count).map(|_| match small {
                true => random.below(12) as i32 - 3,
                false => random.word() as i32,
            });
            let data = data.collect();
            Tensor::i32(dims, data).unwrap()
        }
        DType::I8 => {
            let data = (0..count).map(|_| random.word() as i8).collect();
            Tensor::i8(dims, data).unwrap()
        }
    }
}
