//! What happened to a task, from the events of the transactions that touched it.

use std::collections::{BTreeMap, BTreeSet};

use anchor_lang::prelude::Pubkey;
use solana_signature::Signature;

use crate::chain::{Chain, Recorded};
use crate::error::ChainError;
use crate::event::Event;

#[cfg(test)]
mod tests;

/// Transactions read at once.
const PAGE: usize = 100;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskStep {
    /// The transaction that did it.
    pub signature: Signature,
    /// The slot that it landed in.
    pub slot: u64,
    /// When its block was made, in unix seconds, if the node knows.
    pub time: Option<i64>,
    /// What happened.
    pub event: Event,
}

/// What happened to a task.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskHistory {
    /// The events of the task, and changes of reputation that came with them, oldest first.
    pub steps: Vec<TaskStep>,
    /// Whether this is all that the node still knows; else there are earlier transactions.
    pub complete: bool,
}

/// Reads what happened to a task, which may be closed by now: at most `limit` transactions, the newest of them.
///
/// # Errors
/// If the chain cannot be read.
///
/// Cancel safety: reads only.
pub async fn task_history(chain: &dyn Chain, task: Pubkey, limit: usize) -> Result<TaskHistory, ChainError> {
    let mut seen = BTreeMap::new();
    let mut complete = read(chain, task, limit, &mut seen).await?;
    // Nearly all transactions of a run name its task; a recorded draw does not.
    let runs: BTreeSet<Pubkey> =
        seen.values().flat_map(events).filter(|event| event.task() == Some(task)).filter_map(Event::run).collect();
    for run in runs {
        let left = limit.saturating_sub(seen.len());
        complete &= read(chain, run, left, &mut seen).await?;
    }
    let mut found: Vec<(usize, &Recorded)> = seen.values().map(|(order, past)| (*order, past)).collect();
    // Within a slot, what was read later is older.
    found.sort_by_key(|(order, past)| (past.slot, std::cmp::Reverse(*order)));
    let steps = found.into_iter().flat_map(|(_, past)| steps(task, past)).collect();
    Ok(TaskHistory { steps, complete })
}

type Seen = BTreeMap<Signature, (usize, Recorded)>;

/// Adds at most `limit` transactions that are new; whether these are all.
async fn read(chain: &dyn Chain, address: Pubkey, limit: usize, seen: &mut Seen) -> Result<bool, ChainError> {
    let most = seen.len().saturating_add(limit);
    let mut before = None;
    loop {
        let page = chain.history_page(address, before, PAGE).await?;
        for past in page.transactions {
            if seen.contains_key(&past.signature) {
                continue;
            }
            if seen.len() >= most {
                return Ok(false);
            }
            seen.insert(past.signature, (seen.len(), past));
        }
        before = page.next;
        if before.is_none() {
            return Ok(true);
        }
    }
}

fn events((_, past): &(usize, Recorded)) -> impl Iterator<Item = &Event> {
    past.details.iter().flat_map(|details| &details.events)
}

/// The task's events in a transaction. A change of reputation names no task: it belongs to the run's event before or after
/// it, so it counts where the transaction is about this task alone.
fn steps(task: Pubkey, past: &Recorded) -> Vec<TaskStep> {
    let all: Vec<&Event> = past.details.iter().flat_map(|details| &details.events).collect();
    let alone = all.iter().filter_map(|event| event.task()).all(|other| other == task);
    let about = all.iter().any(|event| event.task() == Some(task));
    all.into_iter()
        .filter(|event| {
            let reputation = matches!(event, Event::ReputationChanged(_)) && alone && about;
            event.task() == Some(task) || reputation
        })
        .map(|event| TaskStep { signature: past.signature, slot: past.slot, time: past.time, event: event.clone() })
        .collect()
}
