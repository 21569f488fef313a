//! Submits the tasks and waits until all have ended.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tessera_chain::{AuditState, CancellationToken, Pubkey, RunState, TaskState, World};
use tessera_cli::bootstrap::Bootstrap;
use tessera_cli::error::CliError;
use tessera_cli::submission::submit;
use tessera_node::ContentStore;
use tokio::sync::{Mutex, Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};

use super::crowd::Crowd;
use super::orders::order;
use super::{Hurry, Plan, failed};

/// Tasks that end between two notes.
const NOTE_EVERY: usize = 100;
/// Of the tasks that are stuck, so many are described.
const DESCRIBED: usize = 20;
/// A draw at this rate takes every verifier.
const FULL_RATE: u16 = 10_000;

/// What the requesters share.
struct Queue {
    next: AtomicUsize,
    places: Arc<Semaphore>,
    pace: Mutex<Interval>,
    created: mpsc::UnboundedSender<Pubkey>,
}

/// Submits all tasks of the plan and returns them once none is left on the chain.
///
/// # Errors
/// [`CliError`] of a submission that failed; or when nothing has happened for the plan's patience, with the tasks that wait
/// and what they wait for.
pub(super) async fn drive(
    plan: &Plan,
    crowd: &Crowd,
    bootstrap: &Bootstrap,
    store: &ContentStore,
    notes: &Path,
    note: &(impl Fn(&str) + Send + Sync),
) -> Result<Vec<Pubkey>, CliError> {
    let mut feed = bootstrap.chain.watch(bootstrap.migrated.market, CancellationToken::new()).await?;
    let (created, mut creations) = mpsc::unbounded_channel();
    let mut pace = interval(Duration::from_secs(1) / plan.rate.max(1));
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let places = Arc::new(Semaphore::new(plan.at_once.max(1)));
    let queue = Arc::new(Queue { next: AtomicUsize::new(0), places: places.clone(), pace: Mutex::new(pace), created });
    let mut lanes = JoinSet::new();
    for requester in &crowd.requesters {
        let (queue, plan, store, notes) = (queue.clone(), plan.clone(), store.clone(), notes.to_owned());
        let session = bootstrap.session(requester).await?;
        lanes.spawn(async move {
            loop {
                let index = queue.next.fetch_add(1, Ordering::Relaxed);
                if index >= plan.tasks {
                    return Ok::<_, CliError>(());
                }
                let order = order(&plan, index)?;
                // Given back by whoever sees the task end.
                queue.places.acquire().await.map_err(|e| failed(e.to_string()))?.forget();
                queue.pace.lock().await.tick().await;
                let submitted = submit(&session, &store, &order, &notes).await?;
                queue.created.send(submitted.task).map_err(|e| failed(e.to_string()))?;
            }
        });
    }
    drop(queue);

    let mut all = Vec::new();
    // Whether a task that has not ended was seen on the chain.
    let mut waiting: BTreeMap<Pubkey, bool> = BTreeMap::new();
    let (mut ended, mut noted) = (0, 0);
    let mut last = (Snapshot::default(), Instant::now());
    loop {
        let world = tokio::select! {
            Some(task) = creations.recv() => {
                all.push(task);
                waiting.insert(task, false);
                feed.latest()
            }
            Some(lane) = lanes.join_next() => {
                lane.map_err(|e| failed(format!("a requester was lost: {e}")))??;
                feed.latest()
            }
            changed = feed.changed() => changed?,
        };
        let before = waiting.len();
        waiting.retain(|task, seen| {
            let is_there = world.tasks.contains_key(task);
            let is_over = *seen && !is_there;
            *seen |= is_there;
            !is_over
        });
        places.add_permits(before - waiting.len());
        ended += before - waiting.len();
        if ended / NOTE_EVERY > noted {
            noted = ended / NOTE_EVERY;
            note(&format!("{} submitted, {ended} ended", all.len()));
        }
        if ended == plan.tasks {
            break;
        }
        let is_submitted = all.len() == plan.tasks;
        if plan.hurry == Hurry::WhenAllIsDone && is_submitted && is_done(&world, plan.verifiers) {
            bootstrap.localnet.advance(plan.windows.challenge_seconds.into())?;
        }
        let snapshot = Snapshot::of(&world, all.len(), ended);
        if snapshot != last.0 {
            last = (snapshot, Instant::now());
        } else if last.1.elapsed() >= plan.patience {
            return Err(stuck(plan, &world, &waiting, ended));
        }
    }
    while let Some(lane) = lanes.join_next().await {
        lane.map_err(|e| failed(format!("a requester was lost: {e}")))??;
    }
    feed.shutdown().await?;
    Ok(all)
}

/// What changes when something happens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Snapshot {
    created: usize,
    ended: usize,
    runs: usize,
    shown: usize,
    audits: usize,
    answered: usize,
    opened: usize,
}

impl Snapshot {
    fn of(world: &World, created: usize, ended: usize) -> Self {
        Self {
            created,
            ended,
            runs: world.runs.len(),
            shown: world.runs.values().filter(|run| run.state != RunState::Claimed).count(),
            audits: world.audits.len(),
            answered: world.audits.values().filter(|audit| audit.state != AuditState::Claimed).count(),
            opened: world.audits.values().filter(|audit| audit.opened.both()).count(),
        }
    }
}

/// Whether only time has to pass: all roots are shown, and all audits that are certain to come have been finished.
fn is_done(world: &World, verifiers: u16) -> bool {
    let is_shown = |state| !matches!(state, TaskState::Open | TaskState::Claimed);
    !world.tasks.is_empty()
        && world.tasks.values().all(|task| is_shown(task.state))
        && world.runs.values().all(|run| {
            let audits: Vec<_> = world.audits_of(run.key).collect();
            let expected = if run.audit_rate_bps == FULL_RATE { verifiers.into() } else { 0 };
            run.state != RunState::Submitted
                || (audits.len() >= expected && audits.iter().all(|audit| audit.opened.both()))
        })
}

fn stuck(plan: &Plan, world: &World, waiting: &BTreeMap<Pubkey, bool>, ended: usize) -> CliError {
    let now = world.moment;
    let mut lines = vec![format!(
        "nothing has happened for {:?}: {ended} of {} tasks have ended, {} are under way at slot {}, second {}",
        plan.patience,
        plan.tasks,
        waiting.len(),
        now.slot,
        now.unix
    )];
    for task in waiting.keys().take(DESCRIBED) {
        let Some(found) = world.tasks.get(task) else {
            lines.push(format!("task {task}: created, and never seen"));
            continue;
        };
        lines.push(format!(
            "task {task}: {:?}, open until {}, challenge until {}",
            found.state, found.open_until.unix, found.challenge_until.unix
        ));
        for run in world.runs_of(*task) {
            lines.push(format!(
                "  run {} of {}: {:?}, execute until {}",
                run.key, run.provider, run.state, run.execute_until.unix
            ));
            for audit in world.audits_of(run.key) {
                let (state, opened) = (audit.verdict(), audit.opened);
                lines.push(format!("    audit of {}: {state:?}, {opened:?}", audit.verifier));
            }
        }
    }
    if waiting.len() > DESCRIBED {
        lines.push(format!("and {} more", waiting.len() - DESCRIBED));
    }
    CliError::Failed { message: lines.join("\n"), hint: "RUST_LOG=info shows what the agents do".into() }
}
