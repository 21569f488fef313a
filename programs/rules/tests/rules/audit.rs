use crate::fixtures::{NOW, audited_run, auditor, past, soon};
use tessera_rules::{AuditedRun, Auditor, Refusal, TaskState, Verdict, plan_audit};

const SAME: [u8; 32] = [1; 32];
const OTHER: [u8; 32] = [2; 32];

fn refused(change: impl Fn(&mut AuditedRun, &mut Auditor)) -> Refusal {
    let (mut run, mut by) = (audited_run(), auditor());
    change(&mut run, &mut by);
    plan_audit(&run, &by, &SAME, false, NOW).unwrap_err()
}

#[test]
fn the_same_root_agrees_and_changes_nothing_else() {
    let step = plan_audit(&audited_run(), &auditor(), &SAME, false, NOW).unwrap();
    assert_eq!((step.state, step.verdict), (TaskState::Submitted, Verdict::Agrees));
    assert_eq!(step.challenge_until, audited_run().challenge_until);
    assert!(!step.refutes);
}

#[test]
fn a_first_other_root_disputes_and_extends_the_challenge_by_an_audit_window() {
    let step = plan_audit(&audited_run(), &auditor(), &OTHER, false, NOW).unwrap();
    assert_eq!((step.state, step.verdict), (TaskState::Disputed, Verdict::Differs));
    assert_eq!(step.challenge_until, NOW.after(120).unwrap());
    let long = AuditedRun { challenge_until: NOW.after(500).unwrap(), ..audited_run() };
    let step = plan_audit(&long, &auditor(), &OTHER, false, NOW).unwrap();
    assert_eq!(step.challenge_until, long.challenge_until);
}

#[test]
fn in_a_dispute_both_verdicts_are_taken_until_the_challenge_window_ends_and_extend_nothing() {
    let disputed =
        AuditedRun { state: TaskState::Disputed, audit_until: past(), challenge_until: soon(), ..audited_run() };
    for (root, verdict) in [(SAME, Verdict::Agrees), (OTHER, Verdict::Differs)] {
        let step = plan_audit(&disputed, &auditor(), &root, false, NOW).unwrap();
        assert_eq!((step.state, step.verdict, step.challenge_until), (TaskState::Disputed, verdict, soon()));
    }
    let late = AuditedRun { challenge_until: past(), ..disputed };
    assert_eq!(plan_audit(&late, &auditor(), &OTHER, false, NOW), Err(Refusal::TooLate));
}

#[test]
fn a_matching_audit_refutes() {
    let disputed = AuditedRun { state: TaskState::Disputed, ..audited_run() };
    assert!(plan_audit(&disputed, &auditor(), &OTHER, true, NOW).unwrap().refutes);
    let refuted = AuditedRun { refuted: true, ..disputed };
    assert_eq!(plan_audit(&refuted, &auditor(), &OTHER, true, NOW), Err(Refusal::AlreadyRefuted));
}

#[test]
fn refused_too_late_or_in_another_state() {
    assert_eq!(refused(|run, _| run.audit_until = past()), Refusal::TooLate);
    assert_eq!(refused(|run, _| run.state = TaskState::Claimed), Refusal::WrongState);
    assert_eq!(refused(|run, _| run.state = TaskState::Settled), Refusal::WrongState);
}

#[test]
fn a_root_of_zeros_is_refused() {
    assert_eq!(plan_audit(&audited_run(), &auditor(), &[0; 32], false, NOW), Err(Refusal::RootZero));
}

#[test]
fn refused_to_verifiers_that_may_not() {
    assert_eq!(refused(|_, by| by.same_market = false), Refusal::OtherMarket);
    assert_eq!(refused(|_, by| by.active = false), Refusal::ProviderDraining);
    assert_eq!(refused(|_, by| by.verify = false), Refusal::RoleMissing);
    assert_eq!(refused(|_, by| by.owns_run = true), Refusal::AuditOfOwnRun);
    assert_eq!(refused(|_, by| by.owns_task = true), Refusal::AuditOfOwnTask);
    assert_eq!(refused(|run, by| by.verify_since = run.claimed_unix + 1), Refusal::VerifierTooYoung);
}
