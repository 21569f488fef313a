//! Weights without a model: seeded numbers under the names that real ones have.

use safetensors::serialize;
use safetensors::tensor::{Dtype, TensorView};
use tessera_jobs::Encoder;

pub const WORDS: usize = 72;
pub const WIDTH: usize = 16;
pub const LAYERS: usize = 2;
pub const HEADS: usize = 4;
pub const INNER: usize = 40;
pub const POSITIONS: usize = 24;
pub const EPSILON: f32 = 1e-12;
pub const TOKENISER: &[u8] = include_bytes!("tokenizer.json");

/// A named f32 tensor.
#[derive(Clone, Debug)]
pub struct Named {
    pub name: String,
    pub dims: Vec<usize>,
    pub values: Vec<f32>,
}

/// Numbers from -0.5 to 0.5, scaled.
pub struct Numbers(pub u64);

impl Numbers {
    pub fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1u32 << 24) as f32 - 0.5
    }

    pub fn tensor(&mut self, name: &str, dims: &[usize], centre: f32, spread: f32) -> Named {
        let values = (0..dims.iter().product()).map(|_| centre + spread * self.next()).collect();
        Named { name: name.to_owned(), dims: dims.to_vec(), values }
    }
}

pub fn safetensors(tensors: &[Named]) -> Vec<u8> {
    let bytes: Vec<Vec<u8>> =
        tensors.iter().map(|tensor| tensor.values.iter().flat_map(|x| x.to_le_bytes()).collect()).collect();
    let views = tensors
        .iter()
        .zip(&bytes)
        .map(|(tensor, bytes)| (&tensor.name, TensorView::new(Dtype::F32, tensor.dims.clone(), bytes).unwrap()));
    serialize(views, None).unwrap()
}

pub fn encoder_tensors() -> Vec<Named> {
    let mut numbers = Numbers(7);
    let mut all = vec![
        numbers.tensor("embeddings.word_embeddings.weight", &[WORDS, WIDTH], 0.0, 0.4),
        numbers.tensor("embeddings.position_embeddings.weight", &[POSITIONS, WIDTH], 0.0, 0.2),
        numbers.tensor("embeddings.token_type_embeddings.weight", &[2, WIDTH], 0.0, 0.2),
    ];
    let norm = |all: &mut Vec<Named>, numbers: &mut Numbers, name: &str| {
        all.push(numbers.tensor(&format!("{name}.weight"), &[WIDTH], 1.0, 0.4));
        all.push(numbers.tensor(&format!("{name}.bias"), &[WIDTH], 0.0, 0.2));
    };
    let dense = |all: &mut Vec<Named>, numbers: &mut Numbers, name: &str, outputs: usize, inputs: usize| {
        all.push(numbers.tensor(&format!("{name}.weight"), &[outputs, inputs], 0.0, 1.0));
        all.push(numbers.tensor(&format!("{name}.bias"), &[outputs], 0.0, 0.3));
    };
    norm(&mut all, &mut numbers, "embeddings.LayerNorm");
    for layer in (0..LAYERS).map(|index| format!("encoder.layer.{index}")) {
        for part in ["query", "key", "value"] {
            dense(&mut all, &mut numbers, &format!("{layer}.attention.self.{part}"), WIDTH, WIDTH);
        }
        dense(&mut all, &mut numbers, &format!("{layer}.attention.output.dense"), WIDTH, WIDTH);
        norm(&mut all, &mut numbers, &format!("{layer}.attention.output.LayerNorm"));
        dense(&mut all, &mut numbers, &format!("{layer}.intermediate.dense"), INNER, WIDTH);
        dense(&mut all, &mut numbers, &format!("{layer}.output.dense"), WIDTH, INNER);
        norm(&mut all, &mut numbers, &format!("{layer}.output.LayerNorm"));
    }
    all
}

pub fn config() -> serde_json::Value {
    serde_json::json!({
        "model_type": "bert", "hidden_act": "gelu", "position_embedding_type": "absolute", "vocab_size": WORDS,
        "hidden_size": WIDTH, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS, "intermediate_size": INNER,
        "max_position_embeddings": POSITIONS, "type_vocab_size": 2, "layer_norm_eps": EPSILON,
    })
}

pub fn encoder() -> Encoder {
    Encoder::from_bytes(safetensors(&encoder_tensors()), config().to_string().as_bytes(), TOKENISER).unwrap()
}
