//! What a dispute does to its task, and who gets its money.

use crate::fixtures::{NOW, past, soon, task, units};
use tessera_rules::*;

use SlotState::{Refuted, Slashed, Submitted};

/// A task whose runs are submitted with these roots.
fn submitted(roots: &[u8]) -> TaskView<u8> {
    let policy = match roots.len() {
        1 => Policy::Optimistic,
        runs => Policy::Redundant { runs: runs as u8 },
    };
    let mut view = TaskView { state: TaskState::Submitted, challenge_until: soon(), ..task(policy) };
    for (slot, root) in view.slots.iter_mut().zip(roots) {
        (slot.state, slot.root) = (Submitted, *root);
    }
    view
}

const CHALLENGER: Phase = Phase::Over(DisputeVerdict::ChallengerWon);
const PROVIDER: Phase = Phase::Over(DisputeVerdict::ProviderWon);
const NOBODY: Phase = Phase::Over(DisputeVerdict::NoVerdict);

#[test]
fn a_dispute_opens_on_a_submitted_run_before_the_challenge_window_has_passed() {
    let one = submitted(&[1]);
    assert_eq!(plan_dispute_open(&one, 0, 1, NOW), Ok(2));
    assert_eq!(plan_dispute_open(&one, 0, u16::MAX, NOW), Err(Refusal::Overflow));
    assert_eq!(plan_dispute_open(&TaskView { challenge_until: past(), ..one }, 0, 0, NOW), Err(Refusal::TooLate));
    let refuted = plan_dispute_settle(&one, 0, CHALLENGER, 1).unwrap().task;
    assert_eq!(plan_dispute_open(&refuted, 0, 0, NOW), Err(Refusal::WrongRunState));
}

#[test]
fn a_won_dispute_refutes_every_run_with_the_root_and_the_settlement_slashes() {
    let three = submitted(&[1, 2, 1]);
    let step = plan_dispute_settle(&three, 0, CHALLENGER, 2).unwrap();
    assert_eq!((step.end, step.open_disputes), (DisputeEnd::Won, 1));
    assert_eq!(step.task.slots.map(|slot| slot.state), [Refuted, Submitted, Refuted]);
    let waits = SettleFacts { open_disputes: 1, ..SettleFacts::default() };
    assert_eq!(plan_settle(&step.task, 0, &waits, NOW), Err(Refusal::DisputesOpen));
    // The rest of its disputes are moot whatever their phase; then it is slashed at once.
    let moot = plan_dispute_settle(&step.task, 0, Phase::OpenLeaf, 1).unwrap();
    assert_eq!((moot.end, moot.open_disputes, moot.task), (DisputeEnd::Moot, 0, step.task));
    let Ok(Settlement::Decide { task, outcome, .. }) = plan_settle(&moot.task, 0, &SettleFacts::default(), NOW) else {
        panic!("a refuted run settles");
    };
    assert_eq!((outcome, task.slots[0].state), (Outcome::Slashed, Slashed));
}

#[test]
fn other_ends_leave_the_run_as_it_is() {
    let one = submitted(&[1]);
    for (phase, end) in [(PROVIDER, DisputeEnd::Lost), (NOBODY, DisputeEnd::NoVerdict)] {
        let step = plan_dispute_settle(&one, 0, phase, 1).unwrap();
        assert_eq!((step.end, step.open_disputes, step.task), (end, 0, one));
    }
    assert_eq!(plan_dispute_settle(&one, 0, Phase::Step, 1), Err(Refusal::DisputeRunning));
    assert_eq!(plan_dispute_settle(&one, 0, CHALLENGER, 0), Err(Refusal::NoDispute));
    assert_eq!(plan_dispute_settle(&one, 1, CHALLENGER, 1), Err(Refusal::SlotUnknown));
}

#[test]
fn a_lost_dispute_shields_nothing() {
    let one = submitted(&[1]);
    for end in [PROVIDER, NOBODY] {
        // Another was open beside it, and a third is opened after it.
        let lost = plan_dispute_settle(&one, 0, end, 2).unwrap();
        let open = plan_dispute_open(&lost.task, 0, lost.open_disputes, NOW).unwrap();
        assert_eq!(open, 2);
        let won = plan_dispute_settle(&lost.task, 0, CHALLENGER, open).unwrap();
        assert_eq!((won.end, won.task.slots[0].state), (DisputeEnd::Won, Refuted));
    }
}

