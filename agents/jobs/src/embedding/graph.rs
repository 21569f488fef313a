//! The graph of an encoder (J. Devlin et al., 2018) with mean pooling (N. Reimers and I. Gurevych, 2019).

use tessera_compute::{DType, Graph, GraphBuilder, GraphError, Tensor, Value};

use super::batches::{Batch, Batches};
use super::encoder::Encoder;
use super::layer::{BoundLayer, BoundNorm, Shape};
use super::weights::{self, EncoderWeights};
use crate::JobError;
use crate::model::{Bound, Parameters};
use crate::spec::Embedding;
use crate::stack::concat;

/// The least length that a vector is divided by, PyTorch's `normalize(eps)`.
const LEAST_LENGTH: f32 = 1e-12;

/// Inputs: the tokens of all batches i32, the lengths of the sorted texts i32 `[n]`, their places i32 `[n]`, each matrix of the encoder,
/// and all its vectors in one. Output: unit vectors `[n, width]`, in the order of the texts.
pub(crate) fn build<S: AsRef<str>>(
    spec: &Embedding,
    encoder: &Encoder,
    texts: &[S],
) -> Result<(Graph, Vec<Tensor>), JobError> {
    let batches = Batches::new(spec, encoder, texts)?;
    let mut parameters = Parameters::default();
    let weights = weights::read(&encoder.weights()?, &encoder.config, spec.precision, &mut parameters)?;
    let n = texts.len() as u64;
    let mut g = GraphBuilder::new();
    let tokens = g.input(DType::I32, &[batches.tokens.len() as u64])?;
    let lengths = g.input(DType::I32, &[n])?;
    let places = g.input(DType::I32, &[n])?;
    let bound = parameters.declare(&mut g)?;
    let model = BoundEncoder::new(&mut g, &bound, &weights, encoder)?;
    let mut vectors = Vec::with_capacity(batches.batches.len());
    let (mut text, mut token) = (0, 0);
    for &Batch { texts, length } in &batches.batches {
        let (texts, length) = (texts as u64, length as u64);
        let own = g.slice(tokens, &[token], &[texts * length])?;
        let counts = g.slice(lengths, &[text], &[texts])?;
        vectors.push(model.run(&mut g, own, counts, length)?);
        (text, token) = (text + texts, token + texts * length);
    }
    let sorted = concat(&mut g, vectors)?;
    let vectors = g.gather(sorted, places)?;
    g.output(vectors)?;
    let mut inputs = vec![
        Tensor::i32(&[batches.tokens.len() as u64], batches.tokens)?,
        Tensor::i32(&[n], batches.lengths)?,
        Tensor::i32(&[n], batches.places)?,
    ];
    inputs.extend(parameters.into_inputs()?);
    Ok((g.finish()?, inputs))
}

struct BoundEncoder {
    width: u64,
    heads: u64,
    words: (Value, Option<Value>),
    positions: Value,
    kind: Value,
    norm: BoundNorm,
    layers: Vec<BoundLayer>,
}

impl BoundEncoder {
    fn new(
        g: &mut GraphBuilder,
        bound: &Bound,
        weights: &EncoderWeights,
        encoder: &Encoder,
    ) -> Result<Self, GraphError> {
        let epsilon = encoder.config.epsilon;
        Ok(Self {
            width: encoder.config.width as u64,
            heads: encoder.config.heads as u64,
            words: bound.matrix(g, &weights.words)?,
            positions: bound.matrix(g, &weights.positions)?.0,
            kind: bound.vector(g, &weights.kind)?,
            norm: BoundNorm::new(g, bound, &weights.norm, epsilon)?,
            layers: weights
                .layers
                .iter()
                .map(|layer| BoundLayer::new(g, bound, layer, epsilon))
                .collect::<Result<_, _>>()?,
        })
    }

    /// Tokens i32 `[texts * length]` and the texts' own lengths i32 `[texts]` to unit vectors `[texts, width]`.
    fn run(&self, g: &mut GraphBuilder, tokens: Value, lengths: Value, length: u64) -> Result<Value, GraphError> {
        let texts = g.shape_of(lengths)?.row();
        let places = g.iota(&[length])?;
        let counts = g.reshape(lengths, &[texts, 1])?;
        // 1 for a token, 0 for padding.
        let present = g.lt(places, counts)?;
        let shape = Shape { texts, length, heads: self.heads, width: self.width };
        let mut x = self.embed(g, tokens, shape)?;
        let mask = g.reshape(present, &[texts, 1, 1, length])?;
        for layer in &self.layers {
            x = layer.apply(g, x, mask, shape)?;
        }
        self.pool(g, x, present, counts, shape)
    }

    /// Word, type and position, normalised: `[texts * length, width]`.
    fn embed(&self, g: &mut GraphBuilder, tokens: Value, shape: Shape) -> Result<Value, GraphError> {
        let Shape { texts, length, width, .. } = shape;
        let mut x = g.gather(self.words.0, tokens)?;
        if let Some(scales) = self.words.1 {
            let scales = g.gather(scales, tokens)?;
            let scales = g.reshape(scales, &[texts * length, 1])?;
            x = g.dequantise(x, 1.0)?;
            x = g.mul(x, scales)?;
        }
        let x = g.add(x, self.kind)?;
        let x = g.reshape(x, &[texts, length, width])?;
        let positions = g.slice(self.positions, &[0, 0], &[length, width])?;
        let x = g.add(x, positions)?;
        let x = g.reshape(x, &[texts * length, width])?;
        self.norm.apply(g, x)
    }

    /// The mean over a text's tokens, scaled to length 1.
    fn pool(
        &self,
        g: &mut GraphBuilder,
        x: Value,
        present: Value,
        counts: Value,
        shape: Shape,
    ) -> Result<Value, GraphError> {
        let Shape { texts, length, width, .. } = shape;
        let x = g.reshape(x, &[texts, length, width])?;
        let x = g.permute(x, &[0, 2, 1])?;
        let present = g.cast(present, DType::F32)?;
        let present = g.reshape(present, &[texts, 1, length])?;
        let sum = g.matmul(present, x)?;
        let sum = g.reshape(sum, &[texts, width])?;
        let counts = g.cast(counts, DType::F32)?;
        let mean = g.div(sum, counts)?;
        let square = g.rowdot(mean, mean)?;
        let size = g.sqrt(square)?;
        let least = g.fill(LEAST_LENGTH, &[])?;
        let size = g.max(size, least)?;
        let size = g.reshape(size, &[texts, 1])?;
        g.div(mean, size)
    }
}
