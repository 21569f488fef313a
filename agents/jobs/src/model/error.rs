//! Why a model's files are not usable.

use std::path::PathBuf;

use super::{MAX_HEADER_BYTES, MAX_WEIGHT_BYTES};

/// Why weights, a configuration or a tokeniser could not be used.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The file could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// The weights are larger than [`MAX_WEIGHT_BYTES`].
    #[error("the weights are larger than {MAX_WEIGHT_BYTES} bytes: take a smaller model, or save it as F16")]
    WeightsTooLarge,
    /// The header of the weights is longer than [`MAX_HEADER_BYTES`].
    #[error(
        "the header of the safetensors file has {0} bytes, at most {MAX_HEADER_BYTES} are read: fetch the file again"
    )]
    HeaderTooLarge(u64),
    /// The bytes are no safetensors file.
    #[error("not a usable safetensors file ({0}): fetch it again, or save the weights with safetensors' save_file")]
    Safetensors(String),
    /// A tensor is missing.
    #[error("the weights lack \"{0}\": check that the file belongs to this kind of model")]
    MissingTensor(String),
    /// A tensor has another shape than the model's.
    #[error("\"{name}\" has shape {found:?} where the model has {expected:?}: check that the files belong together")]
    TensorShape {
        /// Name of the tensor.
        name: String,
        /// Its dimensions.
        found: Vec<usize>,
        /// The dimensions it should have.
        expected: Vec<usize>,
    },
    /// A tensor's numbers are of a type that is not read.
    #[error("\"{name}\" holds {found}; F64, F32, F16 and BF16 are read: convert it")]
    TensorType {
        /// Name of the tensor.
        name: String,
        /// Its type.
        found: String,
    },
    /// A weight is NaN, infinite, or beyond f32.
    #[error("\"{0}\" holds a number that is not a finite f32: the training diverged or the file is damaged")]
    NotFinite(String),
    /// The layers of an `mlp` are not there or do not follow each other.
    #[error(
        "{0}: name the layers `0.weight`, `0.bias`, `2.weight`, ... as torch.nn.Sequential does, with any common prefix"
    )]
    Layers(String),
    /// The configuration is not that of an encoder that can be run.
    #[error("config.json: {0}")]
    Config(String),
    /// The tokeniser is not one that can be run.
    #[error("tokenizer.json: {0}")]
    Tokeniser(String),
    /// A text is too long, or there are too many.
    #[error("{0}")]
    Texts(String),
}
