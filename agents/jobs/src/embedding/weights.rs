//! An encoder's tensors, under the names that `BertModel` gives them.

use super::config::Config;
use crate::JobError;
use crate::model::{Dense, Matrix, ModelError, Parameters, Vector, Weights};
use crate::spec::Precision;

/// An encoder bound as parameters.
pub(super) struct EncoderWeights {
    /// `[words, width]`.
    pub words: Matrix,
    /// `[positions, width]`, f32.
    pub positions: Matrix,
    /// Of type 0, the only one of single texts.
    pub kind: Vector,
    pub norm: Norm,
    pub layers: Vec<LayerWeights>,
}

/// Weight and bias of a layer norm.
pub(super) struct Norm {
    pub weight: Vector,
    pub bias: Vector,
}

pub(super) struct LayerWeights {
    /// Query, key and value stacked: `[3 width, width]`.
    pub attention: Dense,
    pub projection: Dense,
    pub attention_norm: Norm,
    /// `[inner, width]`.
    pub widening: Dense,
    /// `[width, inner]`.
    pub narrowing: Dense,
    pub norm: Norm,
}

/// Checks that all tensors are there with the shapes that the configuration says, reading no numbers.
pub(super) fn check(weights: &Weights<'_>, config: &Config) -> Result<(), ModelError> {
    let reader = Reader { weights, prefix: prefix(weights), precision: Precision::F32 };
    let (width, inner) = (config.width, config.inner);
    reader.expect("embeddings.word_embeddings.weight", &[config.words, width])?;
    reader.expect("embeddings.position_embeddings.weight", &[config.positions, width])?;
    reader.expect("embeddings.token_type_embeddings.weight", &[config.types, width])?;
    reader.expect_pair("embeddings.LayerNorm", &[width])?;
    for layer in (0..config.layers).map(|index| format!("encoder.layer.{index}")) {
        for part in ["query", "key", "value"] {
            reader.expect_pair(&format!("{layer}.attention.self.{part}"), &[width, width])?;
        }
        reader.expect_pair(&format!("{layer}.attention.output.dense"), &[width, width])?;
        reader.expect_pair(&format!("{layer}.attention.output.LayerNorm"), &[width])?;
        reader.expect_pair(&format!("{layer}.intermediate.dense"), &[inner, width])?;
        reader.expect_pair(&format!("{layer}.output.dense"), &[width, inner])?;
        reader.expect_pair(&format!("{layer}.output.LayerNorm"), &[width])?;
    }
    Ok(())
}

/// Reads all tensors.
pub(super) fn read(
    weights: &Weights<'_>,
    config: &Config,
    precision: Precision,
    parameters: &mut Parameters,
) -> Result<EncoderWeights, JobError> {
    let reader = Reader { weights, prefix: prefix(weights), precision };
    let (width, inner) = (config.width, config.inner);
    let words = reader.read("embeddings.word_embeddings.weight", &[config.words, width])?;
    let words = parameters.matrix(words, width, precision)?;
    let positions = reader.read("embeddings.position_embeddings.weight", &[config.positions, width])?;
    let positions = parameters.matrix(positions, width, Precision::F32)?;
    let kinds = reader.read("embeddings.token_type_embeddings.weight", &[config.types, width])?;
    let kind = parameters.vector(&kinds[..width.min(kinds.len())]);
    let norm = reader.norm("embeddings.LayerNorm", width, parameters)?;
    let layers = (0..config.layers)
        .map(|index| {
            let layer = format!("encoder.layer.{index}");
            let stacked = ["query", "key", "value"].map(|part| format!("{layer}.attention.self.{part}"));
            Ok(LayerWeights {
                attention: reader.dense(&stacked, width, width, parameters)?,
                projection: reader.dense(&[format!("{layer}.attention.output.dense")], width, width, parameters)?,
                attention_norm: reader.norm(&format!("{layer}.attention.output.LayerNorm"), width, parameters)?,
                widening: reader.dense(&[format!("{layer}.intermediate.dense")], inner, width, parameters)?,
                narrowing: reader.dense(&[format!("{layer}.output.dense")], width, inner, parameters)?,
                norm: reader.norm(&format!("{layer}.output.LayerNorm"), width, parameters)?,
            })
        })
        .collect::<Result<Vec<_>, JobError>>()?;
    Ok(EncoderWeights { words, positions, kind, norm, layers })
}

/// Models with a head on top have the encoder under `bert.`.
fn prefix(weights: &Weights<'_>) -> &'static str {
    if weights.dims("bert.embeddings.word_embeddings.weight").is_some() { "bert." } else { "" }
}

struct Reader<'a> {
    weights: &'a Weights<'a>,
    prefix: &'static str,
    precision: Precision,
}

impl Reader<'_> {
    fn expect(&self, name: &str, expected: &[usize]) -> Result<(), ModelError> {
        let name = format!("{}{name}", self.prefix);
        match self.weights.dims(&name) {
            None => Err(ModelError::MissingTensor(name)),
            Some(found) if found != expected => {
                Err(ModelError::TensorShape { name, found, expected: expected.to_vec() })
            }
            Some(_) => Ok(()),
        }
    }

    /// A weight of these dimensions, and a bias as long as the first.
    fn expect_pair(&self, name: &str, expected: &[usize]) -> Result<(), ModelError> {
        self.expect(&format!("{name}.weight"), expected)?;
        self.expect(&format!("{name}.bias"), &expected[..1])
    }

    fn read(&self, name: &str, dims: &[usize]) -> Result<Vec<f32>, ModelError> {
        self.weights.read(&format!("{}{name}", self.prefix), dims)
    }

    /// Layers of equal shape `[outputs, inputs]`, stacked into one.
    fn dense<S: AsRef<str>>(
        &self,
        names: &[S],
        outputs: usize,
        inputs: usize,
        parameters: &mut Parameters,
    ) -> Result<Dense, JobError> {
        let (mut weight, mut bias) = (Vec::new(), Vec::new());
        for name in names {
            weight.extend(self.read(&format!("{}.weight", name.as_ref()), &[outputs, inputs])?);
            bias.extend(self.read(&format!("{}.bias", name.as_ref()), &[outputs])?);
        }
        let weight = parameters.matrix(weight, inputs, self.precision)?;
        Ok(Dense { weight, bias: Some(parameters.vector(&bias)) })
    }

    fn norm(&self, name: &str, width: usize, parameters: &mut Parameters) -> Result<Norm, ModelError> {
        let weight = self.read(&format!("{name}.weight"), &[width])?;
        let bias = self.read(&format!("{name}.bias"), &[width])?;
        Ok(Norm { weight: parameters.vector(&weight), bias: parameters.vector(&bias) })
    }
}
