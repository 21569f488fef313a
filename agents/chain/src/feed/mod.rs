//! A market, followed: subscriptions for speed, sweeps for certainty.
//!
//! Subscriptions come first and a sweep after each of them, so that nothing falls between; then a sweep every few seconds
//! finds what a lost message hid, above all closed accounts, of which subscriptions do not tell.

mod actor;
mod source;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use anchor_lang::prelude::Pubkey;
use async_trait::async_trait;
use tessera::state::Moment;

use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub(crate) use self::actor::Actor;
pub(crate) use self::source::Source;
use crate::error::ChainError;
use crate::retry::RetryPolicy;
use crate::world::{Update, World};

/// How a feed keeps up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedPolicy {
    /// The pause between two sweeps.
    pub sweep_every: Duration,
    /// The pause between two readings of the chain's clock.
    pub clock_every: Duration,
    /// Pauses between connections; its number of attempts does not matter, a feed never gives up.
    pub reconnect: RetryPolicy,
    /// A connection that says nothing for so long, not even a slot, is made anew.
    pub silence: Duration,
    /// Messages held between the connections and the world; a full channel slows the connections down.
    pub capacity: usize,
}

impl Default for FeedPolicy {
    fn default() -> Self {
        Self {
            sweep_every: Duration::from_secs(5),
            clock_every: Duration::from_secs(1),
            reconnect: RetryPolicy { max_delay: Duration::from_secs(15), ..RetryPolicy::default() },
            silence: Duration::from_secs(20),
            capacity: 1_024,
        }
    }
}

/// What a connection tells the actor.
#[derive(Debug)]
pub(crate) enum Message {
    /// Subscriptions stand: what happened before needs a sweep.
    Subscribed,
    /// News from a subscription.
    News(Update),
}

/// What the actor asks of the chain.
#[async_trait]
pub(crate) trait Reader: Send + Sync + 'static {
    /// The market and all its accounts, from slots of at least `floor`.
    async fn sweep(&self, market: Pubkey, floor: u64) -> Result<Vec<Update>, ChainError>;
    /// These accounts, from slots of at least `floor`.
    async fn reread(&self, keys: Vec<Pubkey>, floor: u64) -> Result<Vec<Update>, ChainError>;
    /// The chain's clock.
    async fn clock(&self) -> Result<Moment, ChainError>;
}

/// A market's [`World`], kept up to date by tasks that this value owns; dropping it stops them.
#[derive(Debug)]
pub struct Feed {
    world: watch::Receiver<Arc<World>>,
    nudge: Arc<Notify>,
    cancel: CancellationToken,
    tasks: JoinSet<()>,
}

impl Feed {
    /// What is known now.
    #[must_use]
    pub fn latest(&self) -> Arc<World> {
        Arc::clone(&self.world.borrow())
    }

    /// Waits for news and returns what is then known. The clock counts as news, so this fires about once a second.
    ///
    /// # Errors
    /// [`ChainError::Closed`] once the feed has been cancelled.
    ///
    /// Cancel safety: cancel safe; news are not lost.
    pub async fn changed(&mut self) -> Result<Arc<World>, ChainError> {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => return Err(ChainError::Closed),
            changed = self.world.changed() => changed.map_err(|_| ChainError::Closed)?,
        }
        Ok(Arc::clone(&self.world.borrow_and_update()))
    }

    /// Asks for a sweep now, as after a transaction of one's own. Does not wait.
    pub fn refresh(&self) {
        self.nudge.notify_one();
    }

    /// Stops the feed and waits until its tasks have ended.
    ///
    /// # Errors
    /// [`ChainError::Config`] names a task that panicked.
    pub async fn shutdown(mut self) -> Result<(), ChainError> {
        self.cancel.cancel();
        let mut panicked = None;
        while let Some(joined) = self.tasks.join_next().await {
            if let Err(error) = joined
                && error.is_panic()
            {
                panicked = Some(error.to_string());
            }
        }
        match panicked {
            None => Ok(()),
            Some(reason) => {
                Err(ChainError::Config { reason: format!("a task of the feed panicked ({reason}); please report it") })
            }
        }
    }

    /// A feed of what `world` holds, as a test's chain writes it.
    pub(crate) fn of(world: watch::Receiver<Arc<World>>, nudge: Arc<Notify>, cancel: CancellationToken) -> Self {
        Self { world, nudge, cancel, tasks: JoinSet::new() }
    }

    /// Starts the sources and the actor; returns after the first sweep.
    pub(crate) async fn start(
        market: Pubkey,
        reader: Arc<dyn Reader>,
        sources: Vec<Source>,
        policy: &FeedPolicy,
        cancel: CancellationToken,
    ) -> Result<Self, ChainError> {
        let cancel = cancel.child_token();
        let (publish, world) = watch::channel(Arc::new(World::new(market)));
        let (messages, inbox) = mpsc::channel(policy.capacity.max(1));
        let (ready, first_sweep) = oneshot::channel();
        let nudge = Arc::new(Notify::new());
        let mut tasks = JoinSet::new();
        for source in sources {
            tasks.spawn(source.follow(messages.clone(), cancel.clone()));
        }
        let actor = Actor::new(publish, inbox, messages, reader, Arc::clone(&nudge), policy.clone());
        tasks.spawn(actor.run(ready, cancel.clone()));
        let mut feed = Self { world, nudge, cancel, tasks };
        match first_sweep.await {
            Ok(Ok(())) => {
                feed.world.mark_unchanged();
                Ok(feed)
            }
            Ok(Err(error)) => {
                feed.shutdown().await?;
                Err(error)
            }
            Err(_) => {
                feed.shutdown().await?;
                Err(ChainError::Closed)
            }
        }
    }
}
