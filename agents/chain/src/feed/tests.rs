#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::VecDeque;
use std::sync::Mutex;

use super::*;
use crate::fake::fixture::{self, key};
use crate::world::{Account, AccountKind};

const MARKET: u8 = 1;
const TASK: u8 = 2;

/// Answers from lists; the last sweep is repeated.
#[derive(Default)]
struct Script {
    sweeps: Mutex<VecDeque<Result<Vec<Update>, ChainError>>>,
    rereads: Mutex<VecDeque<Vec<Update>>>,
    asked: Mutex<Vec<(&'static str, u64)>>,
}

#[async_trait]
impl Reader for Script {
    async fn sweep(&self, _market: Pubkey, floor: u64) -> Result<Vec<Update>, ChainError> {
        self.asked.lock().unwrap().push(("sweep", floor));
        let mut sweeps = self.sweeps.lock().unwrap();
        if sweeps.len() > 1 { sweeps.pop_front().unwrap() } else { sweeps[0].clone() }
    }

    async fn reread(&self, keys: Vec<Pubkey>, floor: u64) -> Result<Vec<Update>, ChainError> {
        assert_eq!(keys, [key(TASK)]);
        self.asked.lock().unwrap().push(("reread", floor));
        Ok(self.rereads.lock().unwrap().pop_front().unwrap())
    }

    async fn clock(&self) -> Result<Moment, ChainError> {
        Ok(fixture::moment(1))
    }
}

fn task(nonce: u64) -> Account {
    Account::Task(Box::new(fixture::task(key(MARKET), key(9), nonce)))
}

fn news(slot: u64, nonce: u64) -> Message {
    Message::News(Update::Account { key: key(TASK), slot, account: task(nonce) })
}

fn listing(slot: u64, tasks: &[u64]) -> Vec<Update> {
    let accounts = tasks.iter().map(|nonce| (key(TASK), task(*nonce))).collect();
    vec![Update::Listing { kind: AccountKind::Task, slot, accounts }]
}

fn nonce(world: &World) -> Option<u64> {
    world.tasks.get(&key(TASK)).map(|task| task.terms.nonce)
}

/// A feed without websockets, and the end of the channel that they would write to.
async fn feed(script: Script) -> (Feed, mpsc::Sender<Message>, Arc<Script>) {
    let reader = Arc::new(script);
    let cancel = CancellationToken::new();
    let (publish, world) = watch::channel(Arc::new(World::new(key(MARKET))));
    let (messages, inbox) = mpsc::channel(4);
    let (ready, first) = oneshot::channel();
    let nudge = Arc::new(Notify::new());
    let mut tasks = JoinSet::new();
    let actor = Actor::new(
        publish,
        inbox,
        messages.clone(),
        Arc::clone(&reader) as Arc<dyn Reader>,
        Arc::clone(&nudge),
        FeedPolicy::default(),
    );
    tasks.spawn(actor.run(ready, cancel.clone()));
    first.await.unwrap().unwrap();
    (Feed { world, nudge, cancel, tasks }, messages, reader)
}

fn script(sweeps: Vec<Result<Vec<Update>, ChainError>>, rereads: Vec<Vec<Update>>) -> Script {
    Script { sweeps: Mutex::new(sweeps.into()), rereads: Mutex::new(rereads.into()), asked: Mutex::default() }
}

/// Waits until the feed shows this nonce.
async fn shows(feed: &mut Feed, expected: Option<u64>) {
    while nonce(&feed.latest()) != expected {
        feed.changed().await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_sweep_is_there_before_the_feed_is() {
    let (feed, ..) = feed(script(vec![Ok(listing(5, &[1]))], vec![])).await;
    assert_eq!(nonce(&feed.latest()), Some(1));
    feed.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn newer_news_are_shown_and_each_subscription_is_followed_by_a_sweep() {
    let (mut feed, messages, reader) = feed(script(vec![Ok(listing(5, &[1])), Ok(listing(7, &[3]))], vec![])).await;
    messages.send(news(6, 2)).await.unwrap();
    shows(&mut feed, Some(2)).await;
    messages.send(Message::Subscribed).await.unwrap();
    shows(&mut feed, Some(3)).await;
    assert_eq!(*reader.asked.lock().unwrap(), [("sweep", 0), ("sweep", 6)]);
}

#[tokio::test(start_paused = true)]
async fn news_that_seem_old_are_read_again() {
    let updates = vec![Update::Account { key: key(TASK), slot: 8, account: task(4) }];
    let (mut feed, messages, reader) = feed(script(vec![Ok(listing(7, &[1]))], vec![updates])).await;
    messages.send(news(2, 9)).await.unwrap();
    shows(&mut feed, Some(4)).await;
    assert_eq!(reader.asked.lock().unwrap()[1], ("reread", 7));
}

#[tokio::test(start_paused = true)]
async fn a_sweep_finds_what_was_closed_in_silence() {
    let (mut feed, ..) = feed(script(vec![Ok(listing(5, &[1])), Ok(listing(6, &[]))], vec![])).await;
    let started = tokio::time::Instant::now();
    shows(&mut feed, None).await;
    assert!(started.elapsed() <= FeedPolicy::default().sweep_every);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_does_not_wait_for_the_next_sweep() {
    let (mut feed, ..) = feed(script(vec![Ok(listing(5, &[1])), Ok(listing(6, &[2]))], vec![])).await;
    let started = tokio::time::Instant::now();
    feed.refresh();
    shows(&mut feed, Some(2)).await;
    assert!(started.elapsed() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_failed_sweep_leaves_the_world_and_the_next_one_comes() {
    let failed = Err(ChainError::Unhealthy { url: "http://node".into() });
    let (mut feed, ..) = feed(script(vec![Ok(listing(5, &[1])), failed, Ok(listing(6, &[2]))], vec![])).await;
    feed.refresh();
    shows(&mut feed, Some(2)).await;
}

#[tokio::test(start_paused = true)]
async fn the_clock_counts_as_news_and_cancelling_ends_the_feed() {
    let (mut feed, ..) = feed(script(vec![Ok(listing(5, &[1]))], vec![])).await;
    while feed.latest().moment != fixture::moment(1) {
        feed.changed().await.unwrap();
    }
    feed.cancel.cancel();
    assert_eq!(feed.changed().await.unwrap_err(), ChainError::Closed);
    feed.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_cannot_be_read_is_not_started() {
    let error = ChainError::Unhealthy { url: "http://node".into() };
    let reader = Arc::new(script(vec![Err(error.clone())], vec![]));
    let feed = Feed::start(key(MARKET), reader, vec![], &FeedPolicy::default(), CancellationToken::new()).await;
    assert_eq!(feed.unwrap_err(), error);
}
