//! The jobs of a verifier: what runs beside the loop, one transaction or one computation each.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tessera_chain::due::Due;
use tessera_chain::{ChainError, Outgoing, Pubkey, Receipt, Task, Versioned, World, ix};
use tessera_compute::{Cancel, Root};
use tessera_node::{Demand, FetchError, Fleet, Prefer, TaskInputs, Workbench};

use crate::error::WorkError;

/// What tells jobs apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Job {
    pub task: Pubkey,
    pub terms: [u8; 32],
    pub kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Fetch,
    Execute,
    Post { run: Pubkey, root: [u8; 32] },
    Crank(Due),
}

/// What jobs return.
pub(crate) enum Done {
    Fetched(Result<TaskInputs, FetchError>),
    Executed(Result<Root, WorkError>),
    Sent(Result<Receipt, ChainError>),
}

pub(crate) async fn fetch(bench: Workbench, task: Versioned<Task>) -> Done {
    let window = Duration::from_secs(task.terms.windows.audit_seconds.into());
    Done::Fetched(bench.fetch(&task, window).await)
}

/// Computes the outputs' root, which must be posted when `left` has passed. One that differs from the run's is computed a
/// second time before anything is staked on it, on the CPU if that is in time: a fault of this machine must not cost its
/// operator a lock.
pub(crate) async fn execute(
    bench: Workbench,
    inputs: Arc<TaskInputs>,
    claimed: Root,
    left: Duration,
    cancel: Cancel,
) -> Done {
    Done::Executed(execute_surely(&bench.fleet, inputs, claimed, left, cancel).await)
}

async fn execute_surely(
    fleet: &Fleet,
    inputs: Arc<TaskInputs>,
    claimed: Root,
    left: Duration,
    cancel: Cancel,
) -> Result<Root, WorkError> {
    let begin = Instant::now();
    let demand = |prefer| Demand { left: left.saturating_sub(begin.elapsed()), prefer };
    let first = fleet.execute(inputs.clone(), demand(Prefer::Gpu), cancel.clone()).await?.root;
    if first == claimed {
        return Ok(first);
    }
    let second = fleet.execute(inputs, demand(Prefer::Cpu), cancel).await?.root;
    if first == second { Ok(first) } else { Err(WorkError::Unstable { first, second }) }
}

/// Posts an audit. `matching`: an earlier audit that found the same.
pub(crate) async fn post(
    bench: Workbench,
    task: Versioned<Task>,
    run: Pubkey,
    root: [u8; 32],
    matching: Option<Pubkey>,
    at: i64,
) -> Done {
    let instruction = ix::audit_post(bench.authority(), &task, run, root, matching);
    let outgoing = Outgoing::new("audit_post", [instruction]);
    Done::Sent(bench.send(outgoing, run, at).await)
}

/// Sends what is due for a task.
pub(crate) async fn crank(bench: Workbench, world: Arc<World>, task: Versioned<Task>, due: Due) -> Done {
    Done::Sent(bench.crank(&world, &task, &due).await)
}
