//! Shapes and tensor types.

use std::fmt;

use tessera_referee::DType;
use tessera_referee::limits::{MAX_ELEMENTS, MAX_RANK};

/// Why a list of dimensions is not a shape.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// More than four axes.
    #[error("{0} axes; a tensor has at most 4: reshape it")]
    Rank(usize),
    /// More than 2^40 elements.
    #[error("dimensions {0:?} hold more than 2^40 elements: split the tensor")]
    Elements(Vec<u64>),
}

/// Row-major dimensions of a tensor, rank 0 (a scalar) to 4. A dimension may be zero.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape {
    rank: u8,
    dims: [u64; MAX_RANK],
}

impl Shape {
    /// The shape of a scalar.
    pub const SCALAR: Self = Self { rank: 0, dims: [0; MAX_RANK] };

    /// A shape with these dimensions. Zero dimensions count as one towards the limit of 2^40 elements,
    /// so that no product of dimensions can overflow.
    pub fn new(dims: &[u64]) -> Result<Self, ShapeError> {
        if dims.len() > MAX_RANK {
            return Err(ShapeError::Rank(dims.len()));
        }
        let mut shape = Self { rank: dims.len() as u8, dims: [0; MAX_RANK] };
        let mut elements = 1u64;
        for (slot, &dim) in shape.dims.iter_mut().zip(dims) {
            *slot = dim;
            elements = elements
                .checked_mul(dim.max(1))
                .filter(|&n| n <= MAX_ELEMENTS)
                .ok_or_else(|| ShapeError::Elements(dims.to_vec()))?;
        }
        Ok(shape)
    }

    /// The dimensions, outermost first.
    pub fn dims(&self) -> &[u64] {
        &self.dims[..usize::from(self.rank)]
    }

    /// Number of axes.
    pub fn rank(&self) -> usize {
        usize::from(self.rank)
    }

    /// Number of elements: 1 for a scalar.
    pub fn elements(&self) -> u64 {
        self.dims().iter().product()
    }

    /// Elements of an innermost row: 1 for a scalar.
    pub fn row(&self) -> u64 {
        self.dims().last().copied().unwrap_or(1)
    }

    /// Number of innermost rows: 1 for a scalar or a vector.
    pub fn rows(&self) -> u64 {
        self.dims().split_last().map_or(1, |(_, outer)| outer.iter().product())
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.dims(), f)
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
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
    /// Bytes of the elements, without padding.
    pub fn bytes(&self) -> u64 {
        self.shape.elements() * self.dtype.size()
    }
}

impl fmt::Display for TensorType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}{:?}", self.dtype, self.shape)
    }
}
