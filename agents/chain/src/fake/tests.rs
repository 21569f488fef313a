#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use solana_keypair::Keypair;
use solana_signer::Signer;
use tessera::slot_hashes::SlotHash;
use tokio_util::sync::CancellationToken;

use super::fixture::key;
use super::*;
use crate::chain::{Chain, HistoryPage};
use crate::ix;

fn limited() -> ChainError {
    ChainError::RateLimited { url: "http://node".into() }
}

fn transfer(payer: &Keypair) -> Outgoing {
    Outgoing::new("transfer", [ix::lamports_transfer(payer.pubkey(), key(2), 3)])
}

#[tokio::test]
async fn what_is_put_and_removed_shows_in_reads_and_feeds() {
    let chain = FakeChain::new();
    let mut feed = chain.watch(key(1), CancellationToken::new()).await.unwrap();
    chain.put_task(key(2), fixture::task(key(1), key(9), 4));
    assert_eq!(feed.changed().await.unwrap().tasks[&key(2)].terms.nonce, 4);
    assert_eq!(chain.task(key(2)).await.unwrap().unwrap().terms.nonce, 4);
    assert!(chain.run(key(2)).await.is_err(), "it is a task");
    assert_eq!((chain.tasks(key(1)).await.unwrap().len(), chain.tasks(key(3)).await.unwrap().len()), (1, 0));
    chain.remove(key(2));
    assert!(feed.changed().await.unwrap().tasks.is_empty());
    assert!(chain.task(key(2)).await.unwrap().is_none());
    chain.set_moment(fixture::moment(5));
    assert_eq!(feed.changed().await.unwrap().moment, fixture::moment(5));
}

#[tokio::test]
async fn a_feed_ends_when_it_is_cancelled() {
    let (chain, cancel) = (FakeChain::new(), CancellationToken::new());
    let mut feed = chain.watch(key(1), cancel.clone()).await.unwrap();
    cancel.cancel();
    assert_eq!(feed.changed().await.unwrap_err(), ChainError::Closed);
}

#[tokio::test]
async fn ordered_failures_come_once_each() {
    let (chain, payer) = (FakeChain::new(), Keypair::new());
    chain.fail_next(limited());
    assert_eq!(chain.moment().await.unwrap_err(), limited());
    assert!(chain.moment().await.is_ok());
    chain.fail_next_send(limited());
    assert_eq!(chain.send(transfer(&payer), &[&payer]).await.unwrap_err(), limited());
    assert!(chain.send(transfer(&payer), &[&payer]).await.is_ok());
    assert_eq!(chain.sent_labels(), ["transfer", "transfer"]);
}

#[tokio::test]
async fn an_effect_may_change_the_chain_that_it_is_given_and_history_tells() {
    let (chain, payer) = (FakeChain::new(), Keypair::new());
    chain.on_send(|chain, outgoing, signers| {
        assert_eq!(outgoing.label, "transfer");
        chain.set_lamports(signers[0], 1);
        Ok(())
    });
    let receipt = chain.send(transfer(&payer), &[&payer]).await.unwrap();
    assert_eq!(chain.lamports(payer.pubkey()).await.unwrap(), 1);
    let history = chain.history(key(2), 5).await.unwrap();
    assert_eq!((history.len(), history[0].signature), (1, receipt.signature));
    assert!(chain.history(key(3), 5).await.unwrap().is_empty());
}

#[tokio::test]
async fn history_comes_in_pages_with_the_events_of_what_succeeded() {
    let (chain, payer) = (FakeChain::new(), Keypair::new());
    let closed = |dust| Event::TaskClosed(Box::new(tessera::events::TaskClosed { task: key(2), dust }));
    for dust in 0..5 {
        chain.emit(closed(dust));
        if dust == 2 {
            chain.fail_next_send(limited());
        }
        let _ = chain.send(transfer(&payer), &[&payer]).await;
    }
    let first = chain.history_page(key(2), None, 2).await.unwrap();
    let second = chain.history_page(key(2), first.next, 2).await.unwrap();
    let third = chain.history_page(key(2), second.next, 2).await.unwrap();
    let events = |page: &HistoryPage| -> Vec<Event> {
        page.transactions.iter().flat_map(|past| past.details.clone().unwrap().events).collect()
    };
    assert_eq!([events(&first), events(&second), events(&third)].concat(), [4, 3, 1, 0].map(closed));
    assert_eq!((second.transactions[0].error.clone(), third.next), (Some(limited()), None));
}

#[tokio::test]
async fn slot_hashes_are_those_that_were_set() {
    let chain = FakeChain::new();
    assert_eq!(chain.slot_hash(5).await.unwrap(), SlotHash::NotYet);
    chain.set_slot_hashes(&[(10, [1; 32]), (14, [2; 32])]);
    for (slot, expected) in [
        (9, SlotHash::Expired),
        (10, SlotHash::Found([1; 32])),
        (11, SlotHash::Found([2; 32])),
        (14, SlotHash::Found([2; 32])),
        (15, SlotHash::NotYet),
    ] {
        assert_eq!(chain.slot_hash(slot).await.unwrap(), expected, "{slot}");
    }
}
