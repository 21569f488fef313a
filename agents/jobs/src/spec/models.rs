//! Parameters of the jobs on matrices and trained weights.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

/// The type in which a job's matrices are multiplied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// f32 throughout.
    #[default]
    F32,
    /// Matrices as i8 with one symmetric scale per row (weights: per output), activations quantised row by row as they come. Products
    /// are exact sums in i32, four times as many numbers fit a byte budget, and each number is off by up to 1/254 of its row's
    /// largest.
    I8,
}

/// Parameters of `matmul`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matmul {
    /// f32 by default.
    #[serde(default)]
    pub precision: Precision,
}

/// What follows each hidden layer of an `mlp`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Activation {
    /// `max(x, 0)`.
    #[default]
    Relu,
    /// `x (1 + erf(x / sqrt 2)) / 2`, the exact form (PyTorch's default).
    Gelu,
    /// Hyperbolic tangent.
    Tanh,
}

/// What follows the last layer of an `mlp`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutputActivation {
    /// Nothing: the outputs are logits or a regression's predictions.
    #[default]
    Linear,
    /// Probabilities of classes: `exp(x - max) / sum` over each row.
    Softmax,
    /// Hyperbolic tangent.
    Tanh,
}

/// Parameters of `mlp`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mlp {
    /// After each layer but the last; relu by default.
    #[serde(default)]
    pub activation: Activation,
    /// After the last layer; linear by default.
    #[serde(default)]
    pub output: OutputActivation,
    /// f32 by default.
    #[serde(default)]
    pub precision: Precision,
    /// The feature columns; all but `target` and `exclude` by default. As many as the first layer's inputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<String>>,
    /// Columns that are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
}

/// Parameters of `embedding`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Embedding {
    /// f32 by default.
    #[serde(default)]
    pub precision: Precision,
    /// Longer texts are cut to so many tokens, `[CLS]` and `[SEP]` among them; 256 by default.
    #[serde(default = "max_tokens")]
    pub max_tokens: NonZeroU32,
    /// Texts per batch. Texts are sorted by length and padded to the longest of their batch; a graph has room for 10 batches
    /// of a 6-layer encoder in f32, 6 in i8. By default 32, or as many as make 8 batches, or as many as there is room for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<NonZeroU32>,
}

fn max_tokens() -> NonZeroU32 {
    NonZeroU32::MIN.saturating_add(255)
}

impl Default for Embedding {
    fn default() -> Self {
        Self { precision: Precision::F32, max_tokens: max_tokens(), batch: None }
    }
}
