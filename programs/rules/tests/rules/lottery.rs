use crate::fixtures::{NOW, bps, params, units};
use tessera_rules::*;

#[test]
fn newcomers_are_audited_always_and_the_trusted_at_the_base_rate() {
    let rate = |good, bad| audit_rate(&Reputation { good, bad }, bps(3_000), 3_000_000).get();
    assert_eq!(rate(0, 0), 10_000);
    assert_eq!(rate(2_999_999, 0), 10_000);
    // Scores of 0.8, 0.5 and 0.2.
    assert_eq!(rate(3_000_000, 0), 3_700);
    assert_eq!(rate(3_000_000, 3_000_000), 4_750);
    assert_eq!(rate(0, 3_000_000), 5_800);
    // A score is rounded down, a rate up.
    assert_eq!(rate(u64::MAX, 0), 3_001);
}

#[test]
fn a_ticket_wins_in_proportion_to_its_stake() {
    let wins = |ticket, rate, stake, total| ticket_wins(ticket, bps(rate), units(stake), units(total));
    assert!(wins(0, 1, 1, 1_000_000) && !wins(u64::MAX, 9_999, 1_000, 1_000));
    let quarter = 1_u64 << 62;
    assert!(wins(quarter - 1, 5_000, 1, 2) && !wins(quarter, 5_000, 1, 2));
    assert!(wins(quarter - 1, 5_000, u64::MAX / 2, u64::MAX - 1));
    assert!(!wins(0, 5_000, 0, 10) && !wins(0, 5_000, 0, 0) && !wins(0, 5_000, 5, 0));
    // More than the whole can only be a stale total: always.
    assert!(wins(u64::MAX, 5_000, 4, 2) && wins(u64::MAX, 5_000, u64::MAX, 1));
    assert!(wins(u64::MAX, 10_000, 0, 0));
}

#[test]
fn chain_and_stake_are_older_than_the_submission_by_the_delay() {
    let since = |unix, slot| Moment { unix: NOW.unix - unix, slot: NOW.slot - slot };
    assert_eq!(old_enough(since(3, 6), NOW, 5), Err(Refusal::VerifierTooYoung));
    assert_eq!(old_enough(since(4, 5), NOW, 5), Err(Refusal::VerifierTooYoung));
    assert_eq!(old_enough(since(4, 6), NOW, 5), Ok(()));
    let future = Moment { unix: i64::MAX, slot: u64::MAX };
    assert_eq!(old_enough(future, NOW, 128), Err(Refusal::VerifierTooYoung));
}

#[test]
fn a_draw_is_the_first_slot_hash_at_or_after_its_slot() {
    let slots = [90_u64, 80, 79, 70, 60];
    let found = |wanted| find_draw(wanted, slots.len(), |i| slots.get(i).copied());
    assert_eq!(found(91), Draw::Pending);
    assert_eq!((found(90), found(81), found(80)), (Draw::Found(0), Draw::Found(0), Draw::Found(1)));
    assert_eq!((found(71), found(60)), (Draw::Found(2), Draw::Found(4)));
    // 59 itself may have had an entry that is gone.
    assert_eq!(found(59), Draw::Expired);
    assert_eq!(find_draw(0, 0, |_| None), Draw::Pending);
}

#[test]
fn a_pool_is_shared_by_fees_and_pays_half_of_them_at_most() {
    let share = |funded, fees, total| pool_share(units(funded), units(fees), units(total)).get();
    assert_eq!(share(100, 30, 90), 15);
    assert_eq!(share(30, 30, 90), 10);
    assert_eq!(share(31, 30, 90), 10);
    assert_eq!((share(100, 0, 90), share(0, 30, 90), share(100, 30, 0), share(100, 1, 1)), (0, 0, 0, 0));
    assert_eq!(share(u64::MAX, u64::MAX, u64::MAX), u64::MAX / 2);
}

#[test]
fn epochs_follow_each_other() {
    assert_eq!((validate_epoch_seconds(3_600), validate_epoch_seconds(3_599)), (Ok(()), Err(Refusal::EpochTooShort)));
    assert_eq!((epoch_of(7_199, 3_600), epoch_of(7_200, 3_600), epoch_of(-5, 3_600)), (1, 2, 0));
    assert_eq!((epoch_open(1, 7_199, 3_600), epoch_open(1, 7_200, 3_600)), (Ok(()), Err(Refusal::EpochOver)));
    assert_eq!((epoch_over(1, 7_199, 3_600), epoch_over(1, 7_200, 3_600)), (Err(Refusal::EpochRunning), Ok(())));
    assert_eq!(pool_final(1, 0b101, 0b001, 7_200, 3_600), Err(Refusal::FeesUnswept));
    assert_eq!(pool_final(1, 0b101, 0b101, 7_199, 3_600), Err(Refusal::EpochRunning));
    assert_eq!(pool_final(1, 0b101, 0b101, 7_200, 3_600), Ok(()));
    assert_eq!(pool_closable(1, 6 * 3_600 - 1, 3_600), Err(Refusal::TooEarly));
    assert_eq!(pool_closable(1, 6 * 3_600, 3_600), Ok(()));
}

#[test]
fn parameters_change_after_the_timelock_in_force() {
    let quick = MarketParams { timelock_seconds: 3_600, ..params() };
    let earliest = plan_propose(&params(), &quick, false, NOW).unwrap();
    assert_eq!(earliest, NOW.after(86_400).unwrap());
    assert_eq!(plan_apply(Some(earliest), NOW), Err(Refusal::TooEarly));
    assert_eq!(plan_apply(Some(NOW.at_once()), NOW), Ok(()));
    assert_eq!(plan_apply(None, NOW), Err(Refusal::NothingPending));
    let bad = MarketParams { timelock_seconds: 0, ..params() };
    assert_eq!(plan_propose(&params(), &bad, false, NOW), Err(Refusal::TimelockTooShort));
}
