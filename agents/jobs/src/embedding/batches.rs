//! Texts in padded batches of similar length.

use super::encoder::{Encoder, MAX_TEXTS, MAX_TOKENS};
use crate::JobError;
use crate::model::ModelError;
use crate::spec::{Embedding, Precision};

/// Texts of a batch, unless that makes more than [`BATCHES`].
const TEXTS: usize = 32;
/// Batches by default, at most.
const BATCHES: usize = 8;
/// Of a graph.
const OPERATIONS: usize = tessera_compute::referee::limits::MAX_OPERATIONS;

/// Tokenised texts, the shortest first.
pub(super) struct Batches {
    /// All batches one after the other, each row-major and padded with token 0.
    pub tokens: Vec<i32>,
    /// Tokens of each text, without padding.
    pub lengths: Vec<i32>,
    /// For each text as given, its place among the sorted.
    pub places: Vec<i32>,
    pub batches: Vec<Batch>,
}

/// One batch.
#[derive(Clone, Copy)]
pub(super) struct Batch {
    pub texts: usize,
    /// Tokens of its longest text.
    pub length: usize,
}

impl Batches {
    pub fn new<S: AsRef<str>>(spec: &Embedding, encoder: &Encoder, texts: &[S]) -> Result<Self, JobError> {
        let refused = |reason: String| JobError::Model(ModelError::Texts(reason));
        if texts.is_empty() || texts.len() > MAX_TEXTS {
            return Err(refused(format!("{} texts; a job takes 1 to {MAX_TEXTS}", texts.len())));
        }
        let mut rows = Vec::with_capacity(texts.len());
        let most = usize::try_from(spec.max_tokens.get()).unwrap_or(usize::MAX);
        for (index, text) in texts.iter().enumerate() {
            rows.push((index, encoder.tokens(text.as_ref(), most)?));
        }
        // Stable: equal lengths stay in the order given.
        rows.sort_by_key(|(_, tokens)| tokens.len());
        let size = batch_size(spec, encoder.config.layers, rows.len())?;
        let mut found =
            Self { tokens: Vec::new(), lengths: Vec::new(), places: vec![0; rows.len()], batches: Vec::new() };
        for batch in rows.chunks(size) {
            let length = batch.last().map_or(0, |(_, tokens)| tokens.len());
            if found.tokens.len() + batch.len() * length > MAX_TOKENS {
                return Err(refused(format!(
                    "more than {MAX_TOKENS} padded tokens: split the texts among several jobs"
                )));
            }
            for (index, tokens) in batch {
                found.places[*index] = found.lengths.len() as i32;
                found.lengths.push(tokens.len() as i32);
                found.tokens.extend(tokens.iter().map(|&token| token as i32));
                found.tokens.resize(found.tokens.len() + length - tokens.len(), 0);
            }
            found.batches.push(Batch { texts: batch.len(), length });
        }
        Ok(found)
    }
}

/// Most batches that a graph of so many layers has room for.
pub(super) fn most_batches(precision: Precision, layers: usize) -> usize {
    // What `graph` and `layer` append at most; a test builds graphs of just these sizes.
    let (shared, batch, layer) = match precision {
        Precision::F32 => (10 + 8 * layers, 40, 57),
        Precision::I8 => (10 + 12 * layers, 44, 93),
    };
    (OPERATIONS - shared) / (batch + layer * layers)
}

fn batch_size(spec: &Embedding, layers: usize, texts: usize) -> Result<usize, JobError> {
    let most = most_batches(spec.precision, layers);
    match spec.batch {
        None => Ok(TEXTS.max(texts.div_ceil(most.clamp(1, BATCHES)))),
        Some(batch) => {
            let size = usize::try_from(batch.get()).unwrap_or(usize::MAX);
            let batches = texts.div_ceil(size);
            if batches > most { Err(JobError::TooManyBatches { batches, most }) } else { Ok(size) }
        }
    }
}
