//! Tasks from the requester's command to the last account's close, with real agents over RPC and websocket. On the
//! embedded chain, or on the cluster that `ANCHOR_PROVIDER_URL` names.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod audits;
mod bad_input;
mod balance;
mod cancel;
mod disagreement;
mod disputes;
mod epoch;
mod happy_path;
mod models;
mod no_show;
mod redundant;
mod restart;

use std::num::NonZeroU32;

use tessera_jobs::{JobSpec, KMeans, Pca, Start};

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
