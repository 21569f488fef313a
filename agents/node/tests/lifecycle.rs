//! Owned tasks end in order and report what happened; signals ask for the shutdown.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::future::pending;
use std::time::Duration;

use tessera_node::{Lost, Shutdown, Tasks};

#[tokio::test]
async fn a_panic_is_reported_with_its_name_and_message() {
    let mut tasks: Tasks<&str, ()> = Tasks::new();
    tasks.spawn("careless", async { panic!("dropped {}", "it") });
    let ended = tasks.next().await.unwrap();
    assert_eq!(ended.key, "careless");
    assert_eq!(ended.outcome, Err(Lost::Panicked("dropped it".into())));
    assert!(tasks.next().await.is_none());
}

#[tokio::test]
async fn closing_waits_for_the_quick_and_aborts_the_stuck() {
    let mut tasks = Tasks::new();
    tasks.spawn("quick", async { 7 });
    tasks.spawn("stuck", pending());
    let ends = tasks.close(Duration::from_millis(50)).await;
    let seen: Vec<_> = ends.into_iter().map(|end| (end.key, end.outcome)).collect();
    assert_eq!(seen, [("quick", Ok(7)), ("stuck", Err(Lost::Aborted))]);
}

#[cfg(unix)]
#[tokio::test]
async fn the_first_signal_asks_and_the_second_drops_the_work() {
    let terminate = || {
        let pid = std::process::id().to_string();
        assert!(std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    };
    let shutdown = Shutdown::new();
    let asked = shutdown.clone();
    let work = async {
        // The handler is in place once the guard was polled, which is before this yield returns.
        tokio::task::yield_now().await;
        terminate();
        asked.requested().await;
        terminate();
        pending::<()>().await;
    };
    assert!(shutdown.guard(work).await.is_err());
    assert!(shutdown.is_requested());
}

#[tokio::test]
async fn a_child_token_follows_and_does_not_lead() {
    let shutdown = Shutdown::new();
    let child = shutdown.child_token();
    child.cancel();
    assert!(!shutdown.is_requested());
    let other = shutdown.child_token();
    shutdown.request();
    assert!(other.is_cancelled());
}
