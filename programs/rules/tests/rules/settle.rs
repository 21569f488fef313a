use crate::fixtures::{NOW, escrow, params, past, soon, units};
use tessera_rules::*;

fn settle(state: TaskState, challenge_until: Deadline, refuted: bool) -> Result<Settlement, Refusal> {
    plan_settle(&SettleFacts { state, challenge_until, refuted }, NOW)
}

#[test]
fn an_undisputed_run_is_upheld_after_the_challenge_window() {
    let upheld = Settlement::Decide { state: TaskState::Settled, outcome: Outcome::Upheld };
    assert_eq!(settle(TaskState::Submitted, past(), false), Ok(upheld));
    assert_eq!(settle(TaskState::Submitted, soon(), false), Err(Refusal::TooEarly));
}

#[test]
fn a_lone_difference_loses_after_the_window() {
    let upheld = Settlement::Decide { state: TaskState::Settled, outcome: Outcome::Upheld };
    assert_eq!(settle(TaskState::Disputed, past(), false), Ok(upheld));
    assert_eq!(settle(TaskState::Disputed, soon(), false), Err(Refusal::TooEarly));
}

#[test]
fn a_refuted_run_is_slashed_at_once_and_never_upheld() {
    let slashed = Settlement::Decide { state: TaskState::Expired, outcome: Outcome::Slashed };
    assert_eq!(settle(TaskState::Disputed, soon(), true), Ok(slashed));
    assert_eq!(settle(TaskState::Disputed, past(), true), Ok(slashed));
}

#[test]
fn a_decided_run_only_closes_audits() {
    assert_eq!(settle(TaskState::Settled, soon(), false), Ok(Settlement::Close(Outcome::Upheld)));
    assert_eq!(settle(TaskState::Expired, soon(), true), Ok(Settlement::Close(Outcome::Slashed)));
}

#[test]
fn nothing_is_settled_before_a_submission() {
    for state in [TaskState::Open, TaskState::Claimed, TaskState::Cancelled] {
        assert_eq!(settle(state, past(), false), Err(Refusal::WrongState));
    }
}

#[test]
fn an_upheld_run_pays_the_split_and_returns_the_rest() {
    let payout = upheld_payout(&escrow(), &params().splits, true, false, true).unwrap();
    let expected = UpheldPayout {
        provider: units(8_000),
        treasury: units(1_500),
        model: units(500),
        cranker: units(300),
        requester: units(1_300),
        kept_for_auditor: units(0),
    };
    assert_eq!(payout, expected);
}

#[test]
fn the_audit_reward_waits_for_the_first_agreeing_audit() {
    let payout = upheld_payout(&escrow(), &params().splits, false, true, false).unwrap();
    assert_eq!((payout.kept_for_auditor, payout.cranker, payout.requester), (units(1_000), units(0), units(600)));
}

#[test]
fn a_slashed_run_refunds_the_escrow_and_shares_the_lock() {
    let payout = slash_payout(&escrow(), units(25_003), &params().slash, true).unwrap();
    let expected = SlashPayout {
        cranker: units(300),
        refund: units(11_300),
        first_auditor: units(5_001),
        second_auditor: units(5_000),
        requester: units(2_500),
        sink: units(12_502),
    };
    assert_eq!(payout, expected);
}

#[test]
fn audits_end_by_outcome_and_verdict() {
    use AuditEnd::*;
    assert_eq!(audit_end(Outcome::Upheld, Verdict::Agrees, true), Rewarded);
    assert_eq!(audit_end(Outcome::Upheld, Verdict::Agrees, false), Released);
    assert_eq!(audit_end(Outcome::Upheld, Verdict::Differs, false), LostToProvider);
    assert_eq!(audit_end(Outcome::Slashed, Verdict::Differs, false), Released);
    assert_eq!(audit_end(Outcome::Slashed, Verdict::Agrees, true), LostToSink);
}
