//! Damaged and hostile files: an error or a result, no panic, no memory beyond the file's size.

use serde_json::{Value, json};
use tessera_jobs::{Embedding, Encoder, Mlp, ModelError, Weights, prepare_embedding, prepare_mlp};

use super::synthetic::{Numbers, TOKENISER, config, encoder, encoder_tensors, safetensors};
use super::table;

/// What a run does with an encoder; only panics and hangs fail.
fn use_encoder(weights: &[u8], config: &[u8], tokeniser: &[u8]) -> bool {
    let Ok(encoder) = Encoder::from_bytes(weights.to_vec(), config, tokeniser) else { return false };
    prepare_embedding(&Embedding::default(), &encoder, &["the cat [MASK] sat", "", "é今\u{0}\u{301}a"]).is_ok()
}

/// `bytes` with some of them overwritten, cut out or repeated.
fn mutated(bytes: &[u8], numbers: &mut Numbers, within: usize) -> Vec<u8> {
    let mut draw = |below: usize| (((numbers.next() + 0.5) * below as f32) as usize).min(below.saturating_sub(1));
    let mut found = bytes.to_vec();
    for _ in 0..=draw(3) {
        let at = draw(within.min(found.len()));
        match draw(4) {
            0 => found[at] = draw(256) as u8,
            1 => found[at] ^= 1 << draw(8),
            2 => drop(found.drain(at..(at + 1 + draw(8)).min(found.len()))),
            _ => found.splice(at..at, b"9999999999,[{\"\\u0000\""[..1 + draw(20)].iter().copied()).for_each(drop),
        }
    }
    found
}

#[test]
fn mutated_tokenisers_do_not_panic() {
    let (weights, config, mut numbers) = (safetensors(&encoder_tensors()), config().to_string(), Numbers(1));
    let survivors = (0..1_500)
        .filter(|_| {
            let tokeniser = mutated(TOKENISER, &mut numbers, TOKENISER.len());
            use_encoder(&weights, config.as_bytes(), &tokeniser)
        })
        .count();
    assert!(survivors > 20, "{survivors}: hardly any mutant is read, so nothing is tested");
}

#[test]
fn mutated_weights_and_configurations_do_not_panic() {
    let (weights, config, mut numbers) = (safetensors(&encoder_tensors()), config().to_string(), Numbers(2));
    let header = 8 + u64::from_le_bytes(*weights.first_chunk().unwrap()) as usize;
    for _ in 0..1_500 {
        use_encoder(&mutated(&weights, &mut numbers, header), config.as_bytes(), TOKENISER);
        use_encoder(&weights, &mutated(config.as_bytes(), &mut numbers, config.len()), TOKENISER);
    }
}

#[test]
fn mutated_networks_do_not_panic() {
    let tensors = [Numbers(4).tensor("0.weight", &[3, 2], 0.0, 1.0), Numbers(5).tensor("0.bias", &[3], 0.0, 1.0)];
    let (weights, rows, mut numbers) = (safetensors(&tensors), table(2, vec![1.0; 4]), Numbers(3));
    for _ in 0..3_000 {
        let bytes = mutated(&weights, &mut numbers, weights.len());
        if let Ok(weights) = Weights::from_bytes(&bytes) {
            let _ = prepare_mlp(&Mlp::default(), &rows, &weights);
        }
    }
}

#[test]
fn header_lengths_are_checked_before_anything_is_read() {
    let claim = |length: u64| [&length.to_le_bytes()[..], b"{}"].concat();
    assert!(matches!(Weights::from_bytes(&claim(u64::MAX)), Err(ModelError::HeaderTooLarge(u64::MAX))));
    assert!(matches!(Weights::from_bytes(&claim(tessera_jobs::MAX_HEADER_BYTES)), Err(ModelError::Safetensors(_))));
    assert!(matches!(Weights::from_bytes(&claim(3)), Err(ModelError::Safetensors(_))));
    assert!(matches!(Weights::from_bytes(b""), Err(ModelError::Safetensors(_))));
    assert!(Weights::from_bytes(&claim(2)).unwrap().names().is_empty());
}

#[test]
fn tensors_may_neither_overflow_nor_overlap() {
    let file = |header: &str, data: usize| {
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header.bytes());
        bytes.resize(bytes.len() + data, 0);
        Weights::from_bytes(&bytes).map(|weights| weights.names().len()).map_err(|error| error.to_string())
    };
    assert_eq!(file(r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 4), Ok(1));
    for header in [
        r#"{"a":{"dtype":"F32","shape":[18446744073709551615,2],"data_offsets":[0,4]}}"#,
        r#"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#,
        r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#,
        r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,18446744073709551615]}}"#,
        r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
        r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,
    ] {
        assert!(file(header, 4).is_err(), "{header}");
    }
}

