//! Sentence vectors: the same tokens in the same padded batches for all.

use std::num::NonZeroU32;
use std::path::Path;

use tessera_jobs::{Embedding, Encoder, JobError, prepare_embedding};

use super::contest::Contest;
use super::sentences::sentences;
use super::{BenchError, Name, PeerJob};

/// Texts of a batch.
const BATCH: NonZeroU32 = NonZeroU32::MIN.saturating_add(31);
/// How far any number of a vector may be from a peer's.
const TOLERANCE: f64 = 1e-5;

pub(super) fn contest(encoder: &Encoder, model: &Path, texts: usize) -> Result<Contest, BenchError> {
    let spec = Embedding { batch: Some(BATCH), ..Embedding::default() };
    let sentences = sentences(texts);
    let most = usize::try_from(spec.max_tokens.get()).unwrap_or(usize::MAX);
    let mut tokens = Vec::with_capacity(texts);
    for (index, sentence) in sentences.iter().enumerate() {
        tokens.push((index, encoder.tokens(sentence, most).map_err(JobError::from)?));
    }
    // As the job sorts them: by length, equal ones in the order given.
    tokens.sort_by_key(|(_, tokens)| tokens.len());
    let order = tokens.iter().map(|(index, _)| *index).collect();
    let batches: Vec<Vec<Vec<u32>>> = tokens
        .chunks(BATCH.get() as usize)
        .map(|batch| batch.iter().map(|(_, tokens)| tokens.clone()).collect())
        .collect();
    let padded: usize = batches.iter().map(|batch| batch.len() * batch.last().map_or(0, Vec::len)).sum();
    // A peer is started in the folder that this process is in, but its script need not be.
    let model = std::path::absolute(model).map_err(|source| BenchError::file("find", model, source))?;
    Ok(Contest {
        name: Name::Embedding,
        shape: format!("{texts} sentences, {padded} padded tokens"),
        prepared: prepare_embedding(&spec, encoder, &sentences)?,
        job: PeerJob::Embedding { model, batches, order },
        tolerance: TOLERANCE,
    })
}
