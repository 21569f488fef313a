//! Tensors as an object in a store: `magic "TST" 0x01, count u16, type*`, then each tensor's elements, little-endian
//! and without padding.

use tessera_referee::bytes::{Reader, Short};
use tessera_referee::{DType, TypeError};

use crate::graph::encode_type;
use crate::tensor::Data;
use crate::{ShapeError, Tensor, TensorType};

const MAGIC: [u8; 4] = *b"TST\x01";

/// Tensors of a bundle.
const MAX_TENSORS: usize = 64;

/// Why an object's bytes were refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The bytes end too early.
    #[error("the object ends too early: fetch it again")]
    Truncated,
    /// The bytes do not follow the encoding.
    #[error("malformed object: {0}")]
    Malformed(&'static str),
    /// A dimension list is not a shape.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// The tensors are larger than the caller takes.
    #[error(
        "the object holds {bytes} bytes of tensors, more than the limit of {limit}: raise the limit or take smaller tasks"
    )]
    TooLarge {
        /// Bytes of the elements.
        bytes: u64,
        /// The caller's limit.
        limit: u64,
    },
}

impl From<TypeError> for DecodeError {
    fn from(error: TypeError) -> Self {
        match error {
            TypeError::Short => Self::Truncated,
            TypeError::Code(_) => Self::Malformed("unknown type code"),
            TypeError::Shape(error) => Self::Shape(error),
        }
    }
}

impl From<Short> for DecodeError {
    fn from(Short: Short) -> Self {
        Self::Truncated
    }
}

/// The object form of tensors.
pub fn encode_tensors(tensors: &[Tensor]) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    out.extend((tensors.len() as u16).to_le_bytes());
    tensors.iter().for_each(|tensor| encode_type(&tensor.tensor_type(), &mut out));
    for tensor in tensors {
        match tensor.data() {
            Data::F32(data) => data.iter().for_each(|x| out.extend(x.to_bits().to_le_bytes())),
            Data::I32(data) => data.iter().for_each(|x| out.extend(x.to_le_bytes())),
            Data::I8(data) => out.extend(data.iter().map(|&x| x as u8)),
        }
    }
    out
}

/// The tensors of an object whose elements take at most `limit` bytes. Total: any bytes give tensors or an error, and
/// nothing is allocated before the length is known to fit.
pub fn decode_tensors(bytes: &[u8], limit: u64) -> Result<Vec<Tensor>, DecodeError> {
    let mut reader = Reader::new(bytes);
    if reader.array()? != MAGIC {
        return Err(DecodeError::Malformed("these bytes are not tensors"));
    }
    let count = usize::from(reader.u16()?);
    if count > MAX_TENSORS {
        return Err(DecodeError::Malformed("more than 64 tensors"));
    }
    let types = (0..count).map(|_| TensorType::read(&mut reader)).collect::<Result<Vec<_>, _>>()?;
    let total = types.iter().map(TensorType::bytes).sum();
    if total > limit {
        return Err(DecodeError::TooLarge { bytes: total, limit });
    }
    match (reader.remaining() as u64).cmp(&total) {
        std::cmp::Ordering::Less => return Err(DecodeError::Truncated),
        std::cmp::Ordering::Greater => return Err(DecodeError::Malformed("bytes follow the tensors")),
        std::cmp::Ordering::Equal => {}
    }
    types
        .into_iter()
        .map(|ty| {
            let bytes = reader.take(ty.bytes() as usize)?;
            let data = match ty.dtype {
                DType::F32 => Data::F32(words(bytes).map(f32::from_bits).collect()),
                DType::I32 => Data::I32(words(bytes).map(|word| word as i32).collect()),
                DType::I8 => Data::I8(bytes.iter().map(|&byte| byte as i8).collect()),
            };
            Ok(Tensor::from_parts(ty.shape, data))
        })
        .collect()
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.as_chunks().0.iter().map(|&word| u32::from_le_bytes(word))
}
