//! Opcodes and attributes; the table is in the documentation of the encoding.

use tessera_referee::{Map1, Map2, Reduce};

use super::{GraphError, OpKind};
use crate::bytes::Reader;

/// The code of an operation: `group << 8 | number`.
pub(super) const fn opcode(kind: &OpKind) -> u16 {
    match kind {
        OpKind::Map1(map) => match map {
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
        OpKind::Map2(map) => match map {
            Map2::Add => 0x0201,
            Map2::Sub => 0x0202,
            Map2::Mul => 0x0203,
            Map2::Div => 0x0204,
            Map2::Min => 0x0205,
            Map2::Max => 0x0206,
            Map2::Eq => 0x0207,
            Map2::Lt => 0x0208,
        },
        OpKind::Select => 0x0210,
        OpKind::Permute(_) => 0x0301,
        OpKind::Reshape => 0x0302,
        OpKind::Slice(_) => 0x0303,
        OpKind::Concat(_) => 0x0304,
        OpKind::Gather => 0x0305,
        OpKind::Fill(_) => 0x0401,
        OpKind::Iota => 0x0402,
        OpKind::Uniform(_) => 0x0403,
        OpKind::Matmul => 0x0501,
        OpKind::Rowdot => 0x0502,
        OpKind::Reduce(reduce) => match reduce {
            Reduce::Sum => 0x0601,
            Reduce::Max => 0x0602,
            Reduce::Min => 0x0603,
            Reduce::ArgMin => 0x0604,
            Reduce::ArgMax => 0x0605,
        },
        OpKind::Nearest => 0x0606,
        OpKind::SegmentSum => 0x0607,
        OpKind::Cholesky => 0x0701,
        OpKind::Solve => 0x0702,
        OpKind::JacobiStep(_) => 0x0703,
        OpKind::JacobiVec(_) => 0x0704,
    }
}

/// Appends an operation's attributes.
pub(super) fn attributes(kind: &OpKind, out: &mut Vec<u8>) {
    match kind {
        OpKind::Map1(Map1::AddScalar(word) | Map1::MulScalar(word) | Map1::Quantise(word) | Map1::Dequantise(word))
        | OpKind::Fill(word)
        | OpKind::JacobiStep(word)
        | OpKind::JacobiVec(word) => out.extend(word.to_le_bytes()),
        OpKind::Uniform(seed) => out.extend(seed.to_le_bytes()),
        OpKind::Permute(axes) => out.extend(axes),
        OpKind::Slice(starts) => starts.iter().for_each(|start| out.extend(start.to_le_bytes())),
        OpKind::Concat(axis) => out.push(*axis),
        OpKind::Map1(_)
        | OpKind::Map2(_)
        | OpKind::Select
        | OpKind::Reshape
        | OpKind::Gather
        | OpKind::Iota
        | OpKind::Matmul
        | OpKind::Rowdot
        | OpKind::Reduce(_)
        | OpKind::Nearest
        | OpKind::SegmentSum
        | OpKind::Cholesky
        | OpKind::Solve => {}
    }
}

/// The operation with this code, its attributes read from `reader`.
pub(super) fn kind_from_code(code: u16, reader: &mut Reader<'_>) -> Result<OpKind, GraphError> {
    Ok(match code {
        0x0101 => OpKind::Map1(Map1::AddScalar(reader.u32()?)),
        0x0102 => OpKind::Map1(Map1::MulScalar(reader.u32()?)),
        0x0103 => OpKind::Map1(Map1::Abs),
        0x0104 => OpKind::Map1(Map1::Neg),
        0x0105 => OpKind::Map1(Map1::Relu),
        0x0106 => OpKind::Map1(Map1::Gelu),
        0x0107 => OpKind::Map1(Map1::Exp),
        0x0108 => OpKind::Map1(Map1::Log),
        0x0109 => OpKind::Map1(Map1::Tanh),
        0x010a => OpKind::Map1(Map1::Erf),
        0x010b => OpKind::Map1(Map1::Sqrt),
        0x010c => OpKind::Map1(Map1::Rsqrt),
        0x010d => OpKind::Map1(Map1::Cast),
        0x010e => OpKind::Map1(Map1::Quantise(reader.u32()?)),
        0x010f => OpKind::Map1(Map1::Dequantise(reader.u32()?)),
        0x0201 => OpKind::Map2(Map2::Add),
        0x0202 => OpKind::Map2(Map2::Sub),
        0x0203 => OpKind::Map2(Map2::Mul),
        0x0204 => OpKind::Map2(Map2::Div),
        0x0205 => OpKind::Map2(Map2::Min),
        0x0206 => OpKind::Map2(Map2::Max),
        0x0207 => OpKind::Map2(Map2::Eq),
        0x0208 => OpKind::Map2(Map2::Lt),
        0x0210 => OpKind::Select,
        0x0301 => OpKind::Permute(reader.array()?),
        0x0302 => OpKind::Reshape,
        0x0303 => OpKind::Slice([reader.u64()?, reader.u64()?, reader.u64()?, reader.u64()?]),
        0x0304 => OpKind::Concat(reader.u8()?),
        0x0305 => OpKind::Gather,
        0x0401 => OpKind::Fill(reader.u32()?),
        0x0402 => OpKind::Iota,
        0x0403 => OpKind::Uniform(reader.u64()?),
        0x0501 => OpKind::Matmul,
        0x0502 => OpKind::Rowdot,
        0x0601 => OpKind::Reduce(Reduce::Sum),
        0x0602 => OpKind::Reduce(Reduce::Max),
        0x0603 => OpKind::Reduce(Reduce::Min),
        0x0604 => OpKind::Reduce(Reduce::ArgMin),
        0x0605 => OpKind::Reduce(Reduce::ArgMax),
        0x0606 => OpKind::Nearest,
        0x0607 => OpKind::SegmentSum,
        0x0701 => OpKind::Cholesky,
        0x0702 => OpKind::Solve,
        0x0703 => OpKind::JacobiStep(reader.u32()?),
        0x0704 => OpKind::JacobiVec(reader.u32()?),
        _ => return Err(GraphError::Malformed("unknown operation: update to a newer version")),
    })
}
