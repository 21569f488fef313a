use crate::fixtures::{params, units};
use tessera_rules::{RewardSplit, SlashSplit, bounty_for_end, bounty_for_no_show, halves};

#[test]
fn a_reward_splits_80_15_5() {
    let split = params().splits.split(units(10_000), true).unwrap();
    assert_eq!(split, RewardSplit { provider: units(8_000), treasury: units(1_500), model: units(500) });
}

#[test]
fn without_a_model_its_share_is_the_providers() {
    let split = params().splits.split(units(10_000), false).unwrap();
    assert_eq!(split, RewardSplit { provider: units(8_500), treasury: units(1_500), model: units(0) });
}

#[test]
fn rounding_favours_the_provider() {
    let split = params().splits.split(units(7), true).unwrap();
    assert_eq!(split, RewardSplit { provider: units(6), treasury: units(1), model: units(0) });
}

#[test]
fn a_lock_splits_40_10_50_and_rounding_sinks() {
    let split = params().slash.split(units(10_009)).unwrap();
    assert_eq!(split, SlashSplit { challenger: units(4_003), requester: units(1_000), sink: units(5_006) });
}

#[test]
fn the_first_half_has_the_odd_unit() {
    assert_eq!(halves(units(7)), Ok((units(4), units(3))));
    assert_eq!(halves(units(0)), Ok((units(0), units(0))));
}

#[test]
fn a_bounty_covers_eight_no_shows_and_an_end() {
    assert_eq!(bounty_for_no_show(units(160)), units(10));
    assert_eq!(bounty_for_end(units(161), 1), units(80));
    assert_eq!(bounty_for_end(units(161), 3), units(26));
}
