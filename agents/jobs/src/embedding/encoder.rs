//! An encoder from its three files.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::config::{self, Config};
use super::tokeniser::{self, Tokeniser};
use super::weights;
use crate::model::{MAX_WEIGHT_BYTES, ModelError, Weights};

/// Most texts of a job.
pub const MAX_TEXTS: usize = 65_536;
/// Longest text, in bytes (1 MiB): what is cut off is read nevertheless.
pub const MAX_TEXT_BYTES: usize = 1 << 20;
/// Most tokens of a job's padded batches.
pub const MAX_TOKENS: usize = 1 << 22;

/// A BERT-style encoder: `model.safetensors`, `config.json` and `tokenizer.json`, as Hugging Face's hub has them.
///
/// Absolute positions, exact gelu, WordPiece; any size up to 14 layers of width 4,096.
pub struct Encoder {
    pub(super) config: Config,
    tokeniser: Tokeniser,
    weights: Vec<u8>,
}

impl Encoder {
    /// Reads the three files in `folder`.
    ///
    /// # Errors
    /// A file cannot be read, or as [`from_bytes`](Self::from_bytes).
    pub fn read(folder: &Path) -> Result<Self, ModelError> {
        // One byte over its limit is enough of a file to be refused.
        let read = |name: &str, most: u64| {
            let path = folder.join(name);
            let mut bytes = Vec::new();
            File::open(&path)
                .and_then(|file| file.take(most + 1).read_to_end(&mut bytes))
                .map_err(|source| ModelError::Read { path, source })?;
            Ok::<_, ModelError>(bytes)
        };
        let (config, tokeniser) =
            (read("config.json", config::MAX_BYTES as u64)?, read("tokenizer.json", tokeniser::MAX_BYTES as u64)?);
        Self::from_bytes(read("model.safetensors", MAX_WEIGHT_BYTES)?, &config, &tokeniser)
    }

    /// An encoder from its files' contents.
    ///
    /// # Errors
    /// One of them is damaged, larger than its limit, or of a kind of model that cannot be run; or they do not belong together.
    pub fn from_bytes(weights: Vec<u8>, config: &[u8], tokeniser: &[u8]) -> Result<Self, ModelError> {
        let encoder = Self { config: Config::parse(config)?, tokeniser: Tokeniser::parse(tokeniser)?, weights };
        weights::check(&encoder.weights()?, &encoder.config)?;
        Ok(encoder)
    }

    /// Numbers of a vector.
    pub fn width(&self) -> usize {
        self.config.width
    }

    /// The tokens of a text, cut to `most` with `[CLS]` and `[SEP]` among them; at least those two, at most as many as the encoder has
    /// positions.
    ///
    /// # Errors
    /// The text is over [`MAX_TEXT_BYTES`], or the tokeniser knows more words than the encoder.
    pub fn tokens(&self, text: &str, most: usize) -> Result<Vec<u32>, ModelError> {
        if text.len() > MAX_TEXT_BYTES {
            return Err(ModelError::Texts(format!(
                "a text has {} bytes, at most {MAX_TEXT_BYTES} are read: cut it",
                text.len()
            )));
        }
        let tokens = self.tokeniser.tokens(text, most.min(self.config.positions))?;
        if let Some(token) = tokens.iter().find(|&&token| token as usize >= self.config.words) {
            let reason = format!(
                "token {token} of {}: tokenizer.json and config.json belong to different models",
                self.config.words
            );
            return Err(ModelError::Tokeniser(reason));
        }
        Ok(tokens)
    }

    pub(super) fn weights(&self) -> Result<Weights<'_>, ModelError> {
        Weights::from_bytes(&self.weights)
    }
}

impl std::fmt::Debug for Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Encoder").field("config", &self.config).finish_non_exhaustive()
    }
}
