//! Descriptors of valid operations with random shapes.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use tessera_referee::bytes::Reader;
use tessera_referee::descriptor::OpKind;
use tessera_referee::{DType, TensorType, jacobi};

/// An operation, its operands' types and its output's.
#[derive(Clone, Debug)]
pub struct Operation {
    kind: OpKind,
    operands: Vec<TensorType>,
    output: TensorType,
}

/// A length: small, around those of segments and chains, or huge.
pub fn dimension() -> impl Strategy<Value = u64> {
    prop_oneof![
        6 => 0u64..6,
        4 => select(vec![63, 64, 65, 127, 128, 129, 300, 511, 512, 513, 4_096, 4_097, 65_536, 524_288]),
        1 => select(vec![1 << 20, 1 << 31, 1 << 40]),
    ]
}

fn codes() -> impl Strategy<Value = u16> {
    let all: Vec<u16> = (0..=u16::MAX).filter(|code| OpKind::read(*code, &mut Reader::new(&[0; 64])).is_ok()).collect();
    select(all)
}

/// An operation of any kind that is valid on types made for it.
pub fn operation() -> impl Strategy<Value = Operation> {
    let sizes = (vec(dimension(), 4), select(vec![DType::F32, DType::I8, DType::I32]));
    (codes(), sizes).prop_filter_map("an operation of a valid graph", |(code, (sizes, dtype))| {
        let [a, b, c, d] = sizes[..] else { return None };
        let round = (d as u32).checked_rem(jacobi::rounds(a as u32))?;
        let kind = match OpKind::read(code, &mut Reader::new(&[0; 64])).ok()? {
            OpKind::Permute(_) => OpKind::Permute([2, 0, 1, 0]),
            OpKind::Slice(_) => OpKind::Slice([a / 2, 0, 0, 0]),
            OpKind::Concat(_) => OpKind::Concat((c % 2) as u8),
            OpKind::Fill(_) => OpKind::Fill(d as u32 & 0x7f),
            OpKind::JacobiStep(_) => OpKind::JacobiStep(round),
            OpKind::JacobiVec(_) => OpKind::JacobiVec(round),
            kind => kind,
        };
        let ty = |dtype, dims: &[u64]| TensorType::new(dtype, dims).ok();
        let mut asked = ty(dtype, &[a, b])?;
        let float = DType::F32;
        let operands = match kind {
            OpKind::Map1(_) => {
                asked = ty(if dtype == float { DType::I8 } else { float }, &[a, b])?;
                vec![ty(dtype, &[a, b])?]
            }
            OpKind::Map2(_) => vec![ty(dtype, &[a, 1, b])?, ty(dtype, &[c, 1])?],
            OpKind::Select => vec![ty(DType::I32, &[a, 1])?, ty(dtype, &[b])?, ty(dtype, &[])?],
            OpKind::Permute(_) => vec![ty(dtype, &[a, b, c])?],
            OpKind::Reshape => vec![ty(dtype, &[b, a])?],
            OpKind::Slice(_) => {
                asked = ty(dtype, &[a - a / 2, b])?;
                vec![ty(dtype, &[a, b])?]
            }
            OpKind::Concat(_) => vec![ty(dtype, &[a, b])?; 1 + (d % 4) as usize],
            OpKind::Gather => vec![ty(dtype, &[a, b])?, ty(DType::I32, &[c])?],
            OpKind::Fill(_) | OpKind::Iota | OpKind::Uniform(_) => Vec::new(),
            OpKind::Matmul => vec![ty(dtype, &[d, a, c])?, ty(dtype, &[d, b, c])?],
            OpKind::Rowdot => vec![ty(dtype, &[a, c])?; 2],
            OpKind::Reduce(_) => vec![ty(dtype, &[a, c])?],
            OpKind::Nearest => vec![ty(float, &[a, b])?, ty(float, &[c, b])?, ty(float, &[c])?],
            OpKind::SegmentSum => {
                asked = ty(float, &[d, a])?;
                vec![ty(float, &[a, c])?, ty(DType::I32, &[c])?]
            }
            OpKind::Cholesky => vec![ty(float, &[a, a])?],
            OpKind::Solve => vec![ty(float, &[b, a])?, ty(float, &[a, a])?],
            OpKind::JacobiStep(_) => vec![ty(float, &[a, a])?],
            OpKind::JacobiVec(_) => vec![ty(float, &[b, a])?, ty(float, &[a, a])?],
        };
        let output = kind.output_type(&operands, asked).ok()?;
        Some(Operation { kind, operands, output })
    })
}

/// The operation's descriptor: its operands are the task's inputs.
pub fn descriptor(operation: &Operation) -> Vec<u8> {
    let Operation { kind, operands, output } = operation;
    let mut bytes = kind.code().to_le_bytes().to_vec();
    bytes.push(operands.len() as u8);
    for (index, ty) in (0u16..).zip(operands) {
        bytes.push(0);
        bytes.extend(index.to_le_bytes());
        bytes.extend(ty.header().bytes());
    }
    bytes.extend(output.header().bytes());
    bytes.extend(output.padded_bytes().to_le_bytes());
    bytes.extend(kind.attributes().bytes());
    bytes
}
