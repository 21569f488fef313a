//! The loop that every agent runs in: look, start what is planned, take in what ended, stop in order.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::shutdown::Shutdown;
use crate::tasks::{Ended, Tasks};

/// How long an agent takes to stop, at most: `grace + in_flight`, and a moment for what has to be aborted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StopPolicy {
    /// For work that is owed.
    pub grace: Duration,
    /// After that: for transactions in flight, and for computations to notice that they were cancelled.
    pub in_flight: Duration,
}

impl StopPolicy {
    /// This grace, and five seconds for what is in flight.
    pub fn new(grace: Duration) -> Self {
        Self { grace, in_flight: Duration::from_secs(5) }
    }
}

/// Where an agent sees its world: a feed of snapshots, the newest only.
pub trait Worlds: Send {
    /// A snapshot.
    type World: Send + Sync + 'static;
    /// Why there will be no more.
    type Error: Send;

    /// The newest snapshot.
    fn latest(&self) -> Arc<Self::World>;

    /// The next snapshot that differs, also one in which only time has passed. Cancel safe.
    fn changed(&mut self) -> impl Future<Output = Result<Arc<Self::World>, Self::Error>> + Send;
}

/// What an agent does in the loop.
pub trait Agent: Send {
    /// What it looks at.
    type World: Send + Sync + 'static;
    /// What tells its jobs apart.
    type Job: Send + 'static;
    /// What a job returns.
    type Done: Send + 'static;
    /// What ends the agent.
    type Error: Send;

    /// Starts what is to be done in this world. While stopping, only what is owed. Returns whether something is owed that
    /// has not been started, so that a stopping agent goes on for it.
    fn act(&mut self, world: &Arc<Self::World>, stopping: bool, jobs: &mut Tasks<Self::Job, Self::Done>) -> bool;

    /// Takes in the end of a job. A job's failure or panic is the agent's to handle.
    ///
    /// # Errors
    /// What no agent can go on after: a person must act.
    fn finish(&mut self, ended: Ended<Self::Job, Self::Done>) -> Result<(), Self::Error>;

    /// The grace period has passed: tells computations to stop.
    fn abandon(&mut self);
}

/// Runs an agent until the shutdown is requested, the worlds end, or the agent fails; then ends its jobs.
///
/// # Errors
/// What the agent or its worlds ended with. All jobs have ended by then, too.
pub async fn drive<A, W>(agent: &mut A, worlds: &mut W, shutdown: &Shutdown, stop: StopPolicy) -> Result<(), A::Error>
where
    A: Agent,
    W: Worlds<World = A::World>,
    A::Error: From<W::Error>,
{
    let mut jobs = Tasks::new();
    let looped = run(agent, worlds, shutdown, stop.grace, &mut jobs).await;
    agent.abandon();
    let ends = jobs.close(stop.in_flight).await;
    // The first error is the reason for the end; later ones have been logged by the agent.
    ends.into_iter().fold(looped, |result, ended| result.and(agent.finish(ended)))
}

async fn run<A, W>(
    agent: &mut A,
    worlds: &mut W,
    shutdown: &Shutdown,
    grace: Duration,
    jobs: &mut Tasks<A::Job, A::Done>,
) -> Result<(), A::Error>
where
    A: Agent,
    W: Worlds<World = A::World>,
    A::Error: From<W::Error>,
{
    let mut world = worlds.latest();
    let mut stop_at: Option<Instant> = None;
    loop {
        let owes = agent.act(&world, stop_at.is_some(), jobs);
        if stop_at.is_some() && jobs.is_empty() && !owes {
            return Ok(());
        }
        tokio::select! {
            biased;
            () = shutdown.requested(), if stop_at.is_none() => stop_at = Some(Instant::now() + grace),
            () = until(stop_at) => return Ok(()),
            Some(ended) = jobs.next() => agent.finish(ended)?,
            changed = worlds.changed() => world = changed?,
        }
    }
}

async fn until(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => std::future::pending().await,
    }
}
