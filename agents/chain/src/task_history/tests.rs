#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use solana_keypair::Keypair;
use solana_signer::Signer;
use tessera::events::{AuditForced, Because, ReputationChanged, RunReleased, TaskClosed};

use super::*;
use crate::chain::Outgoing;
use crate::fake::FakeChain;
use crate::fake::fixture::key;
use crate::ix;

const TASK: u8 = 2;
const RUN: u8 = 3;

/// A transaction that touches these accounts and says these events.
async fn send(chain: &FakeChain, touched: &[u8], events: Vec<Event>) {
    let payer = Keypair::new();
    for event in events {
        chain.emit(event);
    }
    let touch = |byte: &u8| ix::lamports_transfer(payer.pubkey(), key(*byte), 1);
    let outgoing = Outgoing::new("touch", touched.iter().map(touch).collect::<Vec<_>>());
    chain.send(outgoing, &[&payer]).await.unwrap();
}

fn released(task: u8, released: u64) -> Event {
    Event::RunReleased(Box::new(RunReleased { task: key(task), run: key(RUN), provider: key(4), released }))
}

fn forced(paid: u64) -> Event {
    Event::AuditForced(Box::new(AuditForced { task: key(TASK), run: key(RUN), paid }))
}

fn closed() -> Event {
    Event::TaskClosed(Box::new(TaskClosed { task: key(TASK), dust: 0 }))
}

fn judged() -> Event {
    let because = Because::Upheld;
    Event::ReputationChanged(Box::new(ReputationChanged { provider: key(4), good: 1, bad: 0, score: 2, because }))
}

fn events(history: &TaskHistory) -> Vec<Event> {
    history.steps.iter().map(|step| step.event.clone()).collect()
}

#[tokio::test]
async fn a_closed_task_is_told_oldest_first_with_what_touched_its_runs_alone() {
    let chain = FakeChain::new();
    send(&chain, &[TASK, RUN], vec![released(TASK, 1)]).await;
    send(&chain, &[RUN], vec![forced(5)]).await;
    send(&chain, &[9], vec![forced(99)]).await;
    send(&chain, &[TASK, RUN], vec![released(TASK, 2), judged(), closed()]).await;
    let history = task_history(&chain, key(TASK), 100).await.unwrap();
    assert!(history.complete);
    assert_eq!(events(&history), [released(TASK, 1), forced(5), released(TASK, 2), judged(), closed()]);
    assert!(history.steps.is_sorted_by_key(|step| step.slot));
}

#[tokio::test]
async fn what_a_transaction_says_of_other_tasks_is_left_out_and_so_is_reputation_that_may_be_theirs() {
    let chain = FakeChain::new();
    send(&chain, &[TASK], vec![released(TASK, 1), released(7, 1), judged()]).await;
    send(&chain, &[TASK], vec![judged()]).await;
    let history = task_history(&chain, key(TASK), 100).await.unwrap();
    assert_eq!(events(&history), [released(TASK, 1)]);
}

#[tokio::test]
async fn it_reads_no_more_than_it_is_allowed_and_says_so() {
    let chain = FakeChain::new();
    for number in 0..250 {
        send(&chain, &[TASK], vec![forced(number)]).await;
    }
    let newest = task_history(&chain, key(TASK), 120).await.unwrap();
    assert!(!newest.complete);
    assert_eq!(events(&newest), (130..250).map(forced).collect::<Vec<_>>());
    let all = task_history(&chain, key(TASK), 250).await.unwrap();
    assert_eq!((all.complete, all.steps.len()), (true, 250));
    let none = task_history(&chain, key(8), 10).await.unwrap();
    assert_eq!(none, TaskHistory { steps: vec![], complete: true });
}
