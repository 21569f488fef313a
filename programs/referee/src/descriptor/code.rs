//! Codes and attributes of operations.
//!
//! Codes are `group << 8 | number`. Numbers that are missing in a group are free for later operations and refused until then.
//!
//! | group | operations (attributes) |
//! | --- | --- |
//! | 1 map1 | 1 add_scalar (u32 bits), 2 mul_scalar (u32 bits), 3 abs, 4 neg, 5 relu, 6 gelu, 7 exp, 8 log, 9 tanh, 10 erf, 11 sqrt, 12 rsqrt, 13 cast, 14 quantise (u32 bits), 15 dequantise (u32 bits) |
//! | 2 map2 | 1 add, 2 sub, 3 mul, 4 div, 5 min, 6 max, 7 eq, 8 lt, 16 select |
//! | 3 movement | 1 permute (u8 × 4), 2 reshape, 3 slice (u64 × 4), 4 concat (u8), 5 gather |
//! | 4 sources | 1 fill (u32), 2 iota, 3 uniform (u64) |
//! | 5 products | 1 matmul, 2 rowdot |
//! | 6 folds | 1 sum, 2 max, 3 min, 4 argmin, 5 argmax, 6 nearest, 7 segment_sum |
//! | 7 linear algebra | 1 cholesky, 2 solve, 3 jacobi_step (u32), 4 jacobi_vec (u32) |

use super::{DescriptorError, OpKind};
use crate::bytes::Reader;
use crate::{Map1, Map2, Reduce};

/// An operation's encoded attributes: at most four u64.
#[derive(Clone, Copy, Debug)]
pub struct Attributes {
    bytes: [u8; 32],
    length: usize,
}

impl Attributes {
    fn new(fields: &[u8]) -> Self {
        let mut bytes = [0; 32];
        bytes.iter_mut().zip(fields).for_each(|(slot, byte)| *slot = *byte);
        Self { bytes, length: fields.len() }
    }

    /// The bytes at the end of a descriptor.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or(&self.bytes)
    }
}

impl OpKind {
    /// The operation's code: `group << 8 | number`.
    pub const fn code(&self) -> u16 {
        match self {
            Self::Map1(map) => match map {
                Map1::AddScalar(_) => 0x0101,
                Map1::MulScalar(_) => 0x0102,
                Map1::Abs => 0x0103,
                Map1::Neg => 0x0104,
                Map1::Relu => 0x0105,
                Map1::Gelu => 0x0106,
                Map1::Exp => 0x0107,
                Map1::Log => 0x0108,
                Map1::Tanh => 0x0109,
                Map1::Erf => 0x010a,
                Map1::Sqrt => 0x010b,
                Map1::Rsqrt => 0x010c,
                Map1::Cast => 0x010d,
                Map1::Quantise(_) => 0x010e,
                Map1::Dequantise(_) => 0x010f,
            },
            Self::Map2(map) => match map {
                Map2::Add => 0x0201,
                Map2::Sub => 0x0202,
                Map2::Mul => 0x0203,
                Map2::Div => 0x0204,
                Map2::Min => 0x0205,
                Map2::Max => 0x0206,
                Map2::Eq => 0x0207,
                Map2::Lt => 0x0208,
            },
            Self::Select => 0x0210,
            Self::Permute(_) => 0x0301,
            Self::Reshape => 0x0302,
            Self::Slice(_) => 0x0303,
            Self::Concat(_) => 0x0304,
            Self::Gather => 0x0305,
            Self::Fill(_) => 0x0401,
            Self::Iota => 0x0402,
            Self::Uniform(_) => 0x0403,
            Self::Matmul => 0x0501,
            Self::Rowdot => 0x0502,
            Self::Reduce(reduce) => match reduce {
                Reduce::Sum => 0x0601,
                Reduce::Max => 0x0602,
                Reduce::Min => 0x0603,
                Reduce::ArgMin => 0x0604,
                Reduce::ArgMax => 0x0605,
            },
            Self::Nearest => 0x0606,
            Self::SegmentSum => 0x0607,
            Self::Cholesky => 0x0701,
            Self::Solve => 0x0702,
            Self::JacobiStep(_) => 0x0703,
            Self::JacobiVec(_) => 0x0704,
        }
    }

