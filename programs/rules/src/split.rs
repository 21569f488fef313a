use core::num::NonZeroU64;

use crate::{BaseUnits, Bps, Refusal};

/// A no-show's crank earns the bounty divided by this; 8 of them are half of it.
const NO_SHOW_PARTS: NonZeroU64 = NonZeroU64::MIN.saturating_add(15);
/// The cranks that end a task's runs earn the bounty divided by this, together.
const END_PARTS: NonZeroU64 = NonZeroU64::MIN.saturating_add(1);

/// How a reward is shared, in bps that sum to 10,000.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RewardSplits {
    /// The provider's share.
    pub provider_bps: Bps,
    /// The treasury's share.
    pub treasury_bps: Bps,
    /// The model creator's share; the provider's where a task names no model.
    pub model_bps: Bps,
}

/// A reward, shared. The parts sum to the reward.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RewardSplit {
    /// Paid to the provider: whatever rounding leaves is here.
    pub provider: BaseUnits,
    /// Paid to the treasury's fee vault.
    pub treasury: BaseUnits,
    /// Paid to the model's creator.
    pub model: BaseUnits,
}

impl RewardSplits {
    /// Shares `reward`: treasury and model are rounded down, the provider takes the rest.
    pub fn split(&self, reward: BaseUnits, has_model: bool) -> Result<RewardSplit, Refusal> {
        let treasury = self.treasury_bps.of_floor(reward)?;
        let model = if has_model { self.model_bps.of_floor(reward)? } else { BaseUnits::ZERO };
        Ok(RewardSplit { provider: reward.minus(treasury)?.minus(model)?, treasury, model })
    }
}

/// How a slashed lock is shared, in bps that sum to 10,000.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SlashShares {
    /// The challengers' share.
    pub challenger_bps: Bps,
    /// The requester's share.
    pub requester_bps: Bps,
    /// The share that is burned or insured.
    pub sink_bps: Bps,
}

/// A slashed lock, shared. The parts sum to the lock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SlashSplit {
    /// For the challengers.
    pub challenger: BaseUnits,
    /// For the requester.
    pub requester: BaseUnits,
    /// Burned or insured: whatever rounding leaves is here.
    pub sink: BaseUnits,
}

impl SlashShares {
    /// Shares `lock`: challenger and requester are rounded down, the sink takes the rest, so that a ring gets no more
    /// back than its share.
    pub fn split(&self, lock: BaseUnits) -> Result<SlashSplit, Refusal> {
        let challenger = self.challenger_bps.of_floor(lock)?;
        let requester = self.requester_bps.of_floor(lock)?;
        Ok(SlashSplit { challenger, requester, sink: lock.minus(challenger)?.minus(requester)? })
    }
}

/// Two halves of an amount; the first takes the odd unit.
pub fn halves(amount: BaseUnits) -> Result<(BaseUnits, BaseUnits), Refusal> {
    let second = amount.part_of(END_PARTS);
    Ok((amount.minus(second)?, second))
}

/// What the crank that reports a no-show earns of a task's bounty: a sixteenth, rounded down.
pub const fn bounty_for_no_show(bounty: BaseUnits) -> BaseUnits {
    bounty.part_of(NO_SHOW_PARTS)
}

/// What the crank that ends one of `runs` runs earns of a task's bounty: half of it shared by the runs, rounded down.
pub fn bounty_for_end(bounty: BaseUnits, runs: u8) -> BaseUnits {
    let parts = END_PARTS.get().saturating_mul(u64::from(runs));
    NonZeroU64::new(parts).map_or(BaseUnits::ZERO, |parts| bounty.part_of(parts))
}
