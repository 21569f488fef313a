//! An agent in its market: its loop follows the feed, in a task of its own.

use std::future::Future;
use std::sync::Arc;

use tessera_chain::{ChainError, Feed, World};

use crate::agent::{Agent, StopPolicy, Worlds, drive};
use crate::shutdown::Shutdown;
use crate::tasks::{Lost, Tasks};

/// A running agent. Dropping it aborts it; [`Running::join`] waits for its orderly end.
#[derive(Debug)]
pub struct Running<E>(Tasks<(), Result<(), E>>);

impl<E: From<Lost> + Send + 'static> Running<E> {
    /// Starts the agent.
    pub fn spawn(agent: impl Future<Output = Result<(), E>> + Send + 'static) -> Self {
        let mut task = Tasks::new();
        task.spawn((), agent);
        Self(task)
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// Why it ended before a shutdown was requested; a panic is [`Lost`].
    pub async fn join(mut self) -> Result<(), E> {
        match self.0.next().await {
            Some(ended) => ended.outcome?,
            None => Ok(()),
        }
    }
}

/// Drives an agent with what `feed` shows, then closes the feed.
///
/// The feed must not end with the shutdown's request: a stopping agent looks at what is still owed.
///
/// # Errors
/// What the agent ended with, else what closing the feed says.
pub async fn follow<A>(mut agent: A, mut feed: Feed, shutdown: &Shutdown, stop: StopPolicy) -> Result<(), A::Error>
where
    A: Agent<World = World>,
    A::Error: From<ChainError>,
{
    let driven = drive(&mut agent, &mut feed, shutdown, stop).await;
    let closed = feed.shutdown().await;
    driven?;
    Ok(closed?)
}

impl Worlds for Feed {
    type World = World;
    type Error = ChainError;

    fn latest(&self) -> Arc<World> {
        Self::latest(self)
    }

    async fn changed(&mut self) -> Result<Arc<World>, ChainError> {
        Self::changed(self).await
    }
}
