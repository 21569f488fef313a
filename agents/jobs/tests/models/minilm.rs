//! all-MiniLM-L6-v2, if `TESSERA_MINILM` names its folder (`tools/minilm/fetch` prints one). The expected vectors are PyTorch's
//! (`tests/expected/minilm.py`).

use std::path::PathBuf;

use serde::Deserialize;
use tessera_jobs::{Embedding, Encoder, JobResult, Precision, prepare_embedding};

use super::{cosine, result_of};

#[derive(Deserialize)]
struct Expected {
    text: String,
    tokens: Vec<u32>,
    vector: Vec<f32>,
}

fn expected() -> Vec<Expected> {
    serde_json::from_str(include_str!("../expected/minilm.json")).unwrap()
}

fn encoder() -> Option<Encoder> {
    let Some(folder) = std::env::var_os("TESSERA_MINILM").map(PathBuf::from) else {
        println!("skipped: set TESSERA_MINILM=$(tools/minilm/fetch) to compare with PyTorch");
        return None;
    };
    Some(Encoder::read(&folder).unwrap())
}

fn embed(encoder: &Encoder, precision: Precision) -> Vec<Vec<f32>> {
    let texts: Vec<String> = expected().into_iter().map(|row| row.text).collect();
    let spec = Embedding { precision, ..Embedding::default() };
    let JobResult::Embedding(result) = result_of(&prepare_embedding(&spec, encoder, &texts).unwrap()) else {
        panic!("another job")
    };
    result.vectors
}

#[test]
fn minilm_agrees_with_pytorch() {
    let Some(encoder) = encoder() else { return };
    let mut worst = 0f32;
    for (vector, row) in embed(&encoder, Precision::F32).iter().zip(expected()) {
        assert_eq!(encoder.tokens(&row.text, 256).unwrap(), row.tokens, "{}", row.text);
        worst = vector.iter().zip(&row.vector).fold(worst, |worst, (a, b)| worst.max((a - b).abs()));
    }
    println!("largest difference from PyTorch: {worst:e}");
    assert!(worst < 1e-5, "{worst:e}");
}

#[test]
fn minilm_in_i8_loses_little() {
    let Some(encoder) = encoder() else { return };
    let vectors = embed(&encoder, Precision::I8);
    let cosines: Vec<f64> = vectors.iter().zip(expected()).map(|(vector, row)| cosine(vector, &row.vector)).collect();
    println!("cosine similarity of i8 to f32: {cosines:.5?}");
    assert!(cosines.iter().all(|&cosine| cosine > 0.98), "{cosines:?}");
}
