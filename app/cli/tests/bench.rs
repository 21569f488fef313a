//! `bench`: what it prints, and what it says of peers that lie or break.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../../agents/jobs/tests/models/synthetic.rs"]
#[allow(dead_code)]
mod synthetic;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tessera_cli::bench::{Effort, Name, Peer, PeerError, PeerJob, Plan, Program, Sizes, measure};
use tessera_compute::Cancel;

/// A peer that is a shell script.
fn start(folder: &TempDir, script: &str) -> Peer {
    program(folder.path(), script).start(1).unwrap()
}

fn program(folder: &Path, script: &str) -> Program {
    Program::new(Path::new("sh"), folder).argument("-c").argument(script).patience(Duration::from_secs(60))
}

/// A peer that answers each request with the next of these lines.
fn answering(folder: &TempDir, lines: &[&str]) -> Peer {
    start(folder, &lines.iter().map(|line| format!("read -r request; echo '{line}'\n")).collect::<String>())
}

fn job() -> PeerJob {
    PeerJob::Pca { data: PathBuf::from("x.npy"), components: 2 }
}

fn says(error: &PeerError, words: &[&str]) {
    let text = error.to_string();
    for word in words {
        assert!(text.contains(word), "{text:?} does not say {word:?}");
    }
}

#[test]
fn an_honest_peer_is_asked_for_its_name_its_times_and_its_result() {
    let folder = tempfile::tempdir().unwrap();
    let mut peer = answering(
        &folder,
        &[r#"{"peer": "them 1.0"}"#, r#"{"peer": "them 1.0"}"#, r#"{"seconds": 1e-9}"#, r#"{"result": {"a": [1]}}"#],
    );
    assert_eq!(peer.check(&[Name::Pca]).unwrap(), "them 1.0");
    assert_eq!(peer.prepare(&job()).unwrap(), "them 1.0");
    assert_eq!(peer.run().unwrap(), 1e-9);
    assert_eq!(peer.result().unwrap(), serde_json::json!({"a": [1]}));
}

#[test]
fn requests_and_threads_reach_the_peer() {
    let folder = tempfile::tempdir().unwrap();
    let script = r#"read -r request; echo "$request" > "$0/request"; echo "{\"peer\": \"$OMP_NUM_THREADS $RAYON_NUM_THREADS\"}""#;
    let program = program(folder.path(), script).argument(folder.path());
    assert_eq!(program.start(3).unwrap().prepare(&job()).unwrap(), "3 3");
    let request: Value = serde_json::from_slice(&std::fs::read(folder.path().join("request")).unwrap()).unwrap();
    let expected = serde_json::json!({"request": "prepare", "job": {"name": "pca", "data": "x.npy", "components": 2}});
    assert_eq!(request, expected);
}

#[test]
fn answers_that_are_no_json_are_shown() {
    let folder = tempfile::tempdir().unwrap();
    let error = answering(&folder, &["loading the model ..."]).check(&[]).unwrap_err();
    says(&error, &["sh answered something else than JSON", "loading the model"]);
    let error = answering(&folder, &[r#"{"seconds": NaN}"#]).run().unwrap_err();
    assert!(matches!(error, PeerError::NotJson { .. }), "{error}");
    let error = answering(&folder, &["{\"peer\": \"\x1b[31mred"]).check(&[]).unwrap_err();
    assert!(!error.to_string().contains('\x1b'), "{error:?}");
}

#[test]
fn times_that_cannot_be_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for seconds in ["0", "-1", "1e6", "1e999", "null", "\"fast\""] {
        let error = answering(&folder, &[&format!(r#"{{"seconds": {seconds}}}"#)]).run().unwrap_err();
        assert!(matches!(error, PeerError::Answer { .. } | PeerError::NotJson { .. }), "{seconds}: {error}");
    }
}

#[test]
fn answers_to_other_questions_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for answer in ["{}", "[]", "7", r#"{"seconds": 1}"#, r#"{"peer": 7}"#] {
        let error = answering(&folder, &[answer]).check(&[]).unwrap_err();
        assert!(matches!(error, PeerError::Answer { .. }), "{answer}: {error}");
    }
}

#[test]
fn a_missing_module_is_told_in_the_peers_words() {
    let folder = tempfile::tempdir().unwrap();
    let error = answering(&folder, &[r#"{"error": "No module named sklearn"}"#]).check(&[Name::Pca]).unwrap_err();
    assert!(matches!(error, PeerError::Refused { .. }));
    says(&error, &["sh reports", "No module named sklearn"]);
}

#[test]
fn a_peer_that_ends_leaves_its_status_and_last_words() {
    let folder = tempfile::tempdir().unwrap();
    let error = start(&folder, "read -r request; echo first >&2; echo 'cannot go on' >&2; exit 7").run().unwrap_err();
    says(&error, &["exit status: 7", "cannot go on"]);
    let error = start(&folder, "exit 0").run().unwrap_err();
    says(&error, &["exit status: 0", "instead of answering"]);
}

#[test]
fn a_silent_peer_is_not_waited_for_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    // Reads its requests, and answers none.
    let script = "while read -r request; do :; done";
    let program = program(folder.path(), script).patience(Duration::from_millis(50));
    let error = program.start(1).unwrap().run().unwrap_err();
    assert!(matches!(error, PeerError::Silent { .. }), "{error}");
}

fn plan(names: &[Name]) -> Plan {
    Plan {
        names: names.to_vec(),
        threads: vec![2],
        sizes: Sizes::quick(),
        effort: Effort { rounds: 1, seconds: 0.0 },
        model: None,
        python: None,
        candle: None,
    }
}

#[test]
fn an_encoder_is_measured_next_to_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    write("model.safetensors", &synthetic::safetensors(&synthetic::encoder_tensors()));
    write("config.json", synthetic::config().to_string().as_bytes());
    write("tokenizer.json", synthetic::TOKENISER);
    let plan = Plan { model: Some(folder.path().to_owned()), ..plan(&[Name::Embedding]) };
    let report = measure(&plan, &Cancel::new(), &mut |_| {}).unwrap();
    let [figure] = &report.0[..] else { panic!("{report}") };
    assert!(figure.shape.starts_with("16 sentences, ") && figure.threads == 2 && figure.peer.is_none());
    assert!(figure.ours_seconds > 0.0 && figure.hash_share.unwrap() > figure.output_hash_share.unwrap());
    assert!(report.disagreement().is_none());
}

fn bench(args: &[&str]) -> Output {
    bench_with(args, Path::new("/nowhere"))
}

/// With Python's modules looked for in a folder first.
fn bench_with(args: &[&str], modules: &Path) -> Output {
    let home = tempfile::tempdir().unwrap();
    Command::new(env!("CARGO_BIN_EXE_tessera"))
        .env("PYTHONPATH", modules)
        .arg("bench")
        .args(args)
        .args(["--output", "json"])
        .env("HOME", home.path())
        .env("TESSERA_HOME", home.path())
        .env_remove("RUST_LOG")
        .output()
        .unwrap()
}

#[test]
fn json_has_every_name_with_its_peer_or_null() {
    let output = bench(&["--quick", "--threads", "1"]);
    assert!(output.status.success(), "{output:?}");
    let figures: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let names: Vec<&str> = figures.iter().map(|figure| figure["name"].as_str().unwrap()).collect();
    // Without an encoder, `embedding` is left out.
    let expected = ["matmul_f32", "matmul_f32", "matmul_i8", "kmeans", "pca", "linear_regression", "merkle"];
    assert_eq!(names, expected);
    for figure in &figures {
        let ours = figure["ours_seconds"].as_f64().unwrap();
        assert!(ours > 0.0 && figure["threads"] == 1 && figure["shape"].is_string(), "{figure}");
        let is_job = ["kmeans", "pca", "linear_regression"].contains(&figure["name"].as_str().unwrap());
        assert_eq!(figure["hash_share"].is_number(), is_job, "{figure}");
        match figure["peer_seconds"].as_f64() {
            Some(peers) => {
                assert!(figure["peer"].is_string() && !is_job);
                assert!((figure["ratio"].as_f64().unwrap() - peers / ours).abs() < 1e-9);
            }
            None => assert!(is_job && figure["peer"].is_null() && figure["ratio"].is_null(), "{figure}"),
        }
    }
}

#[test]
fn programs_that_are_no_peer_are_errors_before_anything_is_measured() {
    for (python, words) in [
        // Prints the script.
        ("cat", ["JSON", "The Python peers"].as_slice()),
        ("true", &["instead of answering"]),
        ("false", &["exit status: 1"]),
        ("/nowhere/python", &["cannot start /nowhere/python"]),
    ] {
        let output = bench(&["kmeans", "--quick", "--python", python]);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(output.stdout.is_empty());
        let error: Value = serde_json::from_slice(&output.stderr).unwrap();
        assert_eq!(error["code"], "bench");
        for word in words {
            assert!(error["error"].as_str().unwrap().contains(word), "{error}");
        }
        assert!(error["hint"].is_string());
    }
}

/// What the script in `tools/bench` finds instead of the real packages.
fn modules(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("sklearn")).unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

#[test]
fn a_python_without_scikit_learn_is_told_what_to_install() {
    let folder = modules(&[("sklearn/__init__.py", "raise ImportError('there is no such module')")]);
    let output = bench_with(&["kmeans", "--quick", "--python", "python3"], folder.path());
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let error: Value = serde_json::from_slice(&output.stderr).unwrap();
    let text = error["error"].as_str().unwrap();
    assert!(text.contains("there is no such module: install scikit-learn into"), "{text}");
}

#[test]
fn a_peer_with_another_result_is_an_error_after_the_figures() {
    let folder = modules(&[
        ("numpy.py", "def load(path):\n    return range(8) if path.endswith('centres.npy') else None\n"),
        ("sklearn/__init__.py", "__version__ = '0'\n"),
        (
            "sklearn/cluster.py",
            "class Rows(list):\n    def tolist(self):\n        return self\n\n\nclass KMeans:\n    inertia_ = 1.0\n\n    def __init__(self, clusters, max_iter, **rest):\n        \
             self.n_iter_ = max_iter\n        self.cluster_centers_ = Rows([[0.0] * 16] * clusters)\n\n    def fit(self, data):\n        print('noise')\n",
        ),
    ]);
    let output = bench_with(&["kmeans", "--quick", "--threads", "1", "--python", "python3"], folder.path());
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let figures: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (figures.len(), &figures[0]["peer"], &figures[0]["difference"]),
        (1, &"scikit-learn 0".into(), &1.0.into())
    );
    let error: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert!(error["error"].as_str().unwrap().contains("kmeans: scikit-learn 0 differs from ours by 1.0e0"), "{error}");
}

#[test]
fn what_makes_no_sense_is_a_usage_error() {
    for args in [
        ["sorting"].as_slice(),
        &["--threads", "0"],
        &["--threads", "many"],
        &["--largest", "100"],
        &["--quick", "--largest", "2048"],
        &["embedding"],
    ] {
        assert_eq!(bench(args).status.code(), Some(2), "{args:?}");
    }
}
