//! What a challenger takes from a provider's service, and what it does not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use axum::Router;
use axum::http::StatusCode;
use axum::response::Redirect;
use axum::routing::get;
use tessera_chain::Pubkey;
use tessera_compute::referee::limits::MAX_OPERATIONS;
use tessera_compute::referee::merkle::Node;
use tessera_node::dispute::{Asked, Served};
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::task::{JoinHandle, spawn_blocking};

/// A service on loopback; its end is the test's.
async fn serve(router: Router) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    (endpoint, tokio::spawn(async move { axum::serve(listener, router).await.unwrap() }))
}

/// Asks on a thread that may block.
async fn ask<T: Send + 'static>(endpoint: &str, ask: impl FnOnce(&Asked) -> T + Send + 'static) -> T {
    let asked = Asked::at(endpoint, Pubkey::new_from_array([7; 32]), Handle::current()).unwrap();
    spawn_blocking(move || ask(&asked)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_of_the_right_length_are_taken() {
    let router = Router::new()
        .route("/v1/runs/{run}/trace", get(|| async { vec![1; 3 * 32] }))
        .route("/v1/runs/{run}/operations/2/tree", get(|| async { vec![2; 32] }))
        .route("/v1/runs/{run}/operations/2/nodes/0/5", get(|| async { vec![3; 5 * 32] }))
        .route("/v1/runs/{run}/operations/2/leaves/9", get(|| async { vec![4; 512 + 2 * 32] }));
    let (endpoint, service) = serve(router).await;
    let found = ask(&endpoint, |asked| {
        (asked.trace(), asked.tree(2), asked.nodes(2, Node { first: 0, count: 5 }), asked.leaf(2, 9))
    });
    let (trace, tree, nodes, leaf) = found.await;
    assert_eq!(trace.unwrap().len(), 3);
    assert_eq!(tree, Some([2; 32]));
    assert_eq!(nodes, Some(vec![[3; 32]; 5]));
    let leaf = leaf.unwrap();
    assert_eq!((leaf.bytes, leaf.proof), ([4; 512], vec![[4; 32]; 2]));
    service.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_long_too_short_missing_or_elsewhere_is_not_served() {
    let router = Router::new()
        .route("/v1/runs/{run}/trace", get(|| async { vec![1; (MAX_OPERATIONS + 1) * 32] }))
        .route("/v1/runs/{run}/operations/2/tree", get(|| async { vec![2; 31] }))
        .route("/v1/runs/{run}/operations/3/tree", get(|| async { Redirect::temporary("2/tree") }))
        .route("/v1/runs/{run}/operations/2/nodes/0/5", get(|| async { StatusCode::NOT_FOUND }))
        .route("/v1/runs/{run}/operations/2/leaves/9", get(|| async { vec![4; 512 + 31] }))
        .route("/v1/runs/{run}/operations/2/leaves/8", get(|| async { vec![4; 100] }));
    let (endpoint, service) = serve(router).await;
    let found = ask(&endpoint, |asked| {
        let nodes = asked.nodes(2, Node { first: 0, count: 5 });
        let leaves = [asked.leaf(2, 9), asked.leaf(2, 8), asked.leaf(2, 7)];
        (asked.trace(), asked.tree(2), asked.tree(3), nodes, leaves)
    });
    assert_eq!(found.await, (None, None, None, None, [None, None, None]));
    service.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_nobody_answers_serves_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    assert_eq!(ask(&endpoint, |asked| (asked.trace(), asked.tree(0))).await, (None, None));
    for no_url in ["", "host:7300", "ftp://host/", "file:///etc"] {
        assert!(Asked::at(no_url, Pubkey::default(), Handle::current()).is_none(), "{no_url}");
    }
}