    /// The operation's encoded attributes.
    pub fn attributes(&self) -> Attributes {
        match self {
            Self::Map1(
                Map1::AddScalar(word) | Map1::MulScalar(word) | Map1::Quantise(word) | Map1::Dequantise(word),
            )
            | Self::Fill(word)
            | Self::JacobiStep(word)
            | Self::JacobiVec(word) => Attributes::new(&word.to_le_bytes()),
            Self::Uniform(seed) => Attributes::new(&seed.to_le_bytes()),
            Self::Permute(axes) => Attributes::new(axes),
            Self::Slice(starts) => Attributes::new(starts.map(u64::to_le_bytes).as_flattened()),
            Self::Concat(axis) => Attributes::new(&[*axis]),
            Self::Map1(_)
            | Self::Map2(_)
            | Self::Select
            | Self::Reshape
            | Self::Gather
            | Self::Iota
            | Self::Matmul
            | Self::Rowdot
            | Self::Reduce(_)
            | Self::Nearest
            | Self::SegmentSum
            | Self::Cholesky
            | Self::Solve => Attributes::new(&[]),
        }
    }

    /// The operation with this code, its attributes read from `reader`.
    pub fn read(code: u16, reader: &mut Reader<'_>) -> Result<Self, DescriptorError> {
        Ok(match code {
            0x0101 => Self::Map1(Map1::AddScalar(reader.u32()?)),
            0x0102 => Self::Map1(Map1::MulScalar(reader.u32()?)),
            0x0103 => Self::Map1(Map1::Abs),
            0x0104 => Self::Map1(Map1::Neg),
            0x0105 => Self::Map1(Map1::Relu),
            0x0106 => Self::Map1(Map1::Gelu),
            0x0107 => Self::Map1(Map1::Exp),
            0x0108 => Self::Map1(Map1::Log),
            0x0109 => Self::Map1(Map1::Tanh),
            0x010a => Self::Map1(Map1::Erf),
            0x010b => Self::Map1(Map1::Sqrt),
            0x010c => Self::Map1(Map1::Rsqrt),
            0x010d => Self::Map1(Map1::Cast),
            0x010e => Self::Map1(Map1::Quantise(reader.u32()?)),
            0x010f => Self::Map1(Map1::Dequantise(reader.u32()?)),
            0x0201 => Self::Map2(Map2::Add),
            0x0202 => Self::Map2(Map2::Sub),
            0x0203 => Self::Map2(Map2::Mul),
            0x0204 => Self::Map2(Map2::Div),
            0x0205 => Self::Map2(Map2::Min),
            0x0206 => Self::Map2(Map2::Max),
            0x0207 => Self::Map2(Map2::Eq),
            0x0208 => Self::Map2(Map2::Lt),
            0x0210 => Self::Select,
            0x0301 => Self::Permute(reader.array()?),
            0x0302 => Self::Reshape,
            0x0303 => Self::Slice([reader.u64()?, reader.u64()?, reader.u64()?, reader.u64()?]),
            0x0304 => Self::Concat(reader.u8()?),
            0x0305 => Self::Gather,
            0x0401 => Self::Fill(reader.u32()?),
            0x0402 => Self::Iota,
            0x0403 => Self::Uniform(reader.u64()?),
            0x0501 => Self::Matmul,
            0x0502 => Self::Rowdot,
            0x0601 => Self::Reduce(Reduce::Sum),
            0x0602 => Self::Reduce(Reduce::Max),
            0x0603 => Self::Reduce(Reduce::Min),
            0x0604 => Self::Reduce(Reduce::ArgMin),
            0x0605 => Self::Reduce(Reduce::ArgMax),
            0x0606 => Self::Nearest,
            0x0607 => Self::SegmentSum,
            0x0701 => Self::Cholesky,
            0x0702 => Self::Solve,
            0x0703 => Self::JacobiStep(reader.u32()?),
            0x0704 => Self::JacobiVec(reader.u32()?),
            _ => return Err(DescriptorError::Malformed("unknown operation: update to a newer version")),
        })
    }
}
