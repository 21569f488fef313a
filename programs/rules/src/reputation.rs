use crate::{BaseUnits, MarketParams, Refusal};

/// One counted run of the smallest weight, in the fixed point of [`Reputation`].
pub const REPUTATION_ONE: u64 = 1_000_000;

/// A Beta distribution with decay: counters of good and bad runs, in millionths.
///
/// Only runs that were audited independently, disputed or not shown up for count. It ranks, it never replaces stake.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reputation {
    /// Decayed weight of good runs.
    pub good: u64,
    /// Decayed weight of bad runs.
    pub bad: u64,
}

impl Reputation {
    /// After a good run of this reward.
    pub fn with_good(self, reward: BaseUnits, params: &MarketParams) -> Result<Self, Refusal> {
        let mut next = self.decayed(params)?;
        next.good = next.good.saturating_add(weight(reward, params)?);
        Ok(next)
    }

    /// After a bad run of this reward.
    pub fn with_bad(self, reward: BaseUnits, params: &MarketParams) -> Result<Self, Refusal> {
        let mut next = self.decayed(params)?;
        next.bad = next.bad.saturating_add(weight(reward, params)?);
        Ok(next)
    }

    /// Whether too little is known of a provider to trust its score: its counted weight is below `weight` millionths.
    pub const fn is_newcomer(&self, weight: u64) -> bool {
        self.good.saturating_add(self.bad) < weight
    }

    /// The expected share of good runs, `(good + 1) / (good + bad + 2)`, in millionths: 500,000 for a newcomer.
    pub fn score(&self) -> u64 {
        let one = u128::from(REPUTATION_ONE);
        let good = u128::from(self.good).saturating_add(one);
        let all = good.saturating_add(u128::from(self.bad)).saturating_add(one);
        good.saturating_mul(one).checked_div(all).and_then(|s| u64::try_from(s).ok()).unwrap_or(0)
    }

    fn decayed(self, params: &MarketParams) -> Result<Self, Refusal> {
        let decay = |counter: u64| params.reputation_decay_bps.of_floor(BaseUnits::new(counter)).map(BaseUnits::get);
        Ok(Self { good: decay(self.good)?, bad: decay(self.bad)? })
    }
}

/// The reward in multiples of the market's minimum, capped, in millionths.
fn weight(reward: BaseUnits, params: &MarketParams) -> Result<u64, Refusal> {
    let one = u128::from(REPUTATION_ONE);
    let multiples = u128::from(reward.get())
        .checked_mul(one)
        .and_then(|scaled| scaled.checked_div(u128::from(params.min_reward.get())))
        .ok_or(Refusal::MinRewardZero)?;
    let cap = u128::from(params.reputation_cap).saturating_mul(one);
    u64::try_from(multiples.min(cap)).map_err(|_| Refusal::Overflow)
}
