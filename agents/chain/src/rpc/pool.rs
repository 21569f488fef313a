//! Several nodes as one: a request goes to the node that answered last, then to the others, then round again.

use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;
use solana_rpc_client::nonblocking::rpc_client::RpcClient;
use solana_rpc_client_api::client_error::Error;
use solana_rpc_client_api::request::RpcRequest;
use solana_rpc_client_api::response::Response;
use tokio::time::timeout;

use super::COMMITMENT;
use super::classify::classify;
use crate::endpoints::shown;
use crate::error::{ChainError, ErrorKind};
use crate::retry::{RetryPolicy, retry};

/// One node.
pub(super) struct Node {
    /// The URL as it may be shown.
    url: String,
    client: RpcClient,
    timeout: Duration,
}

/// Nodes of one cluster.
pub(crate) struct Pool {
    nodes: Vec<Node>,
    /// The node that answered last.
    preferred: AtomicUsize,
    /// Answers from earlier slots are stale: this client has seen, or caused, something in this slot.
    floor: AtomicU64,
    retry: RetryPolicy,
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let urls: Vec<_> = self.nodes.iter().map(|node| &node.url).collect();
        f.debug_struct("Pool").field("nodes", &urls).field("floor", &self.floor).finish_non_exhaustive()
    }
}

impl Pool {
    pub(super) fn connect(urls: &[String], request_timeout: Duration, retry: RetryPolicy) -> Self {
        let clients = urls.iter().map(|url| {
            let client = RpcClient::new_with_timeout_and_commitment(url.clone(), request_timeout, COMMITMENT);
            (shown(url), client)
        });
        Self::new(clients.collect(), request_timeout, retry)
    }

    /// A pool of clients, each with the URL to show.
    pub(super) fn new(clients: Vec<(String, RpcClient)>, timeout: Duration, retry: RetryPolicy) -> Self {
        let nodes = clients.into_iter().map(|(url, client)| Node { url, client, timeout }).collect();
        Self { nodes, preferred: AtomicUsize::new(0), floor: AtomicU64::new(0), retry }
    }

    /// How requests are repeated.
    pub(super) fn retry_policy(&self) -> &RetryPolicy {
        &self.retry
    }

    /// The lowest slot that answers must come from.
    pub(super) fn floor(&self) -> u64 {
        self.floor.load(Ordering::Relaxed)
    }

    /// From now on, answers from before `slot` are stale.
    pub(super) fn raise_floor(&self, slot: u64) {
        self.floor.fetch_max(slot, Ordering::Relaxed);
    }

    /// The nodes, the one that answered last first.
    pub(super) fn nodes(&self) -> impl Iterator<Item = &Node> {
        let preferred = self.preferred.load(Ordering::Relaxed);
        self.nodes.iter().cycle().skip(preferred).take(self.nodes.len())
    }

    /// Makes a request of any node, over and over as the policy says.
    pub(super) async fn request<T: DeserializeOwned>(
        &self,
        request: RpcRequest,
        params: Value,
    ) -> Result<T, ChainError> {
        self.checked(request, |_| params.clone(), |_: &T| None).await
    }

    /// As [`Pool::request`], for answers that say their slot: `params` is given the lowest slot to ask for, and an answer
    /// from before it is refused, whatever the node made of the parameter.
    pub(super) async fn fresh<T: DeserializeOwned>(
        &self,
        request: RpcRequest,
        params: impl Fn(u64) -> Value,
    ) -> Result<Response<T>, ChainError> {
        self.checked(request, params, |answer: &Response<T>| Some(answer.context.slot)).await
    }

    async fn checked<T: DeserializeOwned>(
        &self,
        request: RpcRequest,
        params: impl Fn(u64) -> Value,
        slot: impl Fn(&T) -> Option<u64>,
    ) -> Result<T, ChainError> {
        let (params, slot) = (&params, &slot);
        retry(&self.retry, || async move {
            let floor = self.floor();
            let mut last = ChainError::Config { reason: "no RPC endpoint is configured; add one".to_owned() };
            for node in self.nodes() {
                let answer =
                    node.ask::<T>(request, params(floor), floor).await.and_then(|answer| match slot(&answer) {
                        Some(got) if got < floor => {
                            Err(ChainError::Behind { url: node.url.clone(), wanted: floor, got: Some(got) })
                        }
                        _ => Ok(answer),
                    });
                match answer {
                    Ok(answer) => {
                        self.prefer(node);
                        return Ok(answer);
                    }
                    Err(error) if error.kind() == ErrorKind::Retry => {
                        tracing::debug!(%error, %request, "asking another endpoint");
                        last = error;
                    }
                    Err(error) => return Err(error),
                }
            }
            Err(last)
        })
        .await
    }

    fn prefer(&self, node: &Node) {
        if let Some(index) = self.nodes.iter().position(|other| std::ptr::eq(other, node)) {
            self.preferred.store(index, Ordering::Relaxed);
        }
    }
}

impl Node {
    /// Makes a request of this node, once.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        request: RpcRequest,
        params: Value,
        floor: u64,
    ) -> Result<T, ChainError> {
        self.raw(request, params).await?.map_err(|error| classify(&self.url, floor, &error))
    }

    /// As [`Node::ask`], with the RPC client's own error.
    pub(super) async fn raw<T: DeserializeOwned>(
        &self,
        request: RpcRequest,
        params: Value,
    ) -> Result<Result<T, Error>, ChainError> {
        timeout(self.timeout, self.client.send(request, params)).await.map_err(|_| ChainError::Timeout {
            what: format!("{request} at {}", self.url),
            seconds: self.timeout.as_secs(),
        })
    }

    /// The URL as it may be shown.
    pub(super) fn url(&self) -> &str {
        &self.url
    }
}
