//! The configuration file: defaults, human durations, and errors that name the line.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use serde::Deserialize;
use tessera_node::{ConfigError, DaemonFile, Scheme};

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Work {
    max_runs: u16,
}

fn read(text: &str) -> Result<DaemonFile<Work>, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("provider.toml");
    std::fs::write(&path, text).unwrap();
    DaemonFile::read(&path)
}

#[test]
fn an_empty_file_is_the_default() {
    assert_eq!(read("").unwrap(), DaemonFile::default());
}

#[test]
fn durations_are_written_as_people_do() {
    let file = read(
        "market = \"M\"\n[cluster]\nsweep_every = \"1m 30s\"\n[node]\ngrace = \"5s\"\nfetch_from = [\"http\"]\n[work]\nmax_runs = 3\n",
    )
    .unwrap();
    assert_eq!(file.market.as_deref(), Some("M"));
    assert_eq!(file.cluster.sweep_every, Duration::from_secs(90));
    assert_eq!(file.node.grace, Duration::from_secs(5));
    assert_eq!(file.node.fetch_from, [Scheme::Http]);
    assert_eq!(file.work.max_runs, 3);
}

#[test]
fn a_misspelt_key_is_named_with_its_line() {
    for text in ["\nmarkt = \"M\"\n", "[node]\ngrce = \"5s\"\n", "[work]\nmax_run = 1\n", "[node]\ngrace = \"soon\"\n"]
    {
        let error = read(text).unwrap_err();
        assert!(error.to_string().contains("line 2"), "{error}");
    }
}

#[test]
fn a_missing_file_is_named() {
    let error = DaemonFile::<Work>::read("/nowhere/provider.toml".as_ref()).unwrap_err();
    assert!(error.to_string().contains("/nowhere/provider.toml"), "{error}");
}
