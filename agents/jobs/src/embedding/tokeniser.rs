//! An encoder's `tokenizer.json`: BERT's normaliser, pre-tokeniser and WordPiece.
//!
//! The file is read field by field instead of as a whole: what a BERT encoder does not need (regular expressions, other models,
//! post-processors, decoders, truncation) then has no code that a hostile file could reach.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use tokenizers::decoders::wordpiece::WordPiece as Decoder;
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::bert::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::processors::bert::BertProcessing;
use tokenizers::{AddedToken, Model, TokenizerBuilder, TokenizerImpl};

use crate::model::ModelError;

/// Longest file, in bytes (16 MiB): a vocabulary of 30,000 words has 500 KB.
pub(super) const MAX_BYTES: usize = 1 << 24;
/// Longest word that is looked up, in characters; longer ones are unknown. The time for a word grows with its square.
const MAX_WORD: usize = 1_000;
/// Most added tokens.
const MAX_ADDED: usize = 1_024;
/// Longest text of an added token, in bytes.
const MAX_ADDED_BYTES: usize = 256;

pub(super) struct Tokeniser {
    inner: TokenizerImpl<WordPiece, BertNormalizer, BertPreTokenizer, BertProcessing, Decoder>,
    before: u32,
    after: u32,
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    added_tokens: Vec<AddedToken>,
    normalizer: BertNormalizer,
    pre_tokenizer: BertPreTokenizer,
    post_processor: PostProcessor,
    model: WordPiece,
}

/// What surrounds a text: one token before, one after.
#[derive(Deserialize)]
#[serde(tag = "type")]
enum PostProcessor {
    BertProcessing { sep: (String, u32), cls: (String, u32) },
    TemplateProcessing { single: Vec<BTreeMap<String, Value>>, special_tokens: BTreeMap<String, Special> },
}

#[derive(Deserialize)]
struct Special {
    ids: Vec<u32>,
}

impl Tokeniser {
    pub fn parse(bytes: &[u8]) -> Result<Self, ModelError> {
        let refused = |reason: String| ModelError::Tokeniser(reason);
        if bytes.len() > MAX_BYTES {
            return Err(refused(format!("larger than {MAX_BYTES} bytes: take a model with a smaller vocabulary")));
        }
        let file: File = serde_json::from_slice(bytes).map_err(|error| {
            refused(format!(
                "{error}; BERT's normaliser, pre-tokeniser and WordPiece model are run: take another model"
            ))
        })?;
        if file.model.max_input_chars_per_word > MAX_WORD {
            return Err(refused(format!("`max_input_chars_per_word` is over {MAX_WORD}: the file is damaged")));
        }
        if file.model.token_to_id(&file.model.unk_token).is_none() {
            return Err(refused(format!("the vocabulary lacks \"{}\": the file is damaged", file.model.unk_token)));
        }
        if file.added_tokens.len() > MAX_ADDED
            || file.added_tokens.iter().any(|token| token.content.len() > MAX_ADDED_BYTES)
        {
            return Err(refused(format!("more than {MAX_ADDED} added tokens, or one of over {MAX_ADDED_BYTES} bytes")));
        }
        let (before, after) = file.post_processor.ends().ok_or_else(|| {
            refused(
                "the post-processor does not put one token before and one after a text: take another model".to_owned(),
            )
        })?;
        let mut inner = TokenizerBuilder::new()
            .with_model(file.model)
            .with_normalizer(Some(file.normalizer))
            .with_pre_tokenizer(Some(file.pre_tokenizer))
            .build()
            .map_err(|error| refused(error.to_string()))?;
        inner.add_special_tokens(file.added_tokens).map_err(|error| refused(error.to_string()))?;
        Ok(Self { inner, before, after })
    }

    /// The tokens of a text, the first `most` of them with the one before and the one after.
    pub fn tokens(&self, text: &str, most: usize) -> Result<Vec<u32>, ModelError> {
        let encoding = self.inner.encode_fast(text, false).map_err(|error| ModelError::Tokeniser(error.to_string()))?;
        let own = encoding.get_ids().iter().copied().take(most.saturating_sub(2));
        Ok([self.before].into_iter().chain(own).chain([self.after]).collect())
    }
}

impl PostProcessor {
    fn ends(self) -> Option<(u32, u32)> {
        match self {
            Self::BertProcessing { sep, cls } => Some((cls.1, sep.1)),
            Self::TemplateProcessing { single, special_tokens } => {
                let [first, text, last] = &single[..] else { return None };
                let special = |piece: &BTreeMap<String, Value>| {
                    let name = piece.get("SpecialToken")?.get("id")?.as_str()?;
                    match special_tokens.get(name)?.ids[..] {
                        [id] => Some(id),
                        _ => None,
                    }
                };
                text.get("Sequence")?;
                Some((special(first)?, special(last)?))
            }
        }
    }
}