/// Else a thief could wait for its challengers' silence after it has fallen.
#[test]
fn once_the_run_is_refuted_nobody_loses_a_bond_on_it() {
    let refuted = plan_dispute_settle(&submitted(&[1]), 0, CHALLENGER, 2).unwrap().task;
    for phase in Phase::ALL {
        let step = plan_dispute_settle(&refuted, 0, phase, 1).unwrap();
        assert_eq!((step.end, step.end.bond(), step.task), (DisputeEnd::Moot, BondEnd::Back, refuted), "{phase:?}");
    }
}

/// Else the thief's second run would be paid while its first is in dispute, or outvote the run that disputes it.
#[test]
fn no_run_is_upheld_or_outvoted_while_another_is_in_dispute() {
    let over = TaskView { challenge_until: past(), ..submitted(&[1, 1, 2]) };
    let facts = SettleFacts { other_disputes: 1, ..SettleFacts::default() };
    for slot in 0..3 {
        assert_eq!(plan_settle(&over, slot, &facts, NOW), Err(Refusal::DisputesOpen));
    }
    // What is refuted need not wait.
    let refuted = plan_dispute_settle(&over, 0, CHALLENGER, 1).unwrap().task;
    assert!(matches!(plan_settle(&refuted, 1, &facts, NOW), Ok(Settlement::Decide { outcome: Outcome::Slashed, .. })));
    assert_eq!(plan_settle(&refuted, 2, &facts, NOW), Err(Refusal::DisputesOpen));
}

#[test]
fn the_winner_is_closed_once_its_run_is_slashed() {
    use RunState as R;
    for run in [R::Claimed, R::Submitted, R::Upheld, R::Abandoned, R::Sealed, R::Void] {
        assert_eq!(plan_dispute_close(run), Err(Refusal::SlashFirst));
    }
    assert_eq!(plan_dispute_close(R::Slashed), Ok(()));
    let ends = [DisputeEnd::Won, DisputeEnd::Lost, DisputeEnd::NoVerdict, DisputeEnd::Moot];
    assert_eq!(ends.map(DisputeEnd::waits_for_slash), [true, false, false, false]);
    assert_eq!(ends.map(DisputeEnd::bond), [BondEnd::Back, BondEnd::Lost, BondEnd::Back, BondEnd::Back]);
}

#[test]
fn who_has_a_run_with_another_root_needs_no_bond() {
    let view = submitted(&[1, 2, 1]);
    let free = |own| is_bond_free(&view, 0, own);
    assert_eq!((free(None), free(Some(1))), (Ok(false), Ok(true)));
    assert_eq!((free(Some(0)), free(Some(2))), (Ok(false), Ok(false)));
    assert_eq!(free(Some(3)), Err(Refusal::SlotUnknown));
    let refuted = plan_dispute_settle(&view, 1, CHALLENGER, 1).unwrap().task;
    assert_eq!(is_bond_free(&refuted, 0, Some(1)), Ok(false));
    assert_eq!((bond(units(7), false), bond(units(7), true)), (units(7), units(0)));
}

#[test]
fn a_lost_bond_goes_half_to_the_provider_and_half_to_the_sink() {
    let lost = bond_payout(units(1_001), BondEnd::Lost).unwrap();
    assert_eq!((lost.challenger, lost.provider, lost.sink), (units(0), units(501), units(500)));
    let back = bond_payout(units(1_001), BondEnd::Back).unwrap();
    assert_eq!((back.challenger, back.provider, back.sink), (units(1_001), units(0), units(0)));
}

#[test]
fn the_first_auditor_that_differed_gets_half_of_the_challengers_share() {
    assert_eq!(challenger_shares(units(401), true), Ok((units(201), units(200))));
    assert_eq!(challenger_shares(units(401), false), Ok((units(401), units(0))));
    let paid = dispute_slash_payout(units(1_003), &crate::fixtures::params().slash, true).unwrap();
    assert_eq!(
        (paid.challenger, paid.auditor, paid.requester, paid.sink),
        (units(201), units(200), units(100), units(502))
    );
}

#[test]
fn a_provider_does_not_dispute_itself_and_a_trace_is_posted_once() {
    let terms = DisputeTerms { execution_seconds: 60, trace_bytes: 1, unbonding_seconds: 604_800 };
    let start = |traced, own| plan_dispute_start(terms, traced, 0, own, NOW);
    assert_eq!(start(false, true), Err(Refusal::DisputeOfOwnRun));
    assert_eq!(start(false, false).map(|view| view.phase), Ok(Phase::Trace));
    assert_eq!(start(true, false).map(|view| view.phase), Ok(Phase::PickOperation));
}
