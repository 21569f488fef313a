//! Random parameters that `validate` accepts, and random money.

use crate::fixtures::{bps, params};
use proptest::prelude::*;
use tessera_rules::*;

/// Three shares that sum to the whole, the third at least `lowest`.
fn shares(lowest: u16) -> impl Strategy<Value = [u16; 3]> {
    (0..=FULL_BPS - lowest).prop_flat_map(move |first| {
        (0..=FULL_BPS - lowest - first).prop_map(move |second| [first, second, FULL_BPS - first - second])
    })
}

prop_compose! {
    pub fn splits()(treasury in 0_u16..=3_000)(treasury in Just(treasury), model in 0..=FULL_BPS - treasury) -> RewardSplits {
        RewardSplits {
            provider_bps: bps(FULL_BPS - treasury - model),
            treasury_bps: bps(treasury),
            model_bps: bps(model),
        }
    }
}

prop_compose! {
    pub fn slash_shares()(parts in shares(1)) -> SlashShares {
        SlashShares { challenger_bps: bps(parts[0]), requester_bps: bps(parts[1]), sink_bps: bps(parts[2]) }
    }
}

/// Shares of which the challenger's is not zero.
fn paying_shares() -> impl Strategy<Value = SlashShares> {
    shares(2).prop_map(|[challenger, requester, sink]| {
        let moved = u16::from(challenger == 0);
        SlashShares {
            challenger_bps: bps(challenger + moved),
            requester_bps: bps(requester),
            sink_bps: bps(sink - moved),
        }
    })
}

prop_compose! {
    pub fn accepted_params()(
        splits in splits(),
        slash in paying_shares(),
        audit in prop_oneof![1_u16..=10_000, Just(1), Just(10_000)],
        honest in prop_oneof![1_u16..=9_999, Just(1), Just(9_999)],
        min_lock in prop_oneof![25_000_u16.., Just(25_000)],
        audit_lock in 10_000_u16..,
        no_show in (0_u16..=25_000, prop_oneof![1_u64..1_000_000, Just(u64::MAX)]),
        min_reward in prop_oneof![1_u64..1_000_000, Just(1)],
        newcomer_weight in prop_oneof![0_u64..20_000_000, Just(u64::MAX)],
        decay in 1_u16..=10_000,
        cap in prop_oneof![1_u32..1_000, Just(u32::MAX)],
        silence in 1_u16..=10_000,
    ) -> MarketParams {
        // The lowest reward of which a slash pays the challenger a unit.
        let lowest = 100_000_000_u64.div_ceil(u64::from(min_lock) * u64::from(slash.challenger_bps.get()));
        MarketParams {
            splits,
            slash,
            audit_rate_bps: bps(audit),
            honest_auditors_bps: bps(honest),
            min_lock_bps: bps(min_lock),
            audit_lock_bps: bps(audit_lock),
            no_show_bps: bps(no_show.0),
            no_show_min: BaseUnits::new(no_show.1),
            min_reward: BaseUnits::new(min_reward.max(lowest)),
            newcomer_weight,
            reputation_decay_bps: bps(decay),
            reputation_cap: cap,
            silence_bps: bps(silence),
            ..params()
        }
    }
}

/// An amount with its edges.
pub fn amount() -> impl Strategy<Value = u64> {
    prop_oneof![any::<u64>(), 0_u64..10_000, Just(0), Just(1), Just(u64::MAX)]
}

/// The vault of a task with some runs, `ended` of which have taken their part already.
#[derive(Clone, Copy, Debug)]
pub struct Money {
    pub escrow: Escrow,
    pub others_left: u8,
}

prop_compose! {
    pub fn money()(
        reward in 1_u64..1 << 58,
        audit in 0_u64..1 << 58,
        forced in 0_u64..1 << 58,
        bounty in 0_u64..1 << 58,
        no_shows in 0_u64..8,
        runs in 1_u8..=3,
        kept in 0_u64..1 << 58,
    )(
        others_left in 0..runs,
        reward in Just(reward), audit in Just(audit), forced in Just(forced), bounty in Just(bounty),
        no_shows in Just(no_shows), runs in Just(runs), kept in Just(kept),
    ) -> Money {
        let ended = u64::from(runs - 1 - others_left);
        let others = u64::from(others_left) * (reward + audit);
        let bounty_left = bounty - no_shows * (bounty / 16) - ended * (bounty / (2 * u64::from(runs)));
        Money {
            escrow: Escrow {
                held: BaseUnits::new(others + reward + audit + forced + bounty_left + kept),
                kept_for_auditors: BaseUnits::new(kept),
                reward: BaseUnits::new(reward),
                audit_reward: BaseUnits::new(audit + forced),
                crank_bounty: BaseUnits::new(bounty),
                runs,
            },
            others_left,
        }
    }
}

pub fn sum(parts: &[BaseUnits]) -> u128 {
    parts.iter().map(|part| u128::from(part.get())).sum()
}
