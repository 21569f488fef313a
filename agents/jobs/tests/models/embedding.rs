//! Embeddings by a small encoder of seeded weights.

use std::num::NonZeroU32;

use tessera_jobs::{Embedding, JobError, JobResult, Precision, prepare_embedding};

use super::encoder_f64::EncoderF64;
use super::synthetic::{POSITIONS, encoder, encoder_tensors};
use super::{cosine, result_of};

const TEXTS: [&str; 7] = [
    "the cat sat on the mat.",
    "",
    "A graph runs exactly, bitly!",
    "zebra",
    "Run, Run, running.",
    "今天 é",
    "a [MASK] z",
];

fn embed<S: AsRef<str>>(spec: &Embedding, texts: &[S]) -> Vec<Vec<f32>> {
    let job = prepare_embedding(spec, &encoder(), texts).unwrap();
    let result = result_of(&job);
    assert!(result.to_string().starts_with(&format!("embedding: {} texts", texts.len())));
    let JobResult::Embedding(result) = result else { panic!("another job") };
    result.vectors
}

fn batches_of(texts: u32) -> Embedding {
    Embedding { batch: NonZeroU32::new(texts), ..Embedding::default() }
}

#[test]
fn tokens_are_word_pieces_between_cls_and_sep() {
    let encoder = encoder();
    let tokens = |text: &str| encoder.tokens(text, 256).unwrap();
    assert_eq!(tokens("The CAT sat"), [2, 5, 6, 7, 3]);
    assert_eq!(tokens("runs"), [2, 12, 13, 3]);
    assert_eq!(tokens(""), [2, 3]);
    assert_eq!(tokens("今"), [2, 1, 3], "unknown");
    assert_eq!(tokens("[MASK]"), [2, 4, 3]);
    assert_eq!(encoder.tokens("the the the", 4).unwrap(), [2, 5, 5, 3]);
    assert_eq!(encoder.tokens("the", 0).unwrap(), [2, 3]);
    assert_eq!(tokens(&"a ".repeat(100)).len(), POSITIONS);
}

#[test]
fn vectors_agree_with_f64() {
    let (encoder, reference) = (encoder(), EncoderF64::new(&encoder_tensors()));
    for (vector, text) in embed(&Embedding::default(), &TEXTS).iter().zip(TEXTS) {
        let expected = reference.vector(&encoder.tokens(text, 256).unwrap());
        for (&found, expected) in vector.iter().zip(&expected) {
            assert!((f64::from(found) - expected).abs() < 2e-6, "{text}: {found} instead of {expected}");
        }
    }
}

#[test]
fn batches_change_no_bit() {
    let whole = embed(&batches_of(7), &TEXTS);
    for size in [1, 2, 3] {
        let parts = embed(&batches_of(size), &TEXTS);
        for (index, (a, b)) in whole.iter().zip(&parts).enumerate() {
            // Padding adds exact zeros to every sum of an attention and of the mean.
            assert!(a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits()), "text {index} in batches of {size}");
        }
    }
}

#[test]
fn i8_is_near_f32() {
    let single = embed(&Embedding::default(), &TEXTS);
    let quantised = embed(&Embedding { precision: Precision::I8, ..Embedding::default() }, &TEXTS);
    for ((a, b), text) in single.iter().zip(&quantised).zip(TEXTS) {
        let cosine = cosine(a, b);
        assert!(cosine > 0.995, "{text}: {cosine}");
        assert_ne!(a, b);
    }
}

#[test]
fn the_most_batches_fit_and_one_more_is_refused() {
    for precision in [Precision::F32, Precision::I8] {
        let spec = Embedding { precision, ..batches_of(1) };
        let many = vec!["a"; 4_000];
        let JobError::TooManyBatches { most, .. } = prepare_embedding(&spec, &encoder(), &many).unwrap_err() else {
            panic!("another error")
        };
        let job = prepare_embedding(&spec, &encoder(), &many[..most]).unwrap();
        let used = usize::from(job.graph.op_count());
        assert!(used > 3_800, "{used} operations leave room for more than {most} batches");
        assert!(prepare_embedding(&spec, &encoder(), &many[..=most]).is_err());
    }
}

#[test]
fn default_batches_fit_at_any_number_of_texts() {
    for count in [1, 31, 33, 257, 3_000] {
        let job = prepare_embedding(&Embedding::default(), &encoder(), &vec!["a cat"; count]).unwrap();
        assert_eq!(job.graph.output_specs()[0].shape.dims()[0], count as u64);
    }
}

#[test]
fn no_texts_and_too_long_ones_are_refused() {
    let refusal =
        |texts: &[String]| prepare_embedding(&Embedding::default(), &encoder(), texts).unwrap_err().to_string();
    assert!(refusal(&[]).starts_with("0 texts"));
    assert!(refusal(&["a".repeat(tessera_jobs::MAX_TEXT_BYTES + 1)]).contains("cut it"));
    assert!(refusal(&vec![String::new(); tessera_jobs::MAX_TEXTS + 1]).contains("65537 texts"));
}
