//! An encoder's `config.json`, as Hugging Face's transformers writes it for `BertModel`.

use serde::Deserialize;

use crate::model::ModelError;

/// Longest file, in bytes: real ones have 1 KB.
pub(super) const MAX_BYTES: usize = 1 << 20;
/// Most layers: each takes 4 of a graph's 64 inputs, and 6 are for the rest.
const MAX_LAYERS: usize = 14;

/// The sizes of an encoder. Fields that are not read (dropout, versions, ...) change nothing in inference.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct Config {
    #[serde(default)]
    model_type: Option<String>,
    #[serde(default)]
    position_embedding_type: Option<String>,
    #[serde(default)]
    hidden_act: Option<String>,
    #[serde(rename = "vocab_size")]
    pub words: usize,
    #[serde(rename = "hidden_size")]
    pub width: usize,
    #[serde(rename = "num_hidden_layers")]
    pub layers: usize,
    #[serde(rename = "num_attention_heads")]
    pub heads: usize,
    #[serde(rename = "intermediate_size")]
    pub inner: usize,
    #[serde(rename = "max_position_embeddings")]
    pub positions: usize,
    #[serde(rename = "type_vocab_size")]
    pub types: usize,
    #[serde(rename = "layer_norm_eps")]
    pub epsilon: f32,
}

impl Config {
    pub fn parse(bytes: &[u8]) -> Result<Self, ModelError> {
        if bytes.len() > MAX_BYTES {
            return Err(ModelError::Config(format!("larger than {MAX_BYTES} bytes: give the model's config.json")));
        }
        let config: Self = serde_json::from_slice(bytes).map_err(|error| ModelError::Config(error.to_string()))?;
        config.check().map_err(ModelError::Config)?;
        Ok(config)
    }

    fn check(&self) -> Result<(), String> {
        for (key, found, known) in [
            ("model_type", &self.model_type, "bert"),
            ("position_embedding_type", &self.position_embedding_type, "absolute"),
            ("hidden_act", &self.hidden_act, "gelu"),
        ] {
            if let Some(found) = found.as_deref().filter(|&found| found != known) {
                return Err(format!("`{key}` is \"{found}\"; encoders with \"{known}\" are run: take another model"));
            }
        }
        // Two positions at least: a text has a token before and one after it.
        for (key, found, least, most) in [
            ("vocab_size", self.words, 1, 1 << 20),
            ("hidden_size", self.width, 1, 4_096),
            ("num_hidden_layers", self.layers, 1, MAX_LAYERS),
            ("num_attention_heads", self.heads, 1, 256),
            ("intermediate_size", self.inner, 1, 16_384),
            ("max_position_embeddings", self.positions, 2, 8_192),
            ("type_vocab_size", self.types, 1, 256),
        ] {
            if !(least..=most).contains(&found) {
                return Err(format!("`{key}` is {found}; {least} to {most} can be run: take another model"));
            }
        }
        if !self.width.is_multiple_of(self.heads) {
            return Err(format!(
                "{} numbers cannot be split among {} heads: the file is damaged",
                self.width, self.heads
            ));
        }
        if !(1e-20..=1e-2).contains(&self.epsilon) {
            return Err(format!("`layer_norm_eps` is {}, outside 1e-20 to 1e-2: the file is damaged", self.epsilon));
        }
        Ok(())
    }
}
