//! What happened to a task, read from its transactions: the accounts are gone when it is over, the events stay.

use serde::Serialize;
use tessera_chain::program::events::{AuditClosed, AuditPosted, RunSubmitted, TaskSettled};
use tessera_chain::{Chain, ChainError, Event, Pubkey, Recorded, Terms, Verdict};

/// More transactions than a task can have: eight no-shows, a run, audits.
const HISTORY_LIMIT: usize = 1_000;

/// A task's transactions, oldest first.
#[derive(Clone, Debug)]
pub struct Story {
    task: Pubkey,
    transactions: Vec<Recorded>,
}

/// How a task ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Its run was paid.
    Settled(Box<TaskSettled>),
    /// Its run was refuted; the requester has the escrow back.
    Refuted(Box<TaskSettled>),
    /// The requester took it back.
    Cancelled,
    /// Nobody submitted a run in time; the requester has the escrow back.
    Expired,
}

/// One transaction of a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The instruction's name.
    pub step: &'static str,
    /// Compute units used; `None` if the node has forgotten them.
    pub compute_units: Option<u64>,
    /// Lamports paid as fee.
    pub lamports: Option<u64>,
    /// Its signature.
    pub transaction: String,
    /// It was refused and changed nothing, but its fee was paid.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub failed: bool,
}

impl Story {
    /// Reads a task's transactions.
    ///
    /// # Errors
    /// [`ChainError`] when the node cannot give them.
    pub async fn read(chain: &dyn Chain, task: Pubkey) -> Result<Self, ChainError> {
        let mut transactions = chain.history(task, HISTORY_LIMIT).await?;
        transactions.reverse();
        Ok(Self { task, transactions })
    }

    /// Whether the chain knows nothing of the task.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.transactions.is_empty()
    }

    /// Whether a transaction of the task took effect.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.transactions.iter().any(|recorded| recorded.error.is_none())
    }

    /// The terms, from the task's creation.
    #[must_use]
    pub fn terms(&self) -> Option<&Terms> {
        self.events().find_map(|event| match event {
            Event::TaskCreated(created) if created.task == self.task => Some(&created.terms),
            _ => None,
        })
    }

    /// The run that was submitted last.
    #[must_use]
    pub fn submitted(&self) -> Option<&RunSubmitted> {
        self.events()
            .filter_map(|event| match event {
                Event::RunSubmitted(run) if run.task == self.task => Some(run.as_ref()),
                _ => None,
            })
            .last()
    }

    /// How the task ended; `None` while it goes on.
    #[must_use]
    pub fn ending(&self) -> Option<Ending> {
        self.events().find_map(|event| match event {
            Event::TaskSettled(end) if end.task == self.task && end.upheld => Some(Ending::Settled(end.clone())),
            Event::TaskSettled(end) if end.task == self.task => Some(Ending::Refuted(end.clone())),
            Event::TaskCancelled(end) if end.task == self.task => Some(Ending::Cancelled),
            Event::TaskExpired(end) if end.task == self.task => Some(Ending::Expired),
            _ => None,
        })
    }

    /// The audits that were posted.
    pub fn audits(&self) -> impl Iterator<Item = &AuditPosted> {
        self.events().filter_map(|event| match event {
            Event::AuditPosted(audit) if audit.task == self.task => Some(audit.as_ref()),
            _ => None,
        })
    }

    /// The audits that were closed, with what they earned.
    pub fn audits_closed(&self) -> impl Iterator<Item = &AuditClosed> {
        self.events().filter_map(|event| match event {
            Event::AuditClosed(audit) if audit.task == self.task => Some(audit.as_ref()),
            _ => None,
        })
    }

    /// Every transaction with what it cost.
    #[must_use]
    pub fn steps(&self) -> Vec<Step> {
        self.transactions
            .iter()
            .map(|recorded| {
                let details = recorded.details.as_ref();
                Step {
                    step: match (&recorded.error, details) {
                        (Some(_), _) => "refused",
                        (None, Some(details)) => name(&details.events),
                        (None, None) => "unknown",
                    },
                    compute_units: details.map(|details| details.compute_units),
                    lamports: details.map(|details| details.fee_lamports),
                    transaction: recorded.signature.to_string(),
                    failed: recorded.error.is_some(),
                }
            })
            .collect()
    }

    /// Seconds of the chain's clock from the task's creation to the transaction that decided it.
    #[must_use]
    pub fn seconds(&self) -> Option<i64> {
        let time_of = |wanted: fn(&Event) -> bool| {
            let holds = |recorded: &&Recorded| {
                recorded.details.as_ref().is_some_and(|details| details.events.iter().any(wanted))
            };
            self.transactions.iter().find(holds).and_then(|recorded| recorded.time)
        };
        let created = time_of(|event| matches!(event, Event::TaskCreated(_)))?;
        let ended =
            time_of(|event| matches!(event, Event::TaskSettled(_) | Event::TaskCancelled(_) | Event::TaskExpired(_)))?;
        ended.checked_sub(created)
    }

    /// Of transactions that took effect: the logs of a refused one may hold events of what was undone.
    fn events(&self) -> impl Iterator<Item = &Event> {
        self.transactions
            .iter()
            .filter(|recorded| recorded.error.is_none())
            .filter_map(|recorded| recorded.details.as_ref())
            .flat_map(|details| &details.events)
    }
}

/// The instruction behind a transaction's first event.
fn name(events: &[Event]) -> &'static str {
    match events.first() {
        Some(Event::TaskCreated(_)) => "task_create",
        Some(Event::TaskCancelled(_)) => "task_cancel",
        Some(Event::TaskClaimed(_)) => "task_claim",
        Some(Event::RunSubmitted(_)) => "run_submit",
        Some(Event::AuditPosted(_)) => "audit_post",
        Some(Event::TaskSettled(_) | Event::AuditClosed(_)) => "task_settle",
        Some(Event::TaskExpired(_) | Event::RunAbandoned(_)) => "task_expire",
        Some(_) | None => "other",
    }
}

/// A verdict as a word.
#[must_use]
pub const fn verdict_name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Agrees => "agrees",
        Verdict::Differs => "differs",
    }
}
