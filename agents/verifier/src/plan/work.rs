//! From what runs ask for to what is done now: answers before openings before claims, within memory, time and stake.

use std::collections::BTreeSet;
use std::time::Duration;

use tessera_chain::{Moment, Provider, Pubkey, Versioned};
use tessera_node::time_left;

use super::audits::{Item, Need, is_claim_unseen};
use super::{Action, AuditStage, Stage, View};

/// What is counted while actions are chosen.
struct Room {
    /// Computations that may begin.
    execute: usize,
    /// Tasks whose data may be fetched before a claim.
    fetch: usize,
    /// Audits that may be claimed: those that are owed are answered first.
    claim: usize,
    /// Base units that claims may lock.
    stake: u64,
}

pub(super) fn plan(view: &View<'_>, me: &Versioned<Provider>, work: &[Item<'_>], now: Moment) -> Vec<Action> {
    let mut room = room(view, me, work);
    // Tasks that this plan does something about already: their outputs serve all their runs.
    let mut begun = BTreeSet::new();
    let mut actions: Vec<Action> =
        work.iter().filter_map(|item| next(view, item, &mut room, &mut begun, now)).collect();
    let needed: BTreeSet<Pubkey> = work.iter().map(|item| item.task.key).collect();
    // What waits for the accounts to show a claim is needed, too.
    let unseen = view.world.runs.values().filter(|run| is_claim_unseen(view, run)).map(|run| run.task);
    let needed: BTreeSet<Pubkey> = needed.into_iter().chain(unseen).collect();
    let idle = view
        .tasks
        .iter()
        .filter(|(key, note)| matches!(note.stage, Stage::Fetched(_) | Stage::Executing) && !needed.contains(key));
    actions.extend(idle.map(|(key, _)| Action::Stop(*key)));
    actions
}

fn room(view: &View<'_>, me: &Versioned<Provider>, work: &[Item<'_>]) -> Room {
    let most = usize::from(view.limits.max_audits);
    let tasks_in = |is: &dyn Fn(&Item<'_>) -> bool| -> BTreeSet<Pubkey> {
        work.iter().filter(|item| is(item)).map(|item| item.task.key).collect()
    };
    let computed = |item: &Item<'_>| matches!(view.task_note(item.task).stage, Stage::Computed(_));
    let owed = tasks_in(&|item| item.need == Need::Answer && !computed(item));
    let unseen: Vec<_> = view.world.runs.values().filter(|run| is_claim_unseen(view, run)).collect();
    let unseen_tasks: BTreeSet<Pubkey> = unseen.iter().map(|run| run.task).collect();
    let unseen_stake = unseen.iter().filter_map(|run| view.world.tasks.get(&run.task));
    let unseen_stake = unseen_stake.fold(0_u64, |sum, task| sum.saturating_add(task.terms.audit_lock));
    let ahead = tasks_in(&|item| {
        let stage = view.task_note(item.task).stage;
        matches!(item.need, Need::Claim { .. } | Need::Watch) && matches!(stage, Stage::Fetching | Stage::Fetched(_))
    });
    let executing = view.tasks.iter().filter(|(_, note)| note.stage == Stage::Executing).count();
    Room {
        execute: most.saturating_sub(executing),
        fetch: most.saturating_sub(ahead.len()),
        claim: most.saturating_sub(owed.union(&unseen_tasks).count()),
        stake: me.stake.free.saturating_sub(unseen_stake),
    }
}

fn next(
    view: &View<'_>,
    item: &Item<'_>,
    room: &mut Room,
    begun: &mut BTreeSet<Pubkey>,
    now: Moment,
) -> Option<Action> {
    let (task, audit) = (view.task_note(item.task), view.audit_note(item.task, item.run));
    if audit.stage.is_busy() || audit.not_before > view.uptime || task.stage == Stage::Refused {
        return None;
    }
    let Stage::Computed(roots) = task.stage else {
        let waits = task.stage.is_busy() || task.not_before > view.uptime || begun.contains(&item.task.key);
        let action = if waits { None } else { prepare(view, item, &audit.stage, task.stage, room, now) };
        if let Some(Action::Fetch(key) | Action::Execute { task: key, .. }) = action {
            begun.insert(key);
        }
        return action;
    };
    let read = |own: Option<u64>| own.unwrap_or(item.run.slot);
    let own = view.own_audit(item.run).map(|audit| audit.slot);
    match (item.need, audit.stage) {
        // A later reading that shows the audit as it was: the transaction was on a fork that is gone.
        (Need::Answer, AuditStage::Posted(slot)) if read(own) <= slot => None,
        (Need::Answer, _) => Some(Action::Post { run: item.run.key, roots }),
        (Need::Opening { .. }, AuditStage::GivenUp) | (Need::Opening { ready: false }, _) => None,
        (Need::Opening { .. }, AuditStage::Opened(slot)) if read(own) <= slot => None,
        (Need::Opening { .. }, _) => Some(Action::Open(item.run.key)),
        // Whether it is challenged is not a matter of audits.
        (Need::Watch, _) => None,
        // The outputs serve another run of the task: nothing is left to compute.
        (Need::Claim { element }, stage) => claim(view, item, element, stage, Duration::ZERO, room, now),
    }
}

/// What has to be done before the outputs are known.
fn prepare(
    view: &View<'_>,
    item: &Item<'_>,
    audit: &AuditStage,
    stage: Stage,
    room: &mut Room,
    now: Moment,
) -> Option<Action> {
    match (stage, item.need) {
        (Stage::New, Need::Claim { .. }) => {
            // Not worth its data without the stake to answer.
            let worth = !view.stopping && room.fetch > 0 && item.task.terms.audit_lock <= room.stake;
            (worth && *audit != AuditStage::GivenUp).then(|| {
                room.fetch -= 1;
                Action::Fetch(item.task.key)
            })
        }
        (Stage::New, Need::Watch) => {
            let may = !view.stopping && room.fetch > 0;
            may.then(|| {
                room.fetch -= 1;
                Action::Fetch(item.task.key)
            })
        }
        (Stage::Fetched(_), Need::Watch) if view.stopping => None,
        (Stage::New, Need::Opening { .. }) if view.stopping || *audit == AuditStage::GivenUp => None,
        (Stage::New, _) => Some(Action::Fetch(item.task.key)),
        (Stage::Fetched(estimate), Need::Claim { element }) => claim(view, item, element, *audit, estimate, room, now),
        (Stage::Fetched(_), _) if room.execute > 0 => {
            room.execute -= 1;
            Some(Action::Execute { task: item.task.key, until: item.until })
        }
        _ => None,
    }
}

/// A claim, if the answer will be there in time: a result that differs is computed twice.
fn claim(
    view: &View<'_>,
    item: &Item<'_>,
    element: Option<[u8; 32]>,
    audit: AuditStage,
    estimate: Duration,
    room: &mut Room,
    now: Moment,
) -> Option<Action> {
    let lock = item.task.terms.audit_lock;
    let in_time = estimate.saturating_mul(2) < time_left(item.until, now);
    let may = !view.stopping && audit != AuditStage::GivenUp && in_time && room.claim > 0 && lock <= room.stake;
    may.then(|| {
        room.claim -= 1;
        room.stake -= lock;
        Action::Claim { run: item.run.key, element }
    })
}
