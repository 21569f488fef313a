//! Shapes.

use core::fmt;

use crate::limits::{MAX_ELEMENTS, MAX_RANK};

/// Why a list of dimensions is not a shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShapeError {
    /// So many axes: more than four.
    Rank(usize),
    /// More than 2^40 elements.
    Elements {
        /// The dimensions; entries beyond the rank are zero.
        dims: [u64; MAX_RANK],
        /// Number of axes.
        rank: usize,
    },
}

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rank(rank) => write!(f, "{rank} axes; a tensor has at most 4: reshape it"),
            Self::Elements { dims, rank } => {
                let dims = dims.get(..*rank).unwrap_or(dims);
                write!(f, "dimensions {dims:?} hold more than 2^40 elements: split the tensor")
            }
        }
    }
}

impl core::error::Error for ShapeError {}

/// Row-major dimensions of a tensor, rank 0 (a scalar) to 4. A dimension may be zero.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape {
    rank: u8,
    dims: [u64; MAX_RANK],
}

/// The product of dimensions. Those of a shape cannot overflow.
fn product(dims: &[u64]) -> u64 {
    dims.iter().fold(1, |product: u64, dim| product.wrapping_mul(*dim))
}

impl Shape {
    /// The shape of a scalar.
    pub const SCALAR: Self = Self { rank: 0, dims: [0; MAX_RANK] };

    /// A shape with these dimensions. Zero dimensions count as one towards the limit of 2^40 elements,
    /// so that no product of dimensions can overflow.
    pub fn new(dims: &[u64]) -> Result<Self, ShapeError> {
        let rank = dims.len();
        let mut shape = Self { rank: rank as u8, dims: [0; MAX_RANK] };
        shape.dims.get_mut(..rank).ok_or(ShapeError::Rank(rank))?.copy_from_slice(dims);
        // Dividing costs the chain's machine one instruction, a multiplication that may overflow dozens.
        let mut room = MAX_ELEMENTS;
        for dim in dims {
            room = match room.checked_div((*dim).max(1)) {
                Some(room) if room > 0 => room,
                _ => return Err(ShapeError::Elements { dims: shape.dims, rank }),
            };
        }
        Ok(shape)
    }

    /// The dimensions, outermost first.
    pub fn dims(&self) -> &[u64] {
        self.dims.get(..self.rank()).unwrap_or(&self.dims)
    }

    /// Number of axes.
    pub const fn rank(&self) -> usize {
        self.rank as usize
    }

    /// Number of elements: 1 for a scalar.
    pub fn elements(&self) -> u64 {
        product(self.dims())
    }

    /// Elements of an innermost row: 1 for a scalar.
    pub fn row(&self) -> u64 {
        self.dims().last().copied().unwrap_or(1)
    }

    /// Number of innermost rows: 1 for a scalar or a vector.
    pub fn rows(&self) -> u64 {
        self.dims().split_last().map_or(1, |(_, outer)| product(outer))
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
