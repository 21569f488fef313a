//! Weights from a safetensors file: <https://github.com/huggingface/safetensors#format>.

use half::{bf16, f16};
use safetensors::{Dtype, SafeTensors};

use super::ModelError;

/// Largest file of weights, in bytes (2 GiB).
pub const MAX_WEIGHT_BYTES: u64 = 1 << 31;
/// Longest header, in bytes (4 MiB): some 30,000 tensors.
pub const MAX_HEADER_BYTES: u64 = 1 << 22;

/// The named tensors of a safetensors file. Numbers are converted (to the nearest f32) only where a model asks for them.
#[derive(Debug)]
pub struct Weights<'a> {
    file: SafeTensors<'a>,
}

impl<'a> Weights<'a> {
    /// Reads the header and checks that the tensors fill the file without gap or overlap.
    ///
    /// # Errors
    /// Not such a file, or larger than the limits.
    pub fn from_bytes(bytes: &'a [u8]) -> Result<Self, ModelError> {
        if bytes.len() as u64 > MAX_WEIGHT_BYTES {
            return Err(ModelError::WeightsTooLarge);
        }
        // Before the header is parsed: it is JSON, whose maps take many times its size.
        let header = bytes.first_chunk().map_or(0, |&length| u64::from_le_bytes(length));
        if header > MAX_HEADER_BYTES {
            return Err(ModelError::HeaderTooLarge(header));
        }
        let file = SafeTensors::deserialize(bytes).map_err(|error| ModelError::Safetensors(error.to_string()))?;
        Ok(Self { file })
    }

    /// Names of the tensors, in no particular order.
    pub fn names(&self) -> Vec<&str> {
        self.file.names()
    }

    /// Dimensions of a tensor, if there is one of this name.
    pub fn dims(&self, name: &str) -> Option<Vec<usize>> {
        self.file.tensor(name).ok().map(|tensor| tensor.shape().to_vec())
    }

    /// The numbers of a tensor, row-major.
    ///
    /// # Errors
    /// It is missing, of other dimensions or of a type that is not read, or holds a number that is not a finite f32.
    pub fn read(&self, name: &str, dims: &[usize]) -> Result<Vec<f32>, ModelError> {
        let tensor = self.file.tensor(name).map_err(|_| ModelError::MissingTensor(name.to_owned()))?;
        if tensor.shape() != dims {
            return Err(ModelError::TensorShape {
                name: name.to_owned(),
                found: tensor.shape().to_vec(),
                expected: dims.to_vec(),
            });
        }
        let bytes = tensor.data();
        let values: Vec<f32> = match tensor.dtype() {
            Dtype::F64 => bytes.as_chunks().0.iter().map(|&word| f64::from_le_bytes(word) as f32).collect(),
            Dtype::F32 => bytes.as_chunks().0.iter().map(|&word| f32::from_le_bytes(word)).collect(),
            Dtype::F16 => bytes.as_chunks().0.iter().map(|&word| f16::from_le_bytes(word).to_f32()).collect(),
            Dtype::BF16 => bytes.as_chunks().0.iter().map(|&word| bf16::from_le_bytes(word).to_f32()).collect(),
            other => return Err(ModelError::TensorType { name: name.to_owned(), found: format!("{other:?}") }),
        };
        if values.iter().all(|value| value.is_finite()) {
            Ok(values)
        } else {
            Err(ModelError::NotFinite(name.to_owned()))
        }
    }
}
