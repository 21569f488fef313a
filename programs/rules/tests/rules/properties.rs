//! What must hold of every input: sums, conservation, and that cheating does not pay.

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
    fn splits()(treasury in 0_u16..=3_000)(treasury in Just(treasury), model in 0..=FULL_BPS - treasury) -> RewardSplits {
        RewardSplits {
            provider_bps: bps(FULL_BPS - treasury - model),
            treasury_bps: bps(treasury),
            model_bps: bps(model),
        }
    }
}

prop_compose! {
    fn slash_shares()(parts in shares(1)) -> SlashShares {
        SlashShares { challenger_bps: bps(parts[0]), requester_bps: bps(parts[1]), sink_bps: bps(parts[2]) }
    }
}

prop_compose! {
    fn accepted_params()(
        splits in splits(),
        slash in slash_shares(),
        audit in 1_u16..=10_000,
        honest in 1_u16..=9_999,
        min_lock in 25_000_u16..,
        min_reward in 1_u64..1_000_000,
    ) -> MarketParams {
        MarketParams {
            splits,
            slash,
            audit_rate_bps: bps(audit),
            honest_auditors_bps: bps(honest),
            min_lock_bps: bps(min_lock),
            min_reward: BaseUnits::new(min_reward),
            no_show_min: BaseUnits::new(1),
            ..params()
        }
    }
}

prop_compose! {
    fn escrows()(reward in 1_u64..1 << 60, audit in 0_u64..1 << 60, bounty in 0_u64..1 << 60, no_shows in 0_u64..8) -> Escrow {
        Escrow {
            held: BaseUnits::new(reward + audit + bounty - no_shows * (bounty / 16)),
            reward: BaseUnits::new(reward),
            audit_reward: BaseUnits::new(audit),
            crank_bounty: BaseUnits::new(bounty),
        }
    }
}

fn sum(parts: &[BaseUnits]) -> u128 {
    parts.iter().map(|part| u128::from(part.get())).sum()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_parts_of_a_reward_sum_to_it(reward: u64, splits in splits(), has_model: bool) {
        let parts = splits.split(BaseUnits::new(reward), has_model).unwrap();
        prop_assert_eq!(sum(&[parts.provider, parts.treasury, parts.model]), u128::from(reward));
        let share = u128::from(reward) * u128::from(splits.provider_bps.get()) / u128::from(FULL_BPS);
        prop_assert!(u128::from(parts.provider.get()) >= share);
    }

    #[test]
    fn an_upheld_payout_sums_to_what_the_vault_owed(
        escrow in escrows(), splits in splits(), has_model: bool, audited: bool, cranker: bool,
    ) {
        let p = upheld_payout(&escrow, &splits, has_model, audited, cranker).unwrap();
        let paid = sum(&[p.provider, p.treasury, p.model, p.cranker, p.requester, p.kept_for_auditor]);
        prop_assert_eq!(paid, u128::from(escrow.held.get()));
    }

    #[test]
    fn a_slash_payout_sums_to_escrow_and_lock(
        escrow in escrows(), lock: u64, shares in slash_shares(), cranker: bool,
    ) {
        let p = slash_payout(&escrow, BaseUnits::new(lock), &shares, cranker).unwrap();
        prop_assert_eq!(sum(&[p.cranker, p.refund]), u128::from(escrow.held.get()));
        prop_assert_eq!(sum(&[p.first_auditor, p.second_auditor, p.requester, p.sink]), u128::from(lock));
        // The requester is whole but for the bounty that it offered.
        prop_assert!(p.refund >= escrow.reward.plus(escrow.audit_reward).unwrap());
    }

    #[test]
    fn an_expiry_sums_to_what_the_vault_owed(escrow in escrows(), which in 0..3_usize, cranker: bool) {
        let ending = [Ending::Unclaimed, Ending::Reopened, Ending::Abandoned][which];
        let p = refund_payout(&escrow, ending, cranker).unwrap();
        prop_assert_eq!(sum(&[p.cranker, p.requester, p.kept]), u128::from(escrow.held.get()));
        prop_assert_eq!(p.kept.is_zero(), ending.is_final());
    }

    #[test]
    fn a_no_show_sums_to_the_lock(lock: u64, slash: u64) {
        let p = no_show_payout(BaseUnits::new(lock), BaseUnits::new(slash)).unwrap();
        prop_assert_eq!(sum(&[p.slashed, p.released]), u128::from(lock));
    }

    /// With the whole reward as the prize, and every share but the sink's coming back to the ring.
    #[test]
    fn cheating_has_negative_expectation_under_accepted_params(params in accepted_params(), reward in 1_u64..1 << 40) {
        prop_assert_eq!(params.validate(false), Ok(()));
        if let Ok(lock) = required_lock(BaseUnits::new(reward), &params) {
            let caught = u128::from(params.audit_rate_bps.get()) * u128::from(params.honest_auditors_bps.get());
            let split = params.slash.split(lock).unwrap();
            let gain = (100_000_000 - caught) * u128::from(reward);
            // What the sink keeps is rounded up to the lock's favour, so the expectation is exact in base units.
            let loss = caught * u128::from(split.sink.get());
            prop_assert!(gain < loss, "gain {gain}, loss {loss}, lock {}", lock.get());
        }
    }

    #[test]
    fn a_task_pins_locks_that_cover_its_slashes(params in accepted_params(), reward: u64, bounty: u64) {
        if let Ok(locks) = locks_for(BaseUnits::new(reward), BaseUnits::new(bounty), &params) {
            prop_assert!(locks.no_show <= locks.run && !locks.no_show.is_zero());
            prop_assert!(locks.audit.get() >= reward);
            prop_assert!(u128::from(locks.run.get()) * 2 >= u128::from(reward) * 5);
            prop_assert!(bounty_for_no_show(BaseUnits::new(bounty)) <= locks.no_show);
        }
    }

    /// Whatever is done in whatever order, what came in less what went out is what the stake holds.
    #[test]
    fn stake_conserves_tokens(steps in prop::collection::vec((0..6_u8, 0_u64..1_000, 0_i64..50), 0..60)) {
        let mut stake = Stake::default();
        let (mut came_in, mut went_out) = (0_u64, 0_u64);
        for (step, n, time) in steps {
            let amount = BaseUnits::new(n);
            let next = match step {
                0 => stake.credit(amount).inspect(|_| came_in += n),
                1 => stake.lock(amount),
                2 => stake.release(amount),
                3 => stake.slash(amount).inspect(|_| went_out += n),
                4 => stake.unbond(amount, time),
                _ => stake.withdraw(time).map(|(next, out)| {
                    went_out += out.get();
                    next
                }),
            };
            stake = next.unwrap_or(stake);
            prop_assert_eq!(stake.total().unwrap().get(), came_in - went_out);
        }
    }

    #[test]
    fn a_score_is_a_share(good: u64, bad: u64) {
        let score = Reputation { good, bad }.score();
        prop_assert!(score <= REPUTATION_ONE);
    }
}
