//! The one task that writes a feed's world.

use std::collections::BTreeSet;
use std::sync::Arc;

use anchor_lang::prelude::Pubkey;
use tessera::state::Moment;

use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::{Interval, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::{FeedPolicy, Message, Reader};
use crate::error::ChainError;
use crate::world::{Update, World};

/// Messages taken in before the world is published.
const BATCH: usize = 256;

/// Accounts that are read again in one go.
const REREAD: usize = 100;

/// What the actor has going on beside listening; at most one of each.
enum Work {
    Sweep(Result<Vec<Update>, ChainError>),
    Reread(Result<Vec<Update>, ChainError>),
    Clock(Result<Moment, ChainError>),
}

pub(crate) struct Actor {
    publish: watch::Sender<Arc<World>>,
    inbox: mpsc::Receiver<Message>,
    /// Keeps the inbox open for a feed without sources.
    _messages: mpsc::Sender<Message>,
    reader: Arc<dyn Reader>,
    nudge: Arc<Notify>,
    policy: FeedPolicy,
    work: JoinSet<Work>,
    sweeping: bool,
    sweep_wanted: bool,
    reading_clock: bool,
    rereading: bool,
    doubtful: BTreeSet<Pubkey>,
}

impl Actor {
    pub(crate) fn new(
        publish: watch::Sender<Arc<World>>,
        inbox: mpsc::Receiver<Message>,
        messages: mpsc::Sender<Message>,
        reader: Arc<dyn Reader>,
        nudge: Arc<Notify>,
        policy: FeedPolicy,
    ) -> Self {
        Self {
            publish,
            inbox,
            _messages: messages,
            reader,
            nudge,
            policy,
            work: JoinSet::new(),
            sweeping: false,
            sweep_wanted: false,
            reading_clock: false,
            rereading: false,
            doubtful: BTreeSet::new(),
        }
    }

    /// Runs until `cancel`; `ready` hears how the first sweep went.
    pub(crate) async fn run(mut self, ready: oneshot::Sender<Result<(), ChainError>>, cancel: CancellationToken) {
        let mut ready = Some(ready);
        let mut sweeps = ticks(self.policy.sweep_every);
        let mut clock = ticks(self.policy.clock_every);
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            tokio::select! {
                biased;
                () = cancel.cancelled() => break,
                Some(joined) = self.work.join_next() => match joined {
                    Ok(done) => self.finish(done, &mut ready),
                    // A bug: let it end the feed, whose owner is told, instead of leaving a world that never changes.
                    Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
                    Err(_) => break,
                },
                _ = sweeps.tick() => self.sweep_wanted = true,
                _ = clock.tick() => self.start_clock(),
                () = self.nudge.notified() => self.sweep_wanted = true,
                _ = self.inbox.recv_many(&mut batch, BATCH) => self.take(batch.drain(..)),
            }
            self.start_sweep();
            self.start_reread();
        }
        self.work.shutdown().await;
    }

    /// Applies what connections say. News that seem older than what is known may be: a late answer of a slow node is. But
    /// some nodes date all their news by the subscription's slot, so the account is read again and that answer decides.
    fn take(&mut self, messages: impl Iterator<Item = Message>) {
        let mut updates = Vec::new();
        for message in messages {
            match message {
                Message::Subscribed => self.sweep_wanted = true,
                Message::News(update) => updates.push(update),
            }
        }
        let doubtful = &mut self.doubtful;
        self.publish.send_if_modified(|world| {
            let world = Arc::make_mut(world);
            let mut news = false;
            for update in updates {
                if let Update::Account { key, slot, .. } | Update::Gone { key, slot } = &update
                    && world.knows_newer(*key, *slot)
                {
                    doubtful.insert(*key);
                } else {
                    news |= world.apply(update);
                }
            }
            news
        });
    }

    fn finish(&mut self, done: Work, ready: &mut Option<oneshot::Sender<Result<(), ChainError>>>) {
        match done {
            Work::Sweep(result) => {
                self.sweeping = false;
                let result = self.apply(result, "sweep");
                if let Some(ready) = ready.take() {
                    // Nobody listens any more only if the caller has dropped `watch`, and then this task ends too.
                    let _ = ready.send(result);
                }
            }
            Work::Reread(result) => {
                self.rereading = false;
                // What could not be read now is left to the next sweep.
                let _ = self.apply(result, "reading accounts again");
            }
            Work::Clock(result) => {
                self.reading_clock = false;
                let _ = self.apply(result.map(|moment| vec![Update::Moment(moment)]), "reading the clock");
            }
        }
    }

    fn apply(&mut self, result: Result<Vec<Update>, ChainError>, what: &str) -> Result<(), ChainError> {
        let updates = result.inspect_err(|error| tracing::warn!(%error, "{what} failed; the world stays as it was"))?;
        self.publish.send_if_modified(|world| {
            let world = Arc::make_mut(world);
            updates.into_iter().fold(false, |news, update| world.apply(update) | news)
        });
        Ok(())
    }

    fn start_sweep(&mut self) {
        if !self.sweep_wanted || self.sweeping {
            return;
        }
        (self.sweep_wanted, self.sweeping) = (false, true);
        let (reader, market, floor) = self.request();
        self.work.spawn(async move { Work::Sweep(reader.sweep(market, floor).await) });
    }

    fn start_reread(&mut self) {
        if self.rereading || self.doubtful.is_empty() {
            return;
        }
        self.rereading = true;
        let keys: Vec<_> = self.doubtful.iter().copied().take(REREAD).collect();
        for key in &keys {
            self.doubtful.remove(key);
        }
        let (reader, _, floor) = self.request();
        self.work.spawn(async move { Work::Reread(reader.reread(keys, floor).await) });
    }

    fn start_clock(&mut self) {
        if self.reading_clock {
            return;
        }
        self.reading_clock = true;
        let (reader, ..) = self.request();
        self.work.spawn(async move { Work::Clock(reader.clock().await) });
    }

    fn request(&self) -> (Arc<dyn Reader>, Pubkey, u64) {
        let world = self.publish.borrow();
        (Arc::clone(&self.reader), world.market_key(), world.slot())
    }
}

fn ticks(every: std::time::Duration) -> Interval {
    let mut ticks = interval(every.max(std::time::Duration::from_millis(1)));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}
