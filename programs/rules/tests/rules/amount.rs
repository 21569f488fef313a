use crate::fixtures::{bps, units};
use tessera_rules::{BaseUnits, Refusal};

#[test]
fn rates_round_as_their_names_say() {
    assert_eq!(bps(1).of_floor(units(9_999)), Ok(units(0)));
    assert_eq!(bps(1).of_ceil(units(9_999)), Ok(units(1)));
    assert_eq!(bps(25_000).of_ceil(units(3)), Ok(units(8)));
    assert_eq!(bps(10_000).of_floor(units(u64::MAX)), Ok(units(u64::MAX)));
    assert_eq!(bps(0).of_ceil(units(u64::MAX)), Ok(BaseUnits::ZERO));
}

#[test]
fn what_does_not_fit_is_refused() {
    assert_eq!(bps(10_001).of_ceil(units(u64::MAX)), Err(Refusal::Overflow));
    assert_eq!(units(u64::MAX).plus(units(1)), Err(Refusal::Overflow));
    assert_eq!(units(0).minus(units(1)), Err(Refusal::Overflow));
}
