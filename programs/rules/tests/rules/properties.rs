//! What must hold of every input: sums and conservation, and that nothing panics at the edges.

use crate::fixtures::bps;
use crate::strategies::{accepted_params, amount, money, slash_shares, splits, sum};
use proptest::prelude::*;
use tessera_rules::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_parts_of_a_reward_sum_to_it(reward in amount(), splits in splits(), has_model: bool) {
        let parts = splits.split(BaseUnits::new(reward), has_model).unwrap();
        prop_assert_eq!(sum(&[parts.provider, parts.treasury, parts.model]), u128::from(reward));
        let share = u128::from(reward) * u128::from(splits.provider_bps.get()) / u128::from(FULL_BPS);
        prop_assert!(u128::from(parts.provider.get()) >= share);
    }

    #[test]
    fn an_upheld_payout_sums_to_what_the_vault_owed(
        money in money(), splits in splits(), has_model: bool, earning: u16, cranker: bool,
    ) {
        let last = money.others_left == 0;
        let p = upheld_payout(&money.escrow, &splits, has_model, earning, last, cranker).unwrap();
        let paid = sum(&[p.provider, p.treasury, p.model, p.cranker, p.requester, p.kept]);
        prop_assert_eq!(paid, u128::from(money.escrow.held.get()));
        let owed = p.kept_for_auditors.plus(money.escrow.kept_for_auditors).unwrap();
        prop_assert!(p.kept >= owed && (!last || p.kept == owed));
        prop_assert!(p.kept_for_auditors <= money.escrow.audit_reward);
    }

    #[test]
    fn a_lost_run_refunds_all_but_what_others_are_owed(money in money(), cranker: bool) {
        let last = money.others_left == 0;
        let p = lost_refund(&money.escrow, last, cranker).unwrap();
        prop_assert_eq!(sum(&[p.cranker, p.requester, p.kept]), u128::from(money.escrow.held.get()));
        prop_assert!(p.requester >= money.escrow.reward.plus(money.escrow.audit_reward).unwrap());
        prop_assert!(p.kept >= money.escrow.kept_for_auditors);
        prop_assert!(!last || p.kept == money.escrow.kept_for_auditors);
    }

    #[test]
    fn an_expiry_sums_to_what_the_vault_owed(money in money(), which in 0..3_usize, cranker: bool) {
        let ending = [Ending::Unclaimed, Ending::NoShow, Ending::Silent][which];
        let last = ending == Ending::Unclaimed || money.others_left == 0;
        let p = refund_payout(&money.escrow, ending, last, cranker).unwrap();
        prop_assert_eq!(sum(&[p.cranker, p.requester, p.kept]), u128::from(money.escrow.held.get()));
        prop_assert!(p.kept >= money.escrow.kept_for_auditors);
    }

    #[test]
    fn a_slashed_lock_sums_to_the_lock(lock in amount(), shares in slash_shares(), auditors in 0_usize..4) {
        let p = slash_payout(BaseUnits::new(lock), &shares, auditors).unwrap();
        prop_assert_eq!(sum(&[p.first_auditor, p.second_auditor, p.requester, p.sink]), u128::from(lock));
        prop_assert!(auditors > 0 || p.first_auditor.is_zero());
        prop_assert!(auditors > 1 || p.second_auditor.is_zero());
    }

    #[test]
    fn an_audits_lock_sums_to_the_lock(lock in amount(), silence in 1_u16..=10_000, which in 0..6_usize) {
        use AuditEnd as E;
        let end = [E::Released, E::Unpaid, E::Rewarded, E::Silent, E::LostToProvider, E::LostToSink][which];
        let p = audit_payout(end, BaseUnits::new(lock), bps(silence)).unwrap();
        prop_assert_eq!(sum(&[p.released, p.provider, p.sink]), u128::from(lock));
        prop_assert!(end != E::Silent || lock == 0 || !p.sink.is_zero());
    }

    #[test]
    fn a_task_pins_locks_that_cover_its_slashes(
        params in accepted_params(), reward in amount(), audit in amount(), bounty in amount(),
    ) {
        prop_assert_eq!(params.validate(false), Ok(()));
        if let Ok(locks) = locks_for(BaseUnits::new(reward), BaseUnits::new(audit), BaseUnits::new(bounty), &params) {
            prop_assert!(!locks.no_show.is_zero());
            prop_assert!(locks.audit.get() >= reward);
            prop_assert!(u128::from(locks.run.get()) * 2 >= u128::from(reward) * 5);
        }
    }

    /// Whatever is done in whatever order, what came in less what went out is what the stake holds.
    #[test]
    fn stake_conserves_tokens(steps in prop::collection::vec((0..7_u8, amount(), 0_i64..50), 0..60)) {
        let mut stake = Stake::default();
        let (mut came_in, mut went_out) = (0_u128, 0_u128);
        for (step, n, time) in steps {
            let amount = BaseUnits::new(n);
            let mut gone = 0;
            let next = match step {
                0 => stake.credit(amount).inspect(|_| came_in += u128::from(n)),
                1 => stake.lock(amount),
                2 => stake.release(amount),
                3 => stake.slash(amount).inspect(|_| gone = n),
                4 => stake.unbond(amount, time),
                5 => {
                    let lock = BaseUnits::new(n / 2);
                    stake.slash_liveness(lock, amount).map(|(next, slash)| {
                        gone = slash.slashed.get();
                        assert!(next.free == stake.free.plus(slash.released).unwrap());
                        assert!(next.locked == stake.locked.minus(lock).unwrap() && slash.slashed <= amount);
                        next
                    })
                }
                _ => stake.withdraw(time).map(|(next, out)| {
                    gone = out.get();
                    next
                }),
            };
            went_out += u128::from(gone);
            stake = next.unwrap_or(stake);
            prop_assert_eq!(u128::from(stake.total().unwrap().get()), came_in - went_out);
        }
    }

    #[test]
    fn a_score_is_a_share_that_grows_with_good_and_falls_with_bad(good in amount(), bad in amount(), more in amount()) {
        let score = |good, bad| Reputation { good, bad }.score();
        prop_assert!(score(good, bad) <= REPUTATION_ONE);
        prop_assert!(score(good.saturating_add(more), bad) >= score(good, bad));
        prop_assert!(score(good, bad.saturating_add(more)) <= score(good, bad));
    }

    #[test]
    fn a_good_run_is_never_worse_than_a_bad_one(
        good in amount(), bad in amount(), reward in amount(), params in accepted_params(),
    ) {
        let now = Reputation { good, bad };
        let after = |r: Result<Reputation, Refusal>| r.unwrap().score();
        let reward = BaseUnits::new(reward);
        prop_assert!(after(now.with_good(reward, &params)) >= after(now.with_bad(reward, &params)));
    }

    #[test]
    fn a_pool_is_never_overdrawn(funded in amount(), fees in prop::collection::vec(0_u64..1 << 58, 1..20), dust in 0_u64..1 << 58) {
        let total = BaseUnits::new(fees.iter().sum::<u64>() + dust);
        let paid: u128 = fees.iter().map(|f| u128::from(pool_share(BaseUnits::new(funded), BaseUnits::new(*f), total).get())).sum();
        prop_assert!(paid <= u128::from(funded));
    }

    #[test]
    fn a_draw_is_what_a_search_from_the_oldest_finds(
        gaps in prop::collection::vec(1_u64..4, 0..600), first in 0_u64..100, wanted in 0_u64..3_000,
    ) {
        let mut slots: Vec<u64> = gaps.iter().scan(first, |at, gap| { *at += gap; Some(*at) }).collect();
        slots.reverse();
        let expected = match (slots.last(), slots.iter().rposition(|slot| *slot >= wanted)) {
            (Some(oldest), _) if *oldest > wanted => Draw::Expired,
            (_, Some(index)) => Draw::Found(index),
            (_, None) => Draw::Pending,
        };
        prop_assert_eq!(find_draw(wanted, slots.len(), |i| slots.get(i).copied()), expected);
    }
}
