#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use tessera_chain::fake::fixture::key;
use tessera_chain::program::events::{AuditClosed, Payment, RunAbandoned, RunOutcome, TaskSettled};
use tessera_chain::{AuditState, Signature};

use super::*;

fn payment(owner: u8, amount: u64) -> Payment {
    Payment { owner: key(owner), amount, kept: false }
}

fn step(second: u64, event: Event) -> TaskStep {
    let time = i64::try_from(1_000 + second).unwrap();
    TaskStep { signature: Signature::default(), slot: 2 * second, time: Some(time), event }
}

/// A no-show, then an upheld run whose treasury could not receive, and its rewarded audit.
fn history() -> TaskHistory {
    let abandoned = RunAbandoned {
        task: key(1),
        run: key(2),
        provider: key(3),
        requester_compensated: payment(9, 500_000),
        from_unbonding: 0,
        released: 1,
        cranker_paid: 10,
        reopened: true,
    };
    let settled = TaskSettled {
        task: key(1),
        run: key(4),
        provider: key(5),
        outcome: RunOutcome::Upheld,
        output_root: [7; 32],
        provider_paid: payment(5, 4_250_000),
        treasury_paid: Payment { kept: true, ..payment(8, 750_000) },
        model_paid: payment(0, 0),
        cranker_paid: 20,
        requester_refunded: payment(9, 30),
        kept_for_auditors: 500_000,
        slashed: 0,
        challengers_paid: Vec::new(),
        requester_compensated: payment(9, 0),
        sunk: 0,
    };
    let closed = AuditClosed {
        task: key(1),
        run: key(4),
        audit: key(6),
        verifier: key(7),
        state: AuditState::Agreed { keyed_root: [1; 32] },
        paid: 500_000,
        released: 5_000_000,
        provider_paid: payment(5, 0),
        sunk: 0,
    };
    let steps = vec![
        step(0, Event::RunAbandoned(Box::new(abandoned))),
        step(9, Event::TaskSettled(Box::new(settled))),
        step(9, Event::AuditClosed(Box::new(closed))),
    ];
    TaskHistory { steps, complete: true }
}

#[test]
fn every_payment_has_an_owner_and_a_reason() {
    let told = Explanation::of(key(1), &history(), 6);
    let all: Vec<(&str, u64)> =
        told.steps.iter().flat_map(|step| &step.payments).map(|paid| (paid.to, paid.base_units)).collect();
    let expected = [
        ("requester", 500_000),
        ("crank", 10),
        ("provider", 4_250_000),
        ("treasury", 750_000),
        ("crank", 20),
        ("requester", 30),
        ("auditor", 500_000),
    ];
    assert_eq!(all, expected);
    assert!(told.steps.iter().flat_map(|step| &step.payments).all(|paid| !paid.why.is_empty()));
}

#[test]
fn totals_add_up_what_each_owner_got() {
    let told = Explanation::of(key(1), &history(), 6);
    let of = |to| told.totals.iter().filter(|total| total.to == to).map(|total| total.base_units).sum::<u64>();
    assert_eq!((of("requester"), of("crank"), of("provider"), of("auditor")), (500_030, 30, 4_250_000, 500_000));
    assert_eq!(told.totals.len(), 5);
}

#[test]
fn people_read_it_in_order_with_times_and_what_waits_to_be_claimed() {
    let text = Explanation::of(key(1), &history(), 6).to_string();
    let places: Vec<usize> = ["did not deliver in time", "was decided: upheld", "was closed"]
        .iter()
        .map(|words| text.find(words).unwrap_or_else(|| panic!("{words} is missing in {text}")))
        .collect();
    assert!(places.is_sorted(), "{text}");
    assert!(text.contains("+9 s") && text.contains("4.25 to the provider"), "{text}");
    assert!(text.contains("0.75 to the treasury") && text.contains("kept as a balance"), "{text}");
}

#[test]
fn programs_read_the_same() {
    let json = serde_json::to_value(Explanation::of(key(1), &history(), 6)).unwrap();
    let settled = &json["steps"][1];
    assert_eq!((&settled["event"], &settled["slot"]), (&"TaskSettled".into(), &18.into()));
    assert_eq!(settled["payments"][1]["kept"], true);
    assert!(settled["payments"][0].get("kept").is_none());
    assert_eq!(json["complete"], true);
}
