//! A BERT encoder with mean pooling over padded batches.

use std::path::Path;

use candle_core::{DType, Device, Result, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{BertModel, Config, DTYPE};

pub struct Encoder {
    model: BertModel,
    batches: Vec<Batch>,
}

struct Batch {
    tokens: Tensor,
    kinds: Tensor,
    /// f32, 1 for a token and 0 for padding.
    mask: Tensor,
}

impl Encoder {
    /// The model in a folder, and the texts' tokens, of which each batch is padded to its longest text.
    pub fn read(folder: &Path, batches: &[Vec<Vec<u32>>]) -> std::result::Result<Self, Box<dyn std::error::Error>> {
        let config: Config = serde_json::from_slice(&std::fs::read(folder.join("config.json"))?)?;
        let weights = std::fs::read(folder.join("model.safetensors"))?;
        let weights = VarBuilder::from_buffered_safetensors(weights, DTYPE, &Device::Cpu)?;
        let model = BertModel::load(weights, &config)?;
        let batches = batches.iter().map(|texts| Batch::new(texts)).collect::<Result<_>>()?;
        Ok(Self { model, batches })
    }

    /// A unit vector for each text.
    pub fn run(&self) -> Result<Vec<Vec<f32>>> {
        let mut vectors = Vec::new();
        for batch in &self.batches {
            let last = self.model.forward(&batch.tokens, &batch.kinds, Some(&batch.mask))?;
            let weights = batch.mask.unsqueeze(2)?;
            let means = last.broadcast_mul(&weights)?.sum(1)?.broadcast_div(&weights.sum(1)?)?;
            let lengths = means.sqr()?.sum_keepdim(1)?.sqrt()?;
            vectors.extend(means.broadcast_div(&lengths)?.to_vec2()?);
        }
        Ok(vectors)
    }
}

impl Batch {
    fn new(texts: &[Vec<u32>]) -> Result<Self> {
        let length = texts.iter().map(Vec::len).max().unwrap_or(0);
        let padded =
            |text: &Vec<u32>| text.iter().copied().chain(std::iter::repeat(0)).take(length).collect::<Vec<_>>();
        let present =
            |text: &Vec<u32>| (0..length).map(|place| f32::from(u8::from(place < text.len()))).collect::<Vec<_>>();
        let tokens: Vec<u32> = texts.iter().flat_map(padded).collect();
        let mask: Vec<f32> = texts.iter().flat_map(present).collect();
        let tokens = Tensor::from_vec(tokens, (texts.len(), length), &Device::Cpu)?;
        let kinds = Tensor::zeros((texts.len(), length), DType::U32, &Device::Cpu)?;
        let mask = Tensor::from_vec(mask, (texts.len(), length), &Device::Cpu)?;
        Ok(Self { tokens, kinds, mask })
    }
}
