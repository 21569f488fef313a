//! Sealing, revealing, silence and the decision between runs.

use crate::fixtures::{NOW, in_seconds, past, soon, task};
use tessera_rules::*;

const TWO: Policy = Policy::Redundant { runs: 2 };
const THREE: Policy = Policy::Redundant { runs: 3 };

/// A task whose slots are in these states; the roots are given for those that show one.
fn with(policy: Policy, state: TaskState, slots: &[(SlotState, u8)]) -> TaskView<u8> {
    let mut view = TaskView { state, ..task(policy) };
    for (slot, (state, root)) in view.slots.iter_mut().zip(slots) {
        (slot.state, slot.root) = (*state, *root);
    }
    view
}

fn silent(slot: usize) -> Option<SilentRun> {
    Some(SilentRun { slot, execute_until: past() })
}

use SlotState::{Claimed, Refuted, Sealed, Slashed, Submitted, Upheld, Void};

#[test]
fn one_run_submits_and_several_seal() {
    let one = with(Policy::Optimistic, TaskState::Claimed, &[(Claimed, 0)]);
    let done = plan_submit(&one, 0, soon(), Some(1), NOW).unwrap();
    assert_eq!((done.state, done.slots[0].root), (TaskState::Submitted, 1));
    assert_eq!((done.audit_until, done.challenge_until), (NOW.after(120).unwrap(), NOW.after(240).unwrap()));
    assert_eq!(plan_submit(&one, 0, past(), Some(1), NOW), Err(Refusal::TooLate));
    assert_eq!(plan_submit(&one, 0, soon(), None, NOW), Err(Refusal::RootZero));
    assert_eq!(plan_seal(&one, 0, soon(), NOW), Err(Refusal::NothingToSeal));
    let two = with(TWO, TaskState::Claimed, &[(Claimed, 0), (Claimed, 0)]);
    assert_eq!(plan_submit(&two, 0, soon(), Some(1), NOW), Err(Refusal::SealFirst));
    assert_eq!(plan_seal(&two, 0, past(), NOW), Err(Refusal::TooLate));
}

#[test]
fn the_reveal_opens_with_the_last_seal() {
    let two = with(TWO, TaskState::Claimed, &[(Claimed, 0), (Sealed, 0)]);
    assert_eq!(plan_reveal(&two, 1, Some(1), NOW), Err(Refusal::RevealNotOpen));
    let sealed = plan_seal(&two, 0, soon(), NOW).unwrap();
    assert_eq!(sealed.reveal_from, Some(NOW));
    assert_eq!(reveal_phase(&sealed, NOW), Ok(Some(NOW.after(30).unwrap())));
    assert_eq!(plan_seal(&sealed, 0, soon(), NOW), Err(Refusal::WrongRunState));
    assert_eq!(plan_reveal(&sealed, 0, Some(1), in_seconds(30)), Err(Refusal::TooLate));
    assert_eq!(plan_reveal(&sealed, 0, None, NOW), Err(Refusal::RootZero));
}

#[test]
fn the_reveal_opens_with_the_end_of_the_open_window_when_nobody_executes() {
    let lone = TaskView { open_until: past(), ..with(TWO, TaskState::Open, &[(Sealed, 0)]) };
    assert_eq!(reveal_phase(&lone, NOW), Ok(Some(NOW.after(30).unwrap())));
    let waiting = TaskView { open_until: soon(), ..lone };
    assert_eq!(reveal_phase(&waiting, NOW), Ok(None));
    let busy = TaskView { open_until: past(), ..with(TWO, TaskState::Claimed, &[(Sealed, 0), (Claimed, 0)]) };
    assert_eq!(reveal_phase(&busy, NOW), Ok(None));
    // The claimer's no-show opens it, from that moment.
    let step = plan_expire(&busy, silent(1), in_seconds(5)).unwrap();
    assert_eq!((step.ending, step.is_final(), step.task.reveal_from), (Ending::NoShow, false, Some(in_seconds(5))));
}

