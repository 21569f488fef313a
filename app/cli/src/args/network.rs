//! Flags of the jobs on matrices and trained weights.

use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use tessera_jobs as jobs;

use super::{DataArgs, SubmitArgs};

/// Flags of `task submit matmul`.
#[derive(Debug, Args)]
pub struct MatmulArgs {
    /// Left matrix: CSV or .npy, all its columns
    #[arg(long, value_name = "FILE")]
    pub left: PathBuf,
    /// Right matrix, with as many rows as the left one has columns
    #[arg(long, value_name = "FILE")]
    pub right: PathBuf,
    /// Type in which the matrices are multiplied
    #[arg(long, default_value = "f32")]
    pub precision: Precision,
    /// Flags of every job.
    #[command(flatten)]
    pub submit: SubmitArgs,
}

/// Flags of `task submit mlp`.
#[derive(Debug, Args)]
pub struct MlpArgs {
    /// Trained layers (safetensors) called 0.weight, 0.bias, 2.weight, ..., as torch.nn.Sequential saves them
    #[arg(long, value_name = "FILE")]
    pub weights: PathBuf,
    /// After each layer but the last
    #[arg(long, default_value = "relu")]
    pub activation: Activation,
    /// After the last layer
    #[arg(long, default_value = "linear")]
    pub output_activation: OutputActivation,
    /// Type in which the weights are multiplied
    #[arg(long, default_value = "f32")]
    pub precision: Precision,
    /// The table.
    #[command(flatten)]
    pub table: DataArgs,
    /// Flags of every job.
    #[command(flatten)]
    pub submit: SubmitArgs,
}

/// Flags of `task submit embedding`.
#[derive(Debug, Args)]
pub struct EmbeddingArgs {
    /// Folder of a BERT-style encoder: model.safetensors, config.json and tokenizer.json
    #[arg(long, value_name = "FOLDER")]
    pub encoder: PathBuf,
    /// Texts, one a line, in UTF-8
    #[arg(long, value_name = "FILE")]
    pub texts: PathBuf,
    /// Longer texts are cut to so many tokens
    #[arg(long, default_value = "256")]
    pub max_tokens: NonZeroU32,
    /// Texts of a padded batch [default: 32, or as many as make 8 batches]
    #[arg(long, value_name = "TEXTS")]
    pub batch: Option<NonZeroU32>,
    /// Type in which the weights are multiplied
    #[arg(long, default_value = "f32")]
    pub precision: Precision,
    /// Flags of every job.
    #[command(flatten)]
    pub submit: SubmitArgs,
}

/// The type in which matrices are multiplied, as typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Precision {
    /// f32 throughout.
    F32,
    /// i8 with a scale for each row: faster, and less exact.
    I8,
}

impl From<Precision> for jobs::Precision {
    fn from(precision: Precision) -> Self {
        match precision {
            Precision::F32 => Self::F32,
            Precision::I8 => Self::I8,
        }
    }
}

/// What follows a hidden layer, as typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Activation {
    /// max(x, 0).
    Relu,
    /// The exact form.
    Gelu,
    /// Hyperbolic tangent.
    Tanh,
}

impl From<Activation> for jobs::Activation {
    fn from(activation: Activation) -> Self {
        match activation {
            Activation::Relu => Self::Relu,
            Activation::Gelu => Self::Gelu,
            Activation::Tanh => Self::Tanh,
        }
    }
}

/// What follows the last layer, as typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum OutputActivation {
    /// Nothing.
    Linear,
    /// Probabilities of classes.
    Softmax,
    /// Hyperbolic tangent.
    Tanh,
}

impl From<OutputActivation> for jobs::OutputActivation {
    fn from(activation: OutputActivation) -> Self {
        match activation {
            OutputActivation::Linear => Self::Linear,
            OutputActivation::Softmax => Self::Softmax,
            OutputActivation::Tanh => Self::Tanh,
        }
    }
}
