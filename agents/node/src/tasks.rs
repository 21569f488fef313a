//! Owned background tasks: each has a key, its end is seen, its panic is reported.

use std::collections::HashMap;
use std::future::Future;
use std::time::Duration;

use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, timeout_at};

/// How long [`Tasks::close`] waits for aborted tasks before it reports them as stuck.
const ABORT_WAIT: Duration = Duration::from_secs(2);

/// A set of tasks with one owner. Dropping it aborts them; [`Tasks::close`] ends them in order.
#[derive(Debug)]
pub struct Tasks<K, T> {
    set: JoinSet<T>,
    keys: HashMap<Id, K>,
}

/// How a task ended.
#[derive(Debug)]
pub struct Ended<K, T> {
    /// What was given at spawn.
    pub key: K,
    /// Its value, or why there is none.
    pub outcome: Result<T, Lost>,
}

/// A task that ended without a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Lost {
    /// It panicked: a bug, with the panic's message.
    #[error("panicked: {0}; please report this")]
    Panicked(String),
    /// It was aborted because it did not end in time.
    #[error("did not end in time and was dropped")]
    Aborted,
}

impl<K, T: Send + 'static> Default for Tasks<K, T> {
    fn default() -> Self {
        Self { set: JoinSet::new(), keys: HashMap::new() }
    }
}

impl<K, T: Send + 'static> Tasks<K, T> {
    /// An empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many tasks are running or have ended unseen.
    pub fn len(&self) -> usize {
        self.set.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    /// Starts a task.
    pub fn spawn(&mut self, key: K, task: impl Future<Output = T> + Send + 'static) {
        let handle = self.set.spawn(task);
        self.keys.insert(handle.id(), key);
    }

    /// The next task that ends; `None` when there is none left. Cancel safe.
    pub async fn next(&mut self) -> Option<Ended<K, T>> {
        loop {
            let joined = self.set.join_next_with_id().await?;
            if let Some(ended) = self.ended(joined) {
                return Some(ended);
            }
        }
    }

    /// Waits for every task until `grace` has passed, then aborts the rest. All ends come back, in order of arrival.
    ///
    /// A task that is inside blocking code cannot be aborted; it is reported as [`Lost::Aborted`] and left behind.
    pub async fn close(&mut self, grace: Duration) -> Vec<Ended<K, T>> {
        let mut ends = Vec::with_capacity(self.set.len());
        self.drain(Instant::now() + grace, &mut ends).await;
        self.set.abort_all();
        self.drain(Instant::now() + ABORT_WAIT, &mut ends).await;
        self.set.detach_all();
        ends.extend(self.keys.drain().map(|(_, key)| Ended { key, outcome: Err(Lost::Aborted) }));
        ends
    }

    async fn drain(&mut self, until: Instant, ends: &mut Vec<Ended<K, T>>) {
        while let Ok(Some(joined)) = timeout_at(until, self.set.join_next_with_id()).await {
            ends.extend(self.ended(joined));
        }
    }

    fn ended(&mut self, joined: Result<(Id, T), JoinError>) -> Option<Ended<K, T>> {
        let (id, outcome) = match joined {
            Ok((id, value)) => (id, Ok(value)),
            Err(error) => (error.id(), Err(Lost::from(error))),
        };
        Some(Ended { key: self.keys.remove(&id)?, outcome })
    }
}

impl From<JoinError> for Lost {
    fn from(error: JoinError) -> Self {
        match error.try_into_panic() {
            Ok(payload) => panicked(payload.as_ref()),
            Err(_) => Self::Aborted,
        }
    }
}

/// The end of what panicked with this payload.
pub(crate) fn panicked(payload: &(dyn std::any::Any + Send)) -> Lost {
    let message = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned());
    Lost::Panicked(message)
}