#[test]
fn equal_roots_shorten_the_windows_and_different_ones_are_a_dispute() {
    let shown = with(TWO, TaskState::Claimed, &[(Submitted, 1), (Sealed, 0)]);
    let shown = TaskView { reveal_from: Some(NOW), ..shown };
    let agreed = plan_reveal(&shown, 1, Some(1), NOW).unwrap();
    assert_eq!((agreed.state, agreed.challenge_until), (TaskState::Submitted, NOW.after(60).unwrap()));
    assert_eq!(agreed.audit_until, NOW.after(60).unwrap());
    let split = plan_reveal(&shown, 1, Some(2), NOW).unwrap();
    assert_eq!((split.state, split.challenge_until), (TaskState::Disputed, NOW.after(240).unwrap()));
    let waived = plan_reveal(&TaskView { waive_window: true, ..shown }, 1, Some(1), NOW).unwrap();
    assert!(waived.challenge_until.passed(NOW) && waived.audit_until.passed(NOW));
    let waived = plan_reveal(&TaskView { waive_window: true, ..shown }, 1, Some(2), NOW).unwrap();
    assert_eq!(waived.challenge_until, NOW.after(240).unwrap());
}

#[test]
fn a_run_that_is_not_revealed_is_slashed_and_a_lone_revealer_goes_on() {
    let half = with(TWO, TaskState::Claimed, &[(Submitted, 1), (Sealed, 0)]);
    let half = TaskView { reveal_from: Some(NOW), waive_window: true, ..half };
    assert_eq!(plan_expire(&half, silent(1), in_seconds(29)).map(|_| ()), Err(Refusal::TooEarly));
    let step = plan_expire(&half, silent(1), in_seconds(30)).unwrap();
    assert_eq!((step.ending, step.task.slots[1].state), (Ending::Silent, Slashed));
    assert_eq!(
        (step.task.state, step.task.challenge_until),
        (TaskState::Submitted, in_seconds(30).after(240).unwrap())
    );
    let nobody = with(TWO, TaskState::Claimed, &[(Slashed, 0), (Sealed, 0)]);
    let step = plan_expire(&TaskView { reveal_from: Some(NOW), ..nobody }, silent(1), in_seconds(30)).unwrap();
    assert!(step.is_final());
}

#[test]
fn a_no_show_frees_its_slot_while_others_may_claim() {
    let one = with(Policy::Optimistic, TaskState::Claimed, &[(Claimed, 0)]);
    let expired = |view: &TaskView<u8>| plan_expire(view, silent(0), NOW).unwrap();
    let step = expired(&one);
    assert_eq!((step.task.state, step.task.excluded, step.is_final()), (TaskState::Open, 1, false));
    assert!(expired(&TaskView { open_until: past(), ..one }).is_final());
    assert!(expired(&TaskView { excluded: 7, ..one }).is_final());
    let early = Some(SilentRun { slot: 0, execute_until: soon() });
    assert_eq!(plan_expire(&one, early, NOW).map(|_| ()), Err(Refusal::TooEarly));
    assert_eq!(plan_expire(&step.task, silent(0), NOW).map(|_| ()), Err(Refusal::WrongRunState));
}

#[test]
fn a_task_that_nobody_can_claim_and_nobody_works_on_expires() {
    let open = task(TWO);
    let end = |view: &TaskView<u8>| plan_expire(view, None, NOW).map(|step| step.ending);
    assert_eq!(end(&open), Err(Refusal::TooEarly));
    assert_eq!(end(&TaskView { open_until: past(), ..open }), Ok(Ending::Unclaimed));
    assert_eq!(end(&TaskView { excluded: 8, ..open }), Ok(Ending::Unclaimed));
    let sealed = with(TWO, TaskState::Open, &[(Sealed, 0)]);
    assert_eq!(end(&TaskView { open_until: past(), ..sealed }), Err(Refusal::WrongState));
}

