use crate::fixtures::{NOW, past, soon, windows};
use tessera_rules::{Refusal, SubmittedRun, TaskState, plan_submit};

fn run() -> SubmittedRun {
    SubmittedRun { state: TaskState::Claimed, execute_until: soon(), windows: windows() }
}

#[test]
fn a_submission_opens_the_audit_and_challenge_windows() {
    let step = plan_submit(&run(), &[1; 32], NOW).unwrap();
    assert_eq!(step.state, TaskState::Submitted);
    assert_eq!(step.audit_until, NOW.after(120).unwrap());
    assert_eq!(step.challenge_until, NOW.after(240).unwrap());
}

#[test]
fn refused_too_late_twice_or_without_a_root() {
    assert_eq!(plan_submit(&SubmittedRun { execute_until: past(), ..run() }, &[1; 32], NOW), Err(Refusal::TooLate));
    let twice = SubmittedRun { state: TaskState::Submitted, ..run() };
    assert_eq!(plan_submit(&twice, &[1; 32], NOW), Err(Refusal::WrongState));
    assert_eq!(plan_submit(&run(), &[0; 32], NOW), Err(Refusal::RootZero));
}