#[test]
fn nonsense_in_a_configuration_is_named() {
    let refusal = |key: &str, value: Value| {
        let mut config = config();
        config[key] = value;
        Encoder::from_bytes(safetensors(&encoder_tensors()), config.to_string().as_bytes(), TOKENISER).unwrap_err()
    };
    for (key, value) in [
        ("model_type", json!("roberta")),
        ("hidden_act", json!("relu")),
        ("position_embedding_type", json!("relative_key")),
        ("vocab_size", json!(0)),
        ("hidden_size", json!(u64::MAX)),
        ("num_hidden_layers", json!(15)),
        ("num_attention_heads", json!(0)),
        ("intermediate_size", json!(1_000_000)),
        ("max_position_embeddings", json!(-1)),
        ("max_position_embeddings", json!(1)),
        ("layer_norm_eps", json!(0.0)),
        ("layer_norm_eps", json!(1e300)),
    ] {
        let error = refusal(key, value.clone());
        assert!(matches!(error, ModelError::Config(_)), "{key} {value}: {error}");
    }
    assert!(refusal("num_attention_heads", json!(3)).to_string().contains("3 heads"));
    // Within bounds, but not what the weights are.
    assert!(matches!(refusal("hidden_size", json!(32)), ModelError::TensorShape { .. }));
    assert!(matches!(refusal("num_hidden_layers", json!(3)), ModelError::MissingTensor(_)));
}

#[test]
fn other_kinds_of_tokenisers_are_refused() {
    let refusal = |change: fn(&mut Value)| {
        let mut file: Value = serde_json::from_slice(TOKENISER).unwrap();
        change(&mut file);
        let weights = safetensors(&encoder_tensors());
        Encoder::from_bytes(weights, config().to_string().as_bytes(), file.to_string().as_bytes())
            .unwrap_err()
            .to_string()
    };
    assert!(refusal(|file| file["model"]["type"] = json!("BPE")).contains("WordPiece"));
    assert!(
        refusal(|file| file["normalizer"] = json!({"type": "Replace", "pattern": {"Regex": "(a+)+$"}}))
            .contains("BERT")
    );
    assert!(refusal(|file| file["pre_tokenizer"]["type"] = json!("ByteLevel")).contains("BERT"));
    assert!(refusal(|file| file["post_processor"]["single"] = json!([])).contains("post-processor"));
    assert!(refusal(|file| file["model"]["max_input_chars_per_word"] = json!(1_000_000)).contains("max_input_chars"));
    assert!(refusal(|file| file["model"]["unk_token"] = json!("[WHAT]")).contains("[WHAT]"));
    assert!(refusal(|file| file["added_tokens"][0]["content"] = json!("x".repeat(300))).contains("added tokens"));
}

#[test]
fn files_over_their_limits_are_refused_unparsed() {
    let (weights, good) = (safetensors(&encoder_tensors()), config().to_string());
    let long = vec![b' '; (1 << 24) + 1];
    assert!(matches!(Encoder::from_bytes(weights.clone(), good.as_bytes(), &long), Err(ModelError::Tokeniser(_))));
    assert!(matches!(Encoder::from_bytes(weights, &long, TOKENISER), Err(ModelError::Config(_))));
}

#[test]
fn an_encoder_is_read_from_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let read = || Encoder::read(folder.path());
    assert!(matches!(read(), Err(ModelError::Read { path, .. }) if path.ends_with("config.json")));
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    write("model.safetensors", &safetensors(&encoder_tensors()));
    write("config.json", config().to_string().as_bytes());
    write("tokenizer.json", TOKENISER);
    assert_eq!(read().unwrap().width(), super::synthetic::WIDTH);
    write("config.json", &vec![b' '; 3 << 20]);
    assert!(matches!(read(), Err(ModelError::Config(reason)) if reason.contains("larger")));
}

#[test]
fn a_word_that_the_encoder_does_not_know_is_refused() {
    let mut file: Value = serde_json::from_slice(TOKENISER).unwrap();
    file["model"]["vocab"]["cat"] = json!(4_000_000_000u32);
    let weights = safetensors(&encoder_tensors());
    let other = Encoder::from_bytes(weights, config().to_string().as_bytes(), file.to_string().as_bytes()).unwrap();
    let error = prepare_embedding(&Embedding::default(), &other, &["the cat"]).unwrap_err().to_string();
    assert!(error.contains("4000000000"), "{error}");
    assert!(prepare_embedding(&Embedding::default(), &encoder(), &["the cat"]).is_ok());
}
