//! The journal survives crashes, refuses sharing, and tells what was left open.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs::OpenOptions;
use std::io::Write;

use tessera_node::journal::{Entry, Step};
use tessera_node::{Journal, JournalError};

fn entry(action: &str, subject: &str, step: Step) -> Entry {
    Entry { at: 5, action: action.into(), subject: subject.into(), step }
}

fn done() -> Step {
    Step::Done { signature: "s".into() }
}

#[tokio::test]
async fn intents_without_an_end_are_found_by_the_next_process() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/journal.jsonl");
    let (journal, open) = Journal::open(&path).unwrap();
    assert!(open.is_empty());
    for line in [
        entry("task_claim", "a", Step::Intent),
        entry("task_claim", "a", done()),
        entry("run_submit", "a", Step::Intent),
        entry("task_claim", "b", Step::Intent),
        entry("task_claim", "b", Step::Failed { error: "no".into() }),
    ] {
        journal.record(line).await.unwrap();
    }
    drop(journal);
    let (_journal, open) = Journal::open(&path).unwrap();
    assert_eq!(open, [entry("run_submit", "a", Step::Intent)]);
}

#[tokio::test]
async fn a_torn_last_line_is_dropped_and_writing_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.jsonl");
    let (journal, _) = Journal::open(&path).unwrap();
    journal.record(entry("task_claim", "a", Step::Intent)).await.unwrap();
    drop(journal);
    OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"at\":5,\"act").unwrap();

    let (journal, open) = Journal::open(&path).unwrap();
    assert_eq!(open.len(), 1);
    journal.record(entry("task_claim", "a", done())).await.unwrap();
    drop(journal);
    let (_journal, open) = Journal::open(&path).unwrap();
    assert!(open.is_empty());
}

#[test]
fn two_agents_cannot_share_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.jsonl");
    let _first = Journal::open(&path).unwrap();
    assert!(matches!(Journal::open(&path), Err(JournalError::InUse(_))));
}

#[test]
fn a_damaged_line_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.jsonl");
    std::fs::write(&path, "not an entry\n").unwrap();
    assert!(matches!(Journal::open(&path), Err(JournalError::Damaged { line: 1, .. })));
}
