//! A provider's service beside the chain: roots, hashes and leaves of the traces of its disputed runs, so that challengers
//! need not ask for them on chain. Nothing that is served has to be believed, and nothing has to be served.
//!
//! | path | bytes |
//! | --- | --- |
//! | `/v1/runs/{run}/trace` | the tensor roots of all operations' outputs, 32 each |
//! | `/v1/runs/{run}/operations/{operation}/tree` | the hash of the tree over its output |
//! | `/v1/runs/{run}/operations/{operation}/nodes/{first}/{count}` | the hashes four levels below that node, 32 each |
//! | `/v1/runs/{run}/operations/{operation}/leaves/{leaf}` | the leaf, 512, and its proof, 32 each |

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use serde::Deserialize;
use tessera_chain::{Pubkey, Task, Versioned, World};
use tessera_compute::referee::merkle::{FRONTIER_LEVELS, Node};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use super::error::PlayError;
use super::truth::Truth;
use super::truths::Truths;
use crate::shutdown::Shutdown;
use crate::workbench::Workbench;

/// Requests that wait for a recomputation, at most; more are turned away.
const WAITING: usize = 16;

/// Whether and where a provider serves, `[serve]` in its settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServeTuning {
    /// Address and port to listen on, such as `0.0.0.0:7300`; nothing is served without. Challengers look at the endpoint that
    /// is registered, `http://host:port`.
    pub listen: Option<SocketAddr>,
}

/// The service was not started.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {source}; choose another address for `listen` in [serve]")]
pub struct ListenError {
    address: SocketAddr,
    source: std::io::Error,
}

/// What is served; clones share it.
#[derive(Clone)]
pub struct Shelf {
    bench: Workbench,
    /// Apart from those of the moves: no request holds one up.
    truths: Truths,
    runs: Arc<RwLock<BTreeMap<Pubkey, Versioned<Task>>>>,
    /// One recomputation at a time.
    turn: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Shelf {
    /// Nothing is served yet.
    pub fn new(bench: Workbench) -> Self {
        Self {
            bench,
            truths: Truths::default(),
            runs: Arc::default(),
            turn: Arc::new(Semaphore::new(1)),
            waiting: Arc::new(Semaphore::new(WAITING)),
        }
    }

    /// From now on the disputed runs of this authority are served.
    pub fn show(&self, world: &World) {
        let me = self.bench.authority();
        let own = world.disputes.values().filter(|dispute| dispute.provider_authority == me && !dispute.settled);
        let runs = own.filter_map(|dispute| Some((dispute.run, world.tasks.get(&dispute.task)?.clone())));
        let runs: BTreeMap<_, _> = runs.collect();
        self.truths.keep(&runs.values().map(|task| task.key).collect());
        *self.runs.write().unwrap_or_else(PoisonError::into_inner) = runs;
    }

    /// The service's routes.
    pub fn router(self) -> Router {
        Router::new()
            .route("/v1/runs/{run}/trace", get(trace))
            .route("/v1/runs/{run}/operations/{operation}/tree", get(tree))
            .route("/v1/runs/{run}/operations/{operation}/nodes/{first}/{count}", get(nodes))
            .route("/v1/runs/{run}/operations/{operation}/leaves/{leaf}", get(leaf))
            .with_state(self)
    }

    async fn ask<F>(&self, run: &str, ask: F) -> Result<Bytes, StatusCode>
    where
        F: FnOnce(&mut Truth) -> Result<Option<Vec<u8>>, PlayError> + Send + 'static,
    {
        let run: Pubkey = run.parse().map_err(|_| StatusCode::BAD_REQUEST)?;
        let task = self.runs.read().unwrap_or_else(PoisonError::into_inner).get(&run).cloned();
        let task = task.ok_or(StatusCode::NOT_FOUND)?;
        let busy = StatusCode::SERVICE_UNAVAILABLE;
        let _place = self.waiting.clone().try_acquire_owned().map_err(|_| busy)?;
        let turn = self.turn.clone().acquire_owned().await.map_err(|_| busy)?;
        let truth = self.truths.of(&self.bench, &task).await.map_err(|_| busy)?;
        let asking = tokio::task::spawn_blocking(move || {
            // Until it is computed, also if nobody waits for it any more.
            let _turn = turn;
            ask(&mut truth.lock())
        });
        let found = asking.await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
        let found = found.map_err(|_| StatusCode::NOT_FOUND)?;
        found.map(Bytes::from).ok_or(StatusCode::NOT_FOUND)
    }
}

/// Serves until the shutdown. Returns the address that it listens on, and what to run.
///
/// # Errors
/// [`ListenError`].
pub async fn listen(
    shelf: Shelf,
    address: SocketAddr,
    shutdown: Shutdown,
) -> Result<(SocketAddr, impl Future<Output = ()> + Send + 'static), ListenError> {
    let error = |source| ListenError { address, source };
    let listener = TcpListener::bind(address).await.map_err(error)?;
    let bound = listener.local_addr().map_err(error)?;
    let serving = async move {
        let stop = async move { shutdown.requested().await };
        if let Err(error) = axum::serve(listener, shelf.router()).with_graceful_shutdown(stop).await {
            tracing::error!(%error, "disputed data are served no more");
        }
    };
    Ok((bound, serving))
}

type Answer = Result<Bytes, StatusCode>;

async fn trace(State(shelf): State<Shelf>, Path(run): Path<String>) -> Answer {
    shelf.ask(&run, |truth| Ok(Some(truth.trace()?.roots.iter().flat_map(|root| root.0).collect()))).await
}

async fn tree(State(shelf): State<Shelf>, Path((run, operation)): Path<(String, u16)>) -> Answer {
    shelf.ask(&run, move |truth| Ok(Some(truth.operation(operation)?.output()?.1.hash().to_vec()))).await
}

async fn nodes(
    State(shelf): State<Shelf>,
    Path((run, operation, first, count)): Path<(String, u16, u64, u64)>,
) -> Answer {
    let hashes = move |truth: &mut Truth| {
        let operation = truth.operation(operation)?;
        let hashes = operation.output()?.1.frontier(Node { first, count }, FRONTIER_LEVELS);
        Ok(hashes.map(|hashes| hashes.concat()))
    };
    shelf.ask(&run, hashes).await
}

async fn leaf(State(shelf): State<Shelf>, Path((run, operation, leaf)): Path<(String, u16, u64)>) -> Answer {
    let bytes = move |truth: &mut Truth| {
        let operation = truth.operation(operation)?;
        let (output, tree) = operation.output()?;
        let shown = output.leaf(leaf).zip(tree.prove(leaf));
        Ok(shown.map(|(bytes, proof)| [&bytes[..], proof.as_flattened()].concat()))
    };
    shelf.ask(&run, bytes).await
}
