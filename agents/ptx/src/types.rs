//! PTX's fundamental types.

/// A fundamental type. Register values are kept in 64 bits, zero-extended from the register's width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    Pred,
    B8,
    B16,
    B32,
    B64,
    U8,
    U16,
    U32,
    U64,
    S8,
    S16,
    S32,
    S64,
    F32,
    F64,
}

impl Type {
    /// The type of a modifier such as `f32` (without its dot).
    pub fn named(word: &str) -> Option<Self> {
        Some(match word {
            "pred" => Self::Pred,
            "b8" => Self::B8,
            "b16" => Self::B16,
            "b32" => Self::B32,
            "b64" => Self::B64,
            "u8" => Self::U8,
            "u16" => Self::U16,
            "u32" => Self::U32,
            "u64" => Self::U64,
            "s8" => Self::S8,
            "s16" => Self::S16,
            "s32" => Self::S32,
            "s64" => Self::S64,
            "f32" => Self::F32,
            "f64" => Self::F64,
            _ => return None,
        })
    }

    pub const fn bits(self) -> u32 {
        match self {
            Self::Pred => 1,
            Self::B8 | Self::U8 | Self::S8 => 8,
            Self::B16 | Self::U16 | Self::S16 => 16,
            Self::B32 | Self::U32 | Self::S32 | Self::F32 => 32,
            Self::B64 | Self::U64 | Self::S64 | Self::F64 => 64,
        }
    }

    /// Bytes in memory; a predicate has none and is refused before it gets there.
    pub const fn bytes(self) -> u32 {
        self.bits() / 8
    }

    pub const fn is_signed(self) -> bool {
        matches!(self, Self::S8 | Self::S16 | Self::S32 | Self::S64)
    }

    pub const fn is_float(self) -> bool {
        matches!(self, Self::F32 | Self::F64)
    }

    /// Signed or unsigned integer: what integer arithmetic takes.
    pub const fn is_integer(self) -> bool {
        self.is_signed() || matches!(self, Self::U8 | Self::U16 | Self::U32 | Self::U64)
    }

    /// The low bits of a value.
    pub const fn mask(self, value: u64) -> u64 {
        mask(self.bits(), value)
    }

    /// The low bits as a signed number where the type is signed, else as an unsigned one.
    pub const fn number(self, value: u64) -> i128 {
        if self.is_signed() { sign_extend(self.bits(), value) as i128 } else { self.mask(value) as i128 }
    }
}

/// The low `bits` (1 to 64) of a value.
pub const fn mask(bits: u32, value: u64) -> u64 {
    value & (u64::MAX >> (64 - bits))
}

/// The low `bits` (1 to 64) of a value, sign-extended.
pub const fn sign_extend(bits: u32, value: u64) -> i64 {
    let shift = 64 - bits;
    ((value << shift) as i64) >> shift
}
