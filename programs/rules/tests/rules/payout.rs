use crate::fixtures::{bps, escrow, params, units};
use tessera_rules::*;

/// The escrow of two runs, each with the amounts of [`escrow`].
fn two() -> Escrow {
    Escrow { held: units(22_600), runs: 2, ..escrow() }
}

#[test]
fn an_upheld_run_pays_the_split_and_returns_the_rest() {
    let payout = upheld_payout(&escrow(), &params().splits, true, 0, true, true).unwrap();
    let expected = UpheldPayout {
        provider: units(8_000),
        treasury: units(1_500),
        model: units(500),
        cranker: units(300),
        requester: units(1_300),
        kept: units(0),
        kept_for_auditors: units(0),
    };
    assert_eq!(payout, expected);
}

#[test]
fn auditors_share_their_reward_and_the_odd_units_return() {
    let payout = upheld_payout(&escrow(), &params().splits, false, 3, true, false).unwrap();
    assert_eq!((payout.kept, payout.kept_for_auditors, payout.requester), (units(999), units(999), units(601)));
    assert_eq!((audit_share(units(1_000), 3), audit_share(units(1_000), 0)), (units(333), units(0)));
}

#[test]
fn only_the_last_run_returns_what_others_might_need() {
    let first = upheld_payout(&two(), &params().splits, false, 1, false, true).unwrap();
    // 10,000 of the reward, 150 of the bounty; the auditor's 1,000 and the second run's 11,000 stay, and 450 of the bounty.
    assert_eq!((first.cranker, first.requester, first.kept), (units(150), units(0), units(12_450)));
    let rest = Escrow { held: first.kept, kept_for_auditors: first.kept_for_auditors, ..two() };
    let second = lost_refund(&rest, true, true).unwrap();
    assert_eq!((second.cranker, second.requester, second.kept), (units(150), units(11_300), units(1_000)));
}

#[test]
fn a_lost_run_returns_its_reward_and_audit_reward() {
    let lost = lost_refund(&two(), false, true).unwrap();
    assert_eq!((lost.cranker, lost.requester, lost.kept), (units(150), units(11_000), units(11_450)));
}

#[test]
fn the_bounty_is_paid_in_parts_and_the_rest_returns() {
    let pay = |ending, last, cranker| {
        let payout = refund_payout(&escrow(), ending, last, cranker).unwrap();
        (payout.cranker.get(), payout.requester.get(), payout.kept.get())
    };
    assert_eq!(pay(Ending::NoShow, false, true), (37, 0, 11_563));
    assert_eq!(pay(Ending::Unclaimed, true, true), (300, 11_300, 0));
    assert_eq!(pay(Ending::NoShow, true, true), (337, 11_263, 0));
    assert_eq!(pay(Ending::NoShow, true, false), (0, 11_600, 0));
    assert_eq!(pay(Ending::Silent, true, true), (300, 11_300, 0));
    let silent = refund_payout(&two(), Ending::Silent, false, true).unwrap();
    assert_eq!((silent.cranker, silent.requester, silent.kept), (units(150), units(11_000), units(11_450)));
}

#[test]
fn a_slashed_lock_is_shared_with_the_auditors_there_are() {
    let shares = params().slash;
    let pay = |auditors| slash_payout(units(25_003), &shares, auditors).unwrap();
    let two = SlashPayout {
        first_auditor: units(5_001),
        second_auditor: units(5_000),
        requester: units(2_500),
        sink: units(12_502),
    };
    assert_eq!((pay(2), pay(3)), (two, two));
    assert_eq!(pay(1), SlashPayout { first_auditor: units(10_001), second_auditor: units(0), ..two });
    assert_eq!(pay(0), SlashPayout { first_auditor: units(0), second_auditor: units(0), sink: units(22_503), ..two });
}

#[test]
fn a_silent_auditor_loses_its_share_rounded_up() {
    let paid = audit_payout(AuditEnd::Silent, units(1_001), bps(1_000)).unwrap();
    assert_eq!((paid.sink, paid.released, paid.provider), (units(101), units(900), units(0)));
    let paid = audit_payout(AuditEnd::LostToProvider, units(7), bps(1)).unwrap();
    assert_eq!((paid.sink, paid.released, paid.provider), (units(0), units(0), units(7)));
}

#[test]
fn an_escrow_that_does_not_fit_is_refused() {
    assert_eq!(escrow_needed(3, units(10), units(2), units(1)), Ok(units(37)));
    assert_eq!(escrow_needed(2, units(u64::MAX / 2), units(1), units(0)), Err(Refusal::Overflow));
    assert_eq!(escrow_needed(1, units(u64::MAX), units(0), units(1)), Err(Refusal::Overflow));
}
