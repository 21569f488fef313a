//! Transitions in which a verifier has a part.

use tessera_chain::due::Crank;
use tessera_chain::rules::Outcome;
use tessera_chain::{Moment, RunState, SlotState, TaskState};
use tessera_node::{Errand, ErrandStage};
use tessera_verifier::plan::Action;

use crate::accounts::{NOW, PAST, key, task};
use crate::scene::{A, AUTHORITY, DIFFERENT, OTHER, SAME, Scene, answered, due, run_key, submission};

fn settle(outcome: Outcome, since: i64) -> Action {
    due(Crank::Settle { task: key(A), run: run_key(), outcome }, since)
}

#[test]
fn a_refuted_run_is_settled_by_the_auditors_in_turn() {
    let refuted = |mine: u16| {
        let (first, second) = if mine == 0 { (AUTHORITY, OTHER) } else { (OTHER, AUTHORITY) };
        submission()
            .alter(|task| {
                (task.state, task.slots[0].state, task.slots[0].differing) =
                    (TaskState::Disputed, SlotState::Refuted, 2);
            })
            .alter_run(|run| run.audits_open = 2)
            .audit(answered(first, DIFFERENT.output, 0))
            .audit(answered(second, DIFFERENT.output, 1))
    };
    let slash = [settle(Outcome::Slashed, 980)];
    let just_posted = Moment { unix: 980, slot: 1_960 };
    assert_eq!(refuted(0).plan_at(just_posted), slash, "the first one at once");
    assert_eq!(refuted(1).plan_at(just_posted), [], "the second one gives it time");
    assert_eq!(refuted(1).plan_at(Moment { unix: 985, slot: 1_970 }), slash);
    let Action::Errand(sent) = slash[0] else { panic!("an errand") };
    let mut done = refuted(0);
    done.errands.set(sent.key(), [0; 32], ErrandStage::Sent(50));
    assert_eq!(done.plan(), [], "and once");
}

#[test]
fn an_upheld_run_is_settled_by_its_auditor_if_its_provider_does_not() {
    let over = || {
        submission()
            .alter(|task| (task.challenge_until, task.audit_until, task.slots[0].agreeing) = (PAST, PAST, 1))
            .alter_run(|run| run.audits_open = 1)
            .audit(answered(AUTHORITY, SAME.output, 0))
    };
    let at = |unix| Moment { unix, slot: 3_000 };
    assert_eq!(over().plan_at(at(PAST.unix + 9)), []);
    assert_eq!(over().plan_at(at(PAST.unix + 10)), [settle(Outcome::Upheld, PAST.unix)]);
}

#[test]
fn an_audit_left_open_by_a_decision_is_closed() {
    for (state, run_state, slot) in [
        (TaskState::Settled, RunState::Upheld, SlotState::Upheld),
        (TaskState::Expired, RunState::Slashed, SlotState::Slashed),
        (TaskState::Expired, RunState::Void, SlotState::Void),
    ] {
        let decided = submission()
            .alter(|task| (task.state, task.slots[0].state) = (state, slot))
            .alter_run(|run| (run.state, run.audits_open) = (run_state, 1))
            .audit(answered(AUTHORITY, SAME.output, 0));
        let actions = decided.plan();
        assert_eq!(actions, [due(Crank::CloseAudits { task: key(A), run: run_key() }, NOW.unix)], "{run_state:?}");
    }
}

#[test]
fn strangers_transitions_are_sent_only_on_request_and_later() {
    let over = || submission().alter(|task| (task.challenge_until, task.audit_until) = (PAST, PAST));
    let later = Moment { unix: PAST.unix + 30 + 35, slot: 3_000 };
    assert_eq!(over().plan_at(later), []);
    let helpful = over().limits(|limits| limits.cranks.others = true);
    assert_eq!(helpful.plan_at(later), [settle(Outcome::Upheld, PAST.unix)]);
    assert_eq!(helpful.plan(), [], "not at once");
    let mut unclaimed = task(A);
    unclaimed.open_until = PAST;
    let scene = Scene::new().put(A, unclaimed).limits(|limits| limits.cranks.others = true);
    assert_eq!(scene.plan_at(later), [due(Crank::Expire { task: key(A), run: None }, PAST.unix)]);
    assert!(matches!(scene.plan_at(later)[0], Action::Errand(Errand::Due(_))));
}
