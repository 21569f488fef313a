//! candle-transformers as a peer of `tessera bench`: answers each line of JSON on stdin with one on stdout, as `tools/bench/peers.py` does.

mod encoder;

use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::time::Instant;

use encoder::Encoder;
use serde::Deserialize;
use serde_json::{Value, json};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

#[derive(Deserialize)]
#[serde(tag = "request", rename_all = "lowercase")]
enum Request {
    Check { names: Vec<String> },
    Prepare { job: Job },
    Run,
    Result,
}

#[derive(Deserialize)]
#[serde(tag = "name", rename_all = "snake_case")]
enum Job {
    Embedding {
        /// Folder with `config.json` and `model.safetensors`.
        model: PathBuf,
        /// Tokens of each text of each batch, without padding.
        batches: Vec<Vec<Vec<u32>>>,
    },
}

fn main() -> Outcome<()> {
    let mut encoder = None;
    let mut vectors = Vec::new();
    for line in std::io::stdin().lock().lines() {
        let answer =
            answer(&line?, &mut encoder, &mut vectors).unwrap_or_else(|error| json!({"error": error.to_string()}));
        let mut out = std::io::stdout().lock();
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

fn answer(line: &str, encoder: &mut Option<Encoder>, vectors: &mut Vec<Vec<f32>>) -> Outcome<Value> {
    match serde_json::from_str(line)? {
        Request::Check { names } => match names.iter().find(|&name| name != "embedding") {
            Some(name) => Err(format!("candle has no {name}").into()),
            None => Ok(named()),
        },
        Request::Prepare { job: Job::Embedding { model, batches } } => {
            *encoder = Some(Encoder::read(&model, &batches)?);
            Ok(named())
        }
        Request::Run => {
            let encoder = encoder.as_ref().ok_or("`run` before `prepare`")?;
            let begin = Instant::now();
            *vectors = encoder.run()?;
            Ok(json!({"seconds": begin.elapsed().as_secs_f64()}))
        }
        Request::Result => Ok(json!({"result": {"vectors": vectors}})),
    }
}

fn named() -> Value {
    json!({"peer": "candle 0.11.1"})
}
