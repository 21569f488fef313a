//! Objects go in whole, come out checked, and every way of going wrong has its error.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

use tessera_compute::ContentId;
use tessera_node::{ContentStore, Scheme, StoreError, Stores};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

fn store_in(folder: &Path) -> ContentStore {
    ContentStore::open(folder.to_str().unwrap()).unwrap()
}

#[tokio::test]
async fn what_is_put_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let store = store_in(&folder.path().join("not/there yet"));
    for content in [&b""[..], b"a", &[7; 100_000]] {
        let id = store.put(content.to_vec()).await.unwrap();
        assert_eq!(id, ContentId::of(content));
        assert_eq!(store.put(content.to_vec()).await.unwrap(), id, "putting again is fine");
        assert_eq!(store.get(&id, content.len() as u64).await.unwrap(), content);
    }
}

#[tokio::test]
async fn a_longer_object_is_refused_before_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let store = store_in(folder.path());
    let id = store.put(vec![1; 100]).await.unwrap();
    let error = store.get(&id, 99).await.unwrap_err();
    assert!(matches!(error, StoreError::TooLarge { size: 100, limit: 99, .. }), "{error}");
    assert!(!error.is_retryable());
}

#[tokio::test]
async fn other_bytes_under_an_id_are_refused_and_mended_by_putting_the_right_ones() {
    let folder = tempfile::tempdir().unwrap();
    let store = store_in(folder.path());
    let id = store.put(b"right".to_vec()).await.unwrap();
    std::fs::write(folder.path().join(id.to_string()), b"wrong bytes").unwrap();
    let error = store.get(&id, 100).await.unwrap_err();
    let StoreError::WrongContent { expected, actual, .. } = &error else { panic!("{error}") };
    assert_eq!((*expected, *actual), (id, ContentId::of(b"wrong bytes")));
    assert!(error.is_retryable());
    store.put(b"right".to_vec()).await.unwrap();
    assert_eq!(store.get(&id, 100).await.unwrap(), &b"right"[..]);
}

#[tokio::test]
async fn a_missing_object_may_come_later() {
    let folder = tempfile::tempdir().unwrap();
    let error = store_in(folder.path()).get(&ContentId::of(b"x"), 10).await.unwrap_err();
    assert!(matches!(error, StoreError::NotFound { .. }), "{error}");
    assert!(error.is_retryable());
}

#[tokio::test]
async fn a_file_where_the_folder_should_be_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), b"").unwrap();
    let store = store_in(&folder.path().join("file"));
    assert!(store.put(b"x".to_vec()).await.is_err());
}

/// Answers every request on one connection after another with the same bytes.
async fn serve(listener: TcpListener, answer: Vec<u8>) {
    loop {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = [0; 4096];
        let _ = socket.read(&mut request).await;
        let _ = socket.write_all(&answer).await;
    }
}

async fn get_over_http(answer: &[u8], id: &ContentId, limit: u64) -> Result<bytes::Bytes, StoreError> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let locator = format!("http://{}/objects", listener.local_addr().unwrap());
    let store = ContentStore::open(&locator).unwrap();
    tokio::select! {
        () = serve(listener, answer.to_vec()) => unreachable!("serves until dropped"),
        got = store.get(id, limit) => got,
    }
}

fn ok_response(content: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nLast-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\nConnection: close\r\n\r\n",
        content.len()
    );
    [head.as_bytes(), content].concat()
}

#[tokio::test]
async fn http_stores_are_read_and_checked() {
    let id = ContentId::of(b"content");
    assert_eq!(get_over_http(&ok_response(b"content"), &id, 7).await.unwrap(), &b"content"[..]);
    let wrong = get_over_http(&ok_response(b"CONTENT"), &id, 7).await.unwrap_err();
    assert!(matches!(wrong, StoreError::WrongContent { .. }), "{wrong}");
    let large = get_over_http(&ok_response(b"content"), &id, 6).await.unwrap_err();
    assert!(matches!(large, StoreError::TooLarge { .. }), "{large}");
    let missing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let missing = get_over_http(missing, &id, 7).await.unwrap_err();
    assert!(matches!(missing, StoreError::NotFound { .. }), "{missing}");
    let forbidden = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let forbidden = get_over_http(forbidden, &id, 7).await.unwrap_err();
    assert!(matches!(forbidden, StoreError::Refused { .. }), "{forbidden}");
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let locator = format!("http://{}/objects", listener.local_addr().unwrap());
    drop(listener);
    let store = ContentStore::open(&locator).unwrap();
    let error = store.get(&ContentId::of(b"x"), 10).await.unwrap_err();
    assert!(matches!(error, StoreError::Unreachable { .. }), "{error}");
    assert!(error.is_retryable());
}

#[test]
fn strangers_locators_are_followed_only_as_configured() {
    let folder = tempfile::tempdir().unwrap();
    let own = store_in(folder.path());
    let own_locator = own.locator().to_string();
    let stores = Stores::new(vec![own], vec![Scheme::Http]);
    assert!(stores.at("https://example.com/a").is_ok());
    assert!(stores.at(&own_locator).is_ok(), "the operator's own store always is");
    let error = stores.at("file:///etc").unwrap_err();
    assert!(matches!(error, StoreError::Locator { .. }), "{error}");
    assert!(stores.at("relative/folder").is_err());
}
