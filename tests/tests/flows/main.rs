//! Tasks from the requester's command to the last account's close, with real agents over RPC and websocket. On the
//! embedded chain, or on the cluster that `ANCHOR_PROVIDER_URL` names.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod audits;
mod bad_input;
mod balance;
mod cancel;
mod commitment;
mod disagreement;
mod disputes;
mod epoch;
mod governance;
mod happy_path;
mod leaving;
mod migration;
mod models;
mod no_show;
mod redundant;
mod restart;

use std::num::NonZeroU32;

use serde_json::Value;
use tessera_jobs::{JobSpec, KMeans, Pca, Start};
use tessera_tests::flow::{Scene, Typed};

const IRIS: &[u8] = include_bytes!("../../../data/iris.csv");
/// Base units.
const REWARD: u64 = 5_000_000;

/// Three clusters of iris.
fn kmeans() -> JobSpec {
    JobSpec::KMeans(KMeans {
        clusters: NonZeroU32::new(3).unwrap(),
        iterations: 20,
        start: Start::default(),
        columns: None,
        exclude: Vec::new(),
    })
}

/// Two components of iris.
fn pca() -> JobSpec {
    JobSpec::Pca(Pca { components: NonZeroU32::new(2).unwrap(), columns: None, exclude: Vec::new() })
}

/// A command as a person types it, in a process of its own.
async fn typed(scene: &Scene, wallet: &str, arguments: &[&str]) -> Typed {
    scene.command(env!("CARGO_BIN_EXE_tessera-of-tests"), wallet, arguments).await
}

/// The JSON of a command that does what it is asked to.
async fn json(scene: &Scene, wallet: &str, arguments: &[&str]) -> Value {
    typed(scene, wallet, &[arguments, &["--output", "json"]].concat()).await.json()
}

/// The exit code and the JSON error of one that does not.
async fn refused(scene: &Scene, wallet: &str, arguments: &[&str]) -> (i32, Value) {
    typed(scene, wallet, &[arguments, &["--output", "json"]].concat()).await.refusal()
}

/// Whether a text of a report says these words.
fn says(text: &Value, words: &str) -> bool {
    text.as_str().is_some_and(|text| text.contains(words))
}
