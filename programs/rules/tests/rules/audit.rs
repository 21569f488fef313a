use crate::fixtures::{NOW, audited_run, auditor, bps, in_seconds, past, soon, task, units};
use tessera_rules::*;

fn submitted() -> TaskView<u8> {
    let mut view = TaskView {
        state: TaskState::Submitted,
        audit_until: NOW.after(120).unwrap(),
        challenge_until: NOW.after(240).unwrap(),
        ..task(Policy::Optimistic)
    };
    (view.slots[0].state, view.slots[0].root) = (SlotState::Submitted, 1);
    view
}

fn disputed() -> TaskView<u8> {
    TaskView { state: TaskState::Disputed, audit_until: past(), ..submitted() }
}

#[test]
fn a_winning_ticket_takes_an_audit_on() {
    let claim = plan_audit_claim(&submitted(), &audited_run(), &auditor(), Some(1 << 61), NOW).unwrap();
    assert_eq!((claim.answer_until, claim.task.challenge_until), (NOW.after(120).unwrap(), NOW.after(240).unwrap()));
    // rate 50%, half of the stake: a quarter of all tickets.
    let try_ticket = |ticket| plan_audit_claim(&submitted(), &audited_run(), &auditor(), ticket, NOW).map(|_| ());
    assert_eq!(try_ticket(Some((1 << 62) - 1)), Ok(()));
    assert_eq!(try_ticket(Some(1 << 62)), Err(Refusal::TicketLost));
    assert_eq!(try_ticket(None), Err(Refusal::TicketLost));
    assert!(claim.paid);
    let always = AuditedRun { rate: bps(10_000), ..audited_run() };
    assert!(plan_audit_claim(&submitted(), &always, &auditor(), None, NOW).is_ok());
}

#[test]
fn a_late_claim_is_waited_for_and_one_in_a_dispute_is_not() {
    let late = plan_audit_claim(&submitted(), &audited_run(), &auditor(), Some(0), in_seconds(119)).unwrap();
    assert_eq!(late.answer_until, NOW.after(239).unwrap());
    let mut short = submitted();
    short.challenge_until = short.audit_until;
    let late = plan_audit_claim(&short, &audited_run(), &auditor(), Some(0), in_seconds(119)).unwrap();
    assert_eq!(late.task.challenge_until, NOW.after(239).unwrap());
    let claim = |at| plan_audit_claim(&submitted(), &audited_run(), &auditor(), Some(0), at).map(|_| ());
    assert_eq!(claim(in_seconds(120)), Err(Refusal::TooLate));
    let open = plan_audit_claim(&disputed(), &audited_run(), &auditor(), None, in_seconds(200)).unwrap();
    assert_eq!((open.answer_until, open.task.challenge_until), (NOW.after(240).unwrap(), NOW.after(240).unwrap()));
    // Only a winning ticket earns the reward.
    assert!(!open.paid);
    let drawn = plan_audit_claim(&disputed(), &audited_run(), &auditor(), Some(0), NOW).unwrap();
    assert!(drawn.paid);
    let over = plan_audit_claim(&disputed(), &audited_run(), &auditor(), None, in_seconds(240)).map(|_| ());
    assert_eq!(over, Err(Refusal::TooLate));
}

#[test]
fn who_may_not_audit_is_told_why() {
    let refused = |change: &dyn Fn(&mut Auditor)| {
        let mut by = auditor();
        change(&mut by);
        plan_audit_claim(&submitted(), &audited_run(), &by, Some(0), NOW).map(|_| ())
    };
    assert_eq!(refused(&|by| by.same_market = false), Err(Refusal::OtherMarket));
    assert_eq!(refused(&|by| by.active = false), Err(Refusal::ProviderDraining));
    assert_eq!(refused(&|by| by.verify = false), Err(Refusal::RoleMissing));
    assert_eq!(refused(&|by| by.owns_run = true), Err(Refusal::AuditOfOwnRun));
    assert_eq!(refused(&|by| by.owns_task = true), Err(Refusal::AuditOfOwnTask));
    // Four slots are two seconds: older by more than both.
    assert_eq!(refused(&|by| by.ticket_since.slot += 1), Err(Refusal::VerifierTooYoung));
    assert_eq!(refused(&|by| by.ticket_since.unix += 1), Err(Refusal::VerifierTooYoung));
    assert_eq!(refused(&|by| by.ticket_stake = units(0)), Err(Refusal::TicketLost));
    let mut refuted = submitted();
    refuted.slots[0].state = SlotState::Refuted;
    let claim = plan_audit_claim(&refuted, &audited_run(), &auditor(), Some(0), NOW).map(|_| ());
    assert_eq!(claim, Err(Refusal::AlreadyRefuted));
}