#[test]
fn the_heaviest_root_wins_and_a_tie_is_void() {
    let decided = |slots: &[(u8, u16)]| {
        let mut view = with(THREE, TaskState::Disputed, &[]);
        for (slot, (root, agreeing)) in view.slots.iter_mut().zip(slots) {
            *slot = Slot { state: Submitted, root: *root, agreeing: *agreeing, differing: 0 };
        }
        decide(&view)
    };
    assert_eq!(decided(&[]), Decision::Undecided);
    assert_eq!(decided(&[(1, 0)]), Decision::Root(1));
    assert_eq!(decided(&[(1, 0), (1, 0), (2, 0)]), Decision::Root(1));
    assert_eq!(decided(&[(1, 0), (2, 0)]), Decision::Void);
    assert_eq!(decided(&[(1, 0), (2, 1)]), Decision::Root(2));
    assert_eq!(decided(&[(1, 0), (2, 1), (1, 0)]), Decision::Void);
    assert_eq!(decided(&[(1, 0), (2, 0), (3, 0)]), Decision::Void);
    assert_eq!(decided(&[(1, u16::MAX), (2, u16::MAX), (1, u16::MAX)]), Decision::Root(1));
}

fn settle(view: &TaskView<u8>, slot: usize, pair_shown: bool) -> Result<(TaskView<u8>, Outcome, bool), Refusal> {
    match plan_settle(view, slot, &SettleFacts { pair_shown, ..SettleFacts::default() }, NOW)? {
        Settlement::Decide { task, outcome, last } => Ok((task, outcome, last)),
        Settlement::Close(_) => panic!("decided before"),
    }
}

#[test]
fn the_first_settlement_pins_the_decision_for_all_runs() {
    let split = with(THREE, TaskState::Disputed, &[(Submitted, 1), (Submitted, 2), (Submitted, 1)]);
    let over = TaskView { challenge_until: past(), ..split };
    assert_eq!(settle(&TaskView { challenge_until: soon(), ..split }, 0, false), Err(Refusal::TooEarly));
    let (next, outcome, last) = settle(&over, 1, false).unwrap();
    assert_eq!(
        (next.decision, outcome, last, next.state),
        (Decision::Root(1), Outcome::Slashed, false, TaskState::Disputed)
    );
    // A pair that nobody showed before comes too late.
    let (next, outcome, _) = settle(&next, 0, true).unwrap();
    assert_eq!((outcome, next.slots[0].state), (Outcome::Upheld, Upheld));
    let (next, _, last) = settle(&next, 2, false).unwrap();
    assert_eq!((next.state, last), (TaskState::Settled, true));
    assert_eq!(plan_settle(&next, 1, &SettleFacts::default(), NOW), Ok(Settlement::Close(Outcome::Slashed)));
}

#[test]
fn a_tie_refunds_and_slashes_nobody() {
    let tie = with(TWO, TaskState::Disputed, &[(Submitted, 1), (Submitted, 2)]);
    let (next, outcome, _) = settle(&TaskView { challenge_until: past(), ..tie }, 0, false).unwrap();
    assert_eq!((outcome, next.slots[0].state, next.decision), (Outcome::Void, Void, Decision::Void));
    let (next, outcome, last) = settle(&next, 1, false).unwrap();
    assert_eq!((outcome, next.state, last), (Outcome::Void, TaskState::Expired, true));
}

#[test]
fn a_pair_refutes_every_run_of_that_root_at_once() {
    let three = with(THREE, TaskState::Disputed, &[(Submitted, 1), (Submitted, 2), (Submitted, 1)]);
    let three = TaskView { challenge_until: soon(), ..three };
    let (next, outcome, _) = settle(&three, 0, true).unwrap();
    assert_eq!((outcome, next.slots[2].state, next.decision), (Outcome::Slashed, Refuted, Decision::Undecided));
    let (next, outcome, _) = settle(&next, 2, false).unwrap();
    assert_eq!((outcome, next.slots[1].state), (Outcome::Slashed, Submitted));
    let (next, outcome, _) = settle(&TaskView { challenge_until: past(), ..next }, 1, false).unwrap();
    assert_eq!((outcome, next.state), (Outcome::Upheld, TaskState::Settled));
}
