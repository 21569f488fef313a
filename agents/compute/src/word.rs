//! Elements as the words that the referee computes with.

use tessera_referee::DType;

use crate::tensor::Data;

/// An element type.
pub(crate) trait Word: Zero + Default + Send + Sync + 'static {
    const DTYPE: DType;

    /// An f32's bits; integers sign-extended.
    fn word(self) -> u32;

    /// The inverse of [`word`](Self::word); an i8 takes the low bits.
    fn from_word(word: u32) -> Self;

    /// These elements as a tensor's data.
    fn data(elements: Vec<Self>) -> Data;
}

/// An element whose zero is all zero bits.
///
/// # Safety
/// Zero bytes must be a valid value.
pub(crate) unsafe trait Zero: Copy {}

// SAFETY: integers and floats have a value for any bits.
unsafe impl Zero for f32 {}
// SAFETY: as above.
unsafe impl Zero for i32 {}
// SAFETY: as above.
unsafe impl Zero for i8 {}
// SAFETY: as above.
unsafe impl Zero for u32 {}

impl Word for f32 {
    const DTYPE: DType = DType::F32;

    #[inline(always)]
    fn word(self) -> u32 {
        self.to_bits()
    }

    #[inline(always)]
    fn from_word(word: u32) -> Self {
        Self::from_bits(word)
    }

    fn data(elements: Vec<Self>) -> Data {
        Data::F32(elements)
    }
}

impl Word for i8 {
    const DTYPE: DType = DType::I8;

    #[inline(always)]
    fn word(self) -> u32 {
        i32::from(self) as u32
    }

    #[inline(always)]
    fn from_word(word: u32) -> Self {
        word as i8
    }

    fn data(elements: Vec<Self>) -> Data {
        Data::I8(elements)
    }
}

impl Word for i32 {
    const DTYPE: DType = DType::I32;

    #[inline(always)]
    fn word(self) -> u32 {
        self as u32
    }

    #[inline(always)]
    fn from_word(word: u32) -> Self {
        word as i32
    }

    fn data(elements: Vec<Self>) -> Data {
        Data::I32(elements)
    }
}
