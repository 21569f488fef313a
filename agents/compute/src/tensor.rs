//! Tensors.

use std::sync::Arc;

use tessera_referee::DType;

use crate::{Shape, ShapeError, TensorType};

/// Why a tensor could not be made or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TensorError {
    /// The dimensions are not a shape.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// The data have another length than the shape.
    #[error("shape {shape} holds {} elements but {given} were given", shape.elements())]
    Length {
        /// The shape.
        shape: Shape,
        /// Number of elements given.
        given: usize,
    },
    /// The tensor holds another type.
    #[error("the tensor holds {held:?}, not {wanted:?}: read it as {held:?} or cast it in the graph")]
    Type {
        /// Type it was read as.
        wanted: DType,
        /// Type it holds.
        held: DType,
    },
}

/// Elements of a tensor.
#[derive(Debug)]
pub(crate) enum Data {
    F32(Vec<f32>),
    I8(Vec<i8>),
    I32(Vec<i32>),
}

/// A row-major tensor. Cloning shares the elements. Equality compares bits: NaN payloads and the sign of zero count.
#[derive(Clone, Debug)]
pub struct Tensor {
    shape: Shape,
    data: Arc<Data>,
}

impl Tensor {
    /// A tensor of f32; NaN payloads and -0 are kept as they are.
    pub fn f32(dims: &[u64], data: Vec<f32>) -> Result<Self, TensorError> {
        Self::checked(Shape::new(dims)?, data.len(), Data::F32(data))
    }

    /// A tensor of i8.
    pub fn i8(dims: &[u64], data: Vec<i8>) -> Result<Self, TensorError> {
        Self::checked(Shape::new(dims)?, data.len(), Data::I8(data))
    }

    /// A tensor of i32.
    pub fn i32(dims: &[u64], data: Vec<i32>) -> Result<Self, TensorError> {
        Self::checked(Shape::new(dims)?, data.len(), Data::I32(data))
    }

    fn checked(shape: Shape, given: usize, data: Data) -> Result<Self, TensorError> {
        if shape.elements() != given as u64 {
            return Err(TensorError::Length { shape, given });
        }
        Ok(Self { shape, data: Arc::new(data) })
    }

    /// A tensor whose data are known to fit the shape.
    pub(crate) fn from_parts(shape: Shape, data: Data) -> Self {
        Self { shape, data: Arc::new(data) }
    }

    /// The same elements under another shape of equal size.
    pub(crate) fn reshaped(&self, shape: Shape) -> Self {
        Self { shape, data: Arc::clone(&self.data) }
    }

    pub(crate) fn data(&self) -> &Data {
        &self.data
    }

    /// The dimensions.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// The type of the elements.
    pub fn dtype(&self) -> DType {
        match *self.data {
            Data::F32(_) => DType::F32,
            Data::I8(_) => DType::I8,
            Data::I32(_) => DType::I32,
        }
    }

    /// Element type and shape.
    pub fn tensor_type(&self) -> TensorType {
        TensorType { dtype: self.dtype(), shape: self.shape }
    }

    /// The elements, if they are f32.
    pub fn as_f32(&self) -> Result<&[f32], TensorError> {
        match &*self.data {
            Data::F32(data) => Ok(data),
            _ => Err(self.mistyped(DType::F32)),
        }
    }

    /// The elements, if they are i8.
    pub fn as_i8(&self) -> Result<&[i8], TensorError> {
        match &*self.data {
            Data::I8(data) => Ok(data),
            _ => Err(self.mistyped(DType::I8)),
        }
    }

    /// The elements, if they are i32.
    pub fn as_i32(&self) -> Result<&[i32], TensorError> {
        match &*self.data {
            Data::I32(data) => Ok(data),
            _ => Err(self.mistyped(DType::I32)),
        }
    }

    fn mistyped(&self, wanted: DType) -> TensorError {
        TensorError::Type { wanted, held: self.dtype() }
    }

    /// The element at a row-major index as a word: an f32's bits, integers sign-extended.
    pub fn word(&self, index: usize) -> Option<u32> {
        match &*self.data {
            Data::F32(data) => data.get(index).map(|x| x.to_bits()),
            Data::I8(data) => data.get(index).map(|&x| i32::from(x) as u32),
            Data::I32(data) => data.get(index).map(|&x| x as u32),
        }
    }
}

impl PartialEq for Tensor {
    fn eq(&self, other: &Self) -> bool {
        self.shape == other.shape
            && match (&*self.data, &*other.data) {
                (Data::F32(a), Data::F32(b)) => a.iter().zip(b).all(|(x, y)| x.to_bits() == y.to_bits()),
                (Data::I8(a), Data::I8(b)) => a == b,
                (Data::I32(a), Data::I32(b)) => a == b,
                _ => false,
            }
    }
}

impl Eq for Tensor {}
