//! What the binary says and how it exits where no chain is needed: usage, bad data, missing set-up, an unreachable cluster.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// A directory in which nothing of this user's configuration exists.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn file(&self, name: &str, content: &str) -> String {
        std::fs::write(self.0.path().join(name), content).unwrap();
        self.path(name)
    }

    fn tessera(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_tessera"))
            .args(args)
            .env("HOME", self.0.path())
            .env("TESSERA_HOME", self.0.path().join("tessera"))
            .env_remove("TESSERA_MARKET")
            .env_remove("RUST_LOG")
            .output()
            .unwrap()
    }

    /// The exit code and the error of a command with `--output json`.
    fn refused(&self, args: &[&str]) -> (i32, Value) {
        let output = self.tessera(&[args, &["--output", "json"]].concat());
        assert!(output.stdout.is_empty(), "{output:?}");
        let error: Value = serde_json::from_slice(&output.stderr).unwrap_or_else(|e| panic!("{e}: {output:?}"));
        assert!(error["error"].as_str().is_some_and(|text| !text.is_empty()), "{error}");
        (output.status.code().unwrap(), error)
    }

    fn kmeans(&self, csv: &str, clusters: &str) -> (i32, Value) {
        let data = self.file("data.csv", csv);
        self.refused(&["task", "submit", "kmeans", "--data", &data, "--clusters", clusters, "--reward", "5"])
    }
}

fn says(error: &Value, words: &[&str]) {
    let text = error["error"].as_str().unwrap();
    for word in words {
        assert!(text.contains(word), "{text:?} does not say {word:?}");
    }
}

#[test]
fn help_and_version_are_no_errors() {
    let place = Place::new();
    for args in [["--help"].as_slice(), &["--version"], &["help", "task", "submit"], &["completions", "bash"]] {
        let output = place.tessera(args);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert!(!output.stdout.is_empty() && output.stderr.is_empty(), "{output:?}");
    }
}

#[test]
fn command_lines_that_make_no_sense_exit_with_2() {
    let place = Place::new();
    for args in [
        ["nonsense"].as_slice(),
        &["task", "show", "not-an-address"],
        &["wallet", "--url", "mainnet"],
        &["stake", "deposit", "1e3"],
        &["stake", "deposit", "-1"],
        &["task", "submit", "kmeans", "--data", "x.csv", "--clusters", "0", "--reward", "5"],
        &["task", "submit", "kmeans", "--data", "x.csv", "--clusters", "3"],
        &["task", "submit", "pca", "--data", "x.csv", "--components", "2", "--reward", "5", "--clusters", "3"],
        &["task", "submit", "pca", "--data", "x.csv", "--components", "2", "--reward", "5", "--open", "soon"],
        &["task", "submit", "matmul", "--left", "a.csv", "--reward", "5"],
        &["task", "submit", "matmul", "--left", "a.csv", "--right", "b.csv", "--reward", "5", "--columns", "a"],
        &["task", "submit", "matmul", "--left", "a.csv", "--right", "b.csv", "--reward", "5", "--precision", "f64"],
        &["task", "submit", "mlp", "--data", "x.csv", "--reward", "5"],
        &["task", "submit", "embedding", "--encoder", "m", "--texts", "t.txt", "--reward", "5", "--max-tokens", "0"],
        &["provider", "update"],
        &["provider", "run", "--backend", "gpu"],
        &["verifier", "run", "--backend", "cuda:one"],
    ] {
        let (code, error) = place.refused(args);
        assert_eq!((code, &error["code"]), (2, &Value::from("usage")), "{args:?}: {error}");
        assert_eq!(place.tessera(args).status.code(), Some(2));
    }
}

#[test]
fn a_gpu_that_is_not_there_is_refused_with_what_to_do() {
    let place = Place::new();
    let (code, error) = place.refused(&["provider", "hardware", "--backend", "cuda:99"]);
    assert_eq!((code, &error["code"]), (1, &Value::from("backend")));
    says(&error, &["cuda:99", "--backend cpu", "auto"]);
}

#[test]
fn hardware_is_shown_as_it_would_be_announced() {
    let output = Place::new().tessera(&["provider", "hardware", "--backend", "cpu", "--output", "json"]);
    let hardware: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&hardware["backend"], &hardware["compute_capability"]), (&Value::from("cpu"), &Value::from(0)));
    assert!(hardware["memory_mib"].is_u64(), "{hardware}");
}

#[test]
fn an_unknown_job_lists_the_known_ones() {
    let (code, error) = Place::new().refused(&["task", "submit", "kmean", "--data", "x.csv"]);
    assert_eq!(code, 2);
    says(&error, &["kmean", "linear-regression", "kmeans", "pca", "matmul", "mlp", "embedding"]);
}

