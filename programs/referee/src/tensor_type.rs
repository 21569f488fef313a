//! Tensor types and their encoding: `type code u8, rank u8, dimension u64*`.

use core::fmt;

use crate::bytes::{Reader, Short};
use crate::limits::MAX_RANK;
use crate::merkle::TensorHeader;
use crate::{DType, Shape, ShapeError, layout};

/// Why bytes are not a tensor type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeError {
    /// The bytes end too early.
    Short,
    /// No element type has this code.
    Code(u8),
    /// The dimensions are not a shape.
    Shape(ShapeError),
}

impl From<Short> for TypeError {
    fn from(Short: Short) -> Self {
        Self::Short
    }
}

/// Element type and shape of a tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TensorType {
    /// Type of the elements.
    pub dtype: DType,
    /// Dimensions.
    pub shape: Shape,
}

impl TensorType {
    /// The type with these dimensions, within the limits of [`Shape::new`].
    pub fn new(dtype: DType, dims: &[u64]) -> Result<Self, ShapeError> {
        Ok(Self { dtype, shape: Shape::new(dims)? })
    }

    /// Reads an encoded type. Its encoding is the [header](Self::header)'s bytes.
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, TypeError> {
        let code = reader.u8()?;
        let dtype = DType::from_code(code).ok_or(TypeError::Code(code))?;
        let rank = usize::from(reader.u8()?);
        let mut dims = [0; MAX_RANK];
        let taken = dims.get_mut(..rank).ok_or(TypeError::Shape(ShapeError::Rank(rank)))?;
        for dim in taken.iter_mut() {
            *dim = reader.u64()?;
        }
        Self::new(dtype, taken).map_err(TypeError::Shape)
    }

    /// Bytes of the elements, without padding.
    pub fn bytes(&self) -> u64 {
        self.shape.elements().wrapping_mul(self.dtype.size())
    }

    /// Number of Merkle leaves.
    pub fn leaves(&self) -> u64 {
        layout::leaf_count(self.dtype, self.shape.rows(), self.shape.row())
    }

    /// Bytes once padded: those of all leaves.
    pub fn padded_bytes(&self) -> u64 {
        layout::padded_bytes(self.dtype, self.shape.rows(), self.shape.row())
    }

    /// The header that binds the type into the tensor's root.
    pub fn header(&self) -> TensorHeader {
        TensorHeader::of(self)
    }
}

impl fmt::Display for TensorType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}{:?}", self.dtype, self.shape)
    }
}
