//! Element types.

/// The type of a tensor's elements. The discriminant is its code in encodings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum DType {
    /// IEEE-754 binary32, kept as bits.
    F32 = 1,
    /// Signed 8-bit integer.
    I8 = 2,
    /// Signed 32-bit integer; arithmetic wraps.
    I32 = 3,
}

impl DType {
    /// The type with this code, if there is one.
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::F32),
            2 => Some(Self::I8),
            3 => Some(Self::I32),
            _ => None,
        }
    }

    /// The code in encodings.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// Bytes of one element.
    pub const fn size(self) -> u64 {
        match self {
            Self::F32 | Self::I32 => 4,
            Self::I8 => 1,
        }
    }
}
