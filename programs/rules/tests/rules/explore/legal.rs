//! The rules once more, in plain words and apart from their code: what may happen in a world.

use tessera_rules::*;

use super::disputed::{DISPUTES, Dispute, Play};
use super::step::Event;
use super::world::*;
use crate::fixtures::NOW;

/// Whether the contract lets `event` happen. `None` where [`super::step::step`] finds nothing to try.
pub fn legal(world: &World, event: Event) -> bool {
    let task = &world.task;
    let state = |i: usize| task.slots[i].state;
    let side = |i: usize| &world.sides[i];
    let windows_run = matches!(task.state, TaskState::Submitted | TaskState::Disputed);
    let collecting = matches!(task.state, TaskState::Open | TaskState::Claimed);
    let open_over = task.open_until.passed(NOW);
    let one_run = task.policy == Policy::Optimistic;
    let live = |i: usize| matches!(state(i), SlotState::Submitted | SlotState::Refuted) && windows_run;
    match event {
        Event::Second => true,
        Event::Cancel => task.state == TaskState::Open && count(task, SlotState::Free) == used(task),
        Event::Claim => {
            task.state == TaskState::Open && count(task, SlotState::Free) > 0 && !open_over && task.excluded < 8
        }
        Event::Release(i) => {
            let given = i64::from(task.windows.grace_seconds);
            state(i) == SlotState::Claimed && NOW.unix < side(i).claimed_at.unix + given
        }
        Event::Submit(i, _) => one_run && state(i) == SlotState::Claimed && !side(i).execute_until.passed(NOW),
        Event::Seal(i) => !one_run && state(i) == SlotState::Claimed && !side(i).execute_until.passed(NOW),
        Event::Reveal(i, _) => state(i) == SlotState::Sealed && reveal(task).is_some_and(|left| left > 0),
        Event::ExpireOpen => {
            let nobody = count(task, SlotState::Free) + count(task, SlotState::Slashed) == used(task);
            task.state == TaskState::Open && nobody && (open_over || task.excluded >= 8)
        }
        Event::ExpireRun(i) => match state(i) {
            SlotState::Claimed => collecting && side(i).execute_until.passed(NOW),
            SlotState::Sealed => reveal(task).is_some_and(|left| left <= 0),
            _ => false,
        },
        Event::AuditClaim(i, _, drawn) => {
            let disputed = task.state == TaskState::Disputed;
            let over = if disputed { task.challenge_until } else { task.audit_until };
            windows_run
                && state(i) == SlotState::Submitted
                && !over.passed(NOW)
                && (drawn || disputed || side(i).forced)
        }
        Event::Answer(i, v, ..) => {
            live(i) && matches!(side(i).audits[v], Audit::Claimed(until, _) if !until.passed(NOW))
        }
        Event::Open(i, v) => {
            let agreed = side(i).audits[v] == Audit::Agreed;
            windows_run && state(i) == SlotState::Submitted && agreed && !task.challenge_until.passed(NOW)
        }
        Event::Force(i) => {
            windows_run && state(i) == SlotState::Submitted && !side(i).forced && !task.audit_until.passed(NOW)
        }
        Event::Dispute(i, _) => windows_run && state(i) == SlotState::Submitted && !task.challenge_until.passed(NOW),
        Event::Game(i, d, play) => match (side(i).disputes[d], play) {
            (Dispute::Live { phase, expired, .. }, Play::Pick | Play::Malformed) => {
                phase == Phase::PickOperation && !expired
            }
            (Dispute::Live { phase, expired, .. }, Play::Step(_)) => phase == Phase::Step && !expired,
            (Dispute::Live { expired, .. }, Play::Timeout) => expired,
            (Dispute::Live { .. }, Play::Settle) => state(i) == SlotState::Refuted,
            (Dispute::Over { .. }, Play::Settle) => true,
            (Dispute::Won { .. }, Play::Close) => state(i) == SlotState::Slashed,
            _ => false,
        },
        Event::Settle(i, pair) => {
            let undecided = task.decision == Decision::Undecided;
            let due = task.challenge_until.passed(NOW) || !undecided || pair || state(i) == SlotState::Refuted;
            let disputed = |j: usize| side(j).disputes.iter().any(|dispute| dispute.is_unsettled());
            let others = (0..MAX_RUNS).any(|j| j != i && disputed(j));
            let waits = others && undecided && !pair && state(i) == SlotState::Submitted;
            live(i) && !disputed(i) && due && !waits
        }
        Event::CloseAudit(i, _) => {
            matches!(state(i), SlotState::Upheld | SlotState::Slashed | SlotState::Void)
        }
    }
}

fn used(task: &TaskView<Root>) -> usize {
    usize::from(task.policy.runs())
}

fn count(task: &TaskView<Root>, state: SlotState) -> usize {
    task.slots.iter().take(used(task)).filter(|slot| slot.state == state).count()
}

/// Seconds that are left of the reveal; none while it is not open.
fn reveal(task: &TaskView<Root>) -> Option<i64> {
    let open_over = task.open_until.passed(NOW).then_some(task.open_until.unix);
    let from = task.reveal_from.map(|from| from.unix).or(open_over)?;
    (count(task, SlotState::Claimed) == 0).then_some(from + i64::from(task.windows.reveal_seconds) - NOW.unix)
}

/// Whoever owes something and has time left can still do it: nobody is silent against its will.
pub fn can_act(world: &World, try_event: impl Fn(Event) -> bool) -> bool {
    (0..used(&world.task)).all(|i| {
        let side = &world.sides[i];
        let run = match world.task.slots[i].state {
            SlotState::Claimed if !side.execute_until.passed(NOW) => {
                try_event(Event::Seal(i)) || try_event(Event::Submit(i, ROOTS[0]))
            }
            SlotState::Sealed if reveal(&world.task).is_some_and(|left| left > 0) => {
                try_event(Event::Reveal(i, ROOTS[0]))
            }
            _ => true,
        };
        let game = (0..DISPUTES).all(|d| match side.disputes[d] {
            Dispute::Live { phase: Phase::PickOperation, expired: false, .. } => {
                try_event(Event::Game(i, d, Play::Pick))
            }
            Dispute::Live { phase: Phase::Step, expired: false, .. } => try_event(Event::Game(i, d, Play::Step(true))),
            _ => true,
        });
        let decided = !world.task.slots[i].state.is_live();
        run && game
            && (0..AUDITS).all(|v| match side.audits[v] {
                Audit::Claimed(until, _) if !until.passed(NOW) && !decided => {
                    try_event(Event::Answer(i, v, None, false))
                }
                _ => true,
            })
    })
}
