//! Tasks that this provider could claim.

use std::cmp::Reverse;

use tessera_chain::{Moment, Provider, Pubkey, RunState, Task, TaskState, Versioned};
use tessera_node::Note;
use tessera_node::eligibility::may_claim;

use super::owed::Owed;
use super::{Action, Stage, View};

/// Tasks with a free slot that the program would let this provider have, the best paid first, as far as slots, stake and
/// prefetching reach. Of equally paid ones each provider begins with others: if all began with the same, one of them would
/// get it, and the work of the rest would be for nothing.
pub(super) fn plan(view: &View<'_>, me: &Versioned<Provider>, owed: &[Owed<'_>], now: Moment) -> Vec<Action> {
    let Some(market) = &view.world.market else { return Vec::new() };
    let (unseen, open): (Vec<_>, Vec<_>) = view
        .world
        .tasks
        .values()
        .filter(|task| matches!(task.state, TaskState::Open | TaskState::Claimed))
        .partition(|task| view.is_claim_unseen(task));
    let wanted = |task: &&Versioned<Task>| {
        task.terms.reward >= view.limits.min_reward && may_claim(market, task, me, now).is_ok()
    };
    let mut open: Vec<(&Versioned<Task>, Note<Stage>)> =
        open.into_iter().filter(wanted).map(|task| (task, view.note(task))).collect();
    open.sort_by_key(|(task, _)| (Reverse(task.terms.reward), distance(&task.key, &view.me)));

    // Claims that the accounts do not show yet take slots and stake all the same. Sealed runs compute no more.
    let unseen_stake = unseen.iter().fold(0_u64, |stake, task| stake.saturating_add(task.terms.run_lock));
    let computing = owed.iter().filter(|owed| owed.run.state == RunState::Claimed).count();
    let work = usize::from(view.limits.max_runs).saturating_sub(computing).saturating_sub(unseen.len());
    let registered = usize::from(me.max_runs.saturating_sub(me.active_runs)).saturating_sub(unseen.len());
    let mut slots = work.min(registered);
    let mut stake = me.stake.free.saturating_sub(unseen_stake);
    let mut ahead = open.iter().filter(|(_, note)| matches!(note.stage, Stage::Fetching | Stage::Fetched)).count();

    let mut actions = Vec::new();
    for (task, note) in open {
        let lock = task.terms.run_lock;
        // Not worth its data without the stake.
        if lock > me.stake.free || note.not_before > view.uptime {
            continue;
        }
        match note.stage {
            Stage::New if ahead < view.limits.prefetch.into() => {
                ahead += 1;
                actions.push(Action::Fetch(task.key));
            }
            Stage::Fetched | Stage::Claimed(_) if slots > 0 && lock <= stake => {
                slots -= 1;
                stake -= lock;
                actions.push(Action::Claim(task.key));
            }
            _ => {}
        }
    }
    actions
}

/// Orders tasks for a provider, differently for each.
fn distance(task: &Pubkey, me: &Pubkey) -> [u8; 32] {
    let (task, me) = (task.to_bytes(), me.to_bytes());
    std::array::from_fn(|place| task.get(place).unwrap_or(&0) ^ me.get(place).unwrap_or(&0))
}