#[test]
fn a_first_difference_disputes_and_keeps_the_window_open() {
    let differ = plan_audit(&submitted(), 0, soon().after(300).unwrap(), Some(2), false, in_seconds(200)).unwrap();
    assert_eq!((differ.task.state, differ.task.challenge_until), (TaskState::Disputed, NOW.after(320).unwrap()));
    assert_eq!((differ.task.slots[0].differing, differ.refutes), (1, false));
    let second = plan_audit(&disputed(), 0, soon(), Some(2), false, NOW).unwrap();
    assert_eq!(second.task.challenge_until, NOW.after(240).unwrap());
    let agree = plan_audit(&submitted(), 0, soon(), None, false, NOW).unwrap();
    assert_eq!((agree.task.slots[0].agreeing, agree.verdict), (1, Verdict::Agrees));
    assert_eq!(plan_audit(&submitted(), 0, past(), None, false, NOW).map(|_| ()), Err(Refusal::TooLate));
    assert_eq!(plan_audit(&submitted(), 0, soon(), Some(1), false, NOW).map(|_| ()), Err(Refusal::AuditsNotDiffering));
}

#[test]
fn a_matching_difference_refutes_and_later_answers_change_nothing() {
    let step = plan_audit(&disputed(), 0, soon(), Some(2), true, NOW).unwrap();
    assert_eq!((step.refutes, step.task.slots[0].state), (true, SlotState::Refuted));
    let later = plan_audit(&step.task, 0, soon(), Some(2), true, NOW).unwrap();
    assert_eq!((later.refutes, later.task.slots[0].state), (false, SlotState::Refuted));
    let agree = plan_audit(&step.task, 0, soon(), None, true, NOW).unwrap();
    assert!(!agree.refutes);
}

#[test]
fn only_an_agreeing_audit_opens_a_leaf_before_the_end() {
    let open = |verdict, opened, at| plan_audit_open(&submitted(), 0, verdict, opened, at);
    assert_eq!(open(Some(Verdict::Agrees), false, NOW), Ok(()));
    assert_eq!(open(Some(Verdict::Agrees), true, NOW), Err(Refusal::AlreadyOpened));
    assert_eq!(open(Some(Verdict::Differs), false, NOW), Err(Refusal::NotAgreed));
    assert_eq!(open(None, false, NOW), Err(Refusal::NotAgreed));
    assert_eq!(open(Some(Verdict::Agrees), false, in_seconds(240)), Err(Refusal::TooLate));
}

#[test]
fn a_requester_forces_an_audit_once_and_pays_for_it() {
    let force = |forced, reward, offered, at| {
        plan_audit_force(&submitted(), 0, units(forced), units(reward), units(offered), units(10), at)
            .map(BaseUnits::get)
    };
    assert_eq!(force(0, 7, 0, NOW), Ok(7));
    assert_eq!(force(0, 0, 12, NOW), Ok(12));
    assert_eq!(force(0, 0, 9, NOW), Err(Refusal::ForcedTooLow));
    assert_eq!(force(7, 7, 7, NOW), Err(Refusal::AlreadyForced));
    assert_eq!(force(0, 7, 7, in_seconds(120)), Err(Refusal::TooLate));
}

#[test]
fn audits_end_by_outcome_and_standing() {
    use AuditEnd as E;
    use AuditStanding as S;
    let table = [
        (Outcome::Upheld, [E::Released, E::Silent, E::Unpaid, E::Rewarded, E::LostToProvider]),
        (Outcome::Slashed, [E::Released, E::Silent, E::LostToSink, E::LostToSink, E::Released]),
        (Outcome::Void, [E::Released; 5]),
    ];
    for (outcome, row) in table {
        for (standing, end) in [S::Unanswered, S::Silent, S::Agreed, S::Proven, S::Differed].into_iter().zip(row) {
            assert_eq!(audit_end(outcome, standing), end, "{outcome:?}, {standing:?}");
        }
    }
}

/// Whatever the outcome, the right answer is at least as good as none.
#[test]
fn silence_is_never_better_than_the_right_answer() {
    let gain = |outcome, standing| {
        let end = audit_end(outcome, standing);
        let paid = audit_payout(end, units(1_000), bps(1)).unwrap();
        let reward = if end == AuditEnd::Rewarded { 10 } else { 0 };
        i64::try_from(paid.released.get()).unwrap() - 1_000 + reward
    };
    for (outcome, right) in [
        (Outcome::Upheld, AuditStanding::Agreed),
        (Outcome::Upheld, AuditStanding::Proven),
        (Outcome::Slashed, AuditStanding::Differed),
    ] {
        assert!(gain(outcome, AuditStanding::Silent) < gain(outcome, right));
        assert!(gain(outcome, AuditStanding::Unanswered) <= gain(outcome, right));
    }
    assert_eq!(gain(Outcome::Void, AuditStanding::Silent), 0);
}