#[test]
fn bad_data_are_refused_before_wallet_and_network_are_needed() {
    let place = Place::new();
    for (csv, words) in [
        ("", ["no rows"].as_slice()),
        ("a,b\n1,2\n3\n", &["3"]),
        ("a,b\n1,2\n\"3,4\n", &[]),
        ("a,b\n1,NaN\n", &["b"]),
        ("a,b\n1,inf\n", &["b"]),
        ("a,b\n1,x\n", &["b"]),
    ] {
        let (code, error) = place.kmeans(csv, "1");
        assert_eq!((code, &error["code"]), (1, &Value::from("job")), "{csv:?}: {error}");
        says(&error, words);
    }
}

#[test]
fn more_clusters_than_rows_are_refused() {
    let (code, error) = Place::new().kmeans("a,b\n1,2\n3,4\n", "3");
    assert_eq!(code, 1);
    says(&error, &["3 clusters", "2 rows"]);
}

#[test]
fn a_missing_data_file_is_named() {
    let place = Place::new();
    let path = place.path("nowhere.csv");
    let (code, error) =
        place.refused(&["task", "submit", "pca", "--data", &path, "--components", "1", "--reward", "5"]);
    assert_eq!(code, 1);
    says(&error, &["nowhere.csv"]);
}

#[test]
fn matrices_networks_and_texts_are_refused_before_wallet_and_network_are_needed() {
    let place = Place::new();
    let (table, torn) = (place.file("x.csv", "a,b\n1,2\n3,4\n"), place.file("w.safetensors", "torn"));
    let texts = place.file("texts.txt", "one text\n");
    let (none, folder) = (place.path("none"), place.path(""));
    for (args, code, words) in [
        (["matmul", "--left", &table, "--right", &none], "job", ["none"].as_slice()),
        (["matmul", "--left", &table, "--right", &place.file("y.csv", "1\n2\n3\n")], "job", &["2 x 2", "3 x 1"]),
        (["mlp", "--data", &table, "--weights", &none], "file", &["none"]),
        (["mlp", "--data", &table, "--weights", &torn], "job", &["safetensors"]),
        (["embedding", "--encoder", &folder, "--texts", &none], "file", &["none"]),
        (["embedding", "--encoder", &folder, "--texts", &texts], "job", &["config.json"]),
    ] {
        let (exit, error) = place.refused(&[&["task", "submit"], &args[..], &["--reward", "5"]].concat());
        assert_eq!((exit, &error["code"]), (1, &Value::from(code)), "{args:?}: {error}");
        says(&error, words);
    }
}

#[test]
fn missing_wallet_and_market_say_how_to_get_one() {
    let place = Place::new();
    let data = place.file("data.csv", "a,b\n1,2\n3,4\n");
    let submit = ["task", "submit", "kmeans", "--data", &data, "--clusters", "2", "--reward", "5"];
    let (code, error) = place.refused(&submit);
    assert_eq!((code, &error["code"]), (1, &Value::from("config")));
    assert!(error["hint"].as_str().unwrap().contains("tessera wallet new"), "{error}");

    assert_eq!(place.tessera(&["wallet", "new"]).status.code(), Some(0));
    assert!(Path::new(&place.path(".config/solana/id.json")).exists());
    let (code, error) = place.refused(&submit);
    assert_eq!((code, &error["code"]), (1, &Value::from("config")));
    assert!(error["hint"].as_str().unwrap().contains("tessera localnet"), "{error}");
}

#[test]
fn an_existing_wallet_is_never_overwritten() {
    let place = Place::new();
    let file = place.path("id.json");
    assert_eq!(place.tessera(&["wallet", "new", "--out", &file]).status.code(), Some(0));
    let before = std::fs::read(&file).unwrap();
    assert_eq!(place.tessera(&["wallet", "new", "--out", &file]).status.code(), Some(1));
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[test]
fn an_unreachable_cluster_is_named() {
    let place = Place::new();
    assert_eq!(place.tessera(&["wallet", "new"]).status.code(), Some(0));
    // A port that was free a moment ago and that nobody listens on.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}");
    let market = "11111111111111111111111111111111";
    for args in [["market", "show"].as_slice(), &["task", "list"], &["wallet"]] {
        let (code, error) = place.refused(&[args, &["--url", &url, "--market", market]].concat());
        assert_eq!((code, &error["code"]), (1, &Value::from("chain")), "{error}");
        says(&error, &["127.0.0.1", "cannot be reached"]);
    }
}

#[test]
fn solanas_configuration_file_decides_unless_a_flag_does() {
    let place = Place::new();
    let config =
        place.file("config.yml", "json_rpc_url: http://127.0.0.1:9\nwebsocket_url: ''\nkeypair_path: wallet.json\n");
    let (_, error) = place.refused(&["market", "show", "--config", &config]);
    says(&error, &["http://127.0.0.1:9"]);
    let (_, error) = place.refused(&["market", "show", "--config", &config, "--url", "devnet"]);
    says(&error, &["api.devnet.solana.com"]);
    let (code, error) = place.refused(&["market", "show", "--config", &place.path("none.yml")]);
    assert_eq!((code, &error["code"]), (1, &Value::from("file")));
}
