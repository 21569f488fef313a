//! That disputing a wrong run pays, disputing a right one costs, and disputing oneself does not help, for every parameter
//! that a market may have.

use crate::cheating::caught;
use crate::strategies::{accepted_params, amount, slash_shares, sum};
use proptest::prelude::*;
use tessera_rules::*;

fn paid_back(bond: BaseUnits, end: DisputeEnd) -> BondPayout {
    bond_payout(bond, end.bond()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// A challenger that is right wins, by a verdict or by the provider's silence; where another was first, or the task is
    /// malformed, it has its bond back and is out its fees. `first`, of 100: how often nobody is before it. `fees`: what its
    /// transactions cost in the same unit, anything below half of the challenger's share of the lowest lock.
    #[test]
    fn an_honest_challenger_gains_on_average(
        params in accepted_params(), reward in 1_u64..1 << 40, audit in 0_u64..1 << 40, fees: u64, first in 1_u128..=100,
        has_auditor: bool, bond_free: bool,
    ) {
        prop_assert_eq!(params.validate(false), Ok(()));
        let reward = BaseUnits::new(reward).max(params.min_reward);
        let Ok(locks) = locks_for(reward, BaseUnits::new(audit), BaseUnits::ZERO, &params) else {
            return Ok(());
        };
        let shares = u128::from(params.slash.challenger_bps.get()) * u128::from(params.min_lock_bps.get());
        let least = first * shares * u128::from(reward.get()) / (2 * 100 * 100_000_000);
        let fees = u128::from(fees) % least.max(1);
        let staked = bond(reward, bond_free);
        let back = |end| u128::from(paid_back(staked, end).challenger.get());
        let won = dispute_slash_payout(locks.run, &params.slash, has_auditor).unwrap().challenger;
        let in_hand = first * (back(DisputeEnd::Won) + u128::from(won.get())) + (100 - first) * back(DisputeEnd::Moot);
        prop_assert!(in_hand > 100 * (u128::from(staked.get()) + fees), "wins {won:?}, {first} of 100, fees {fees}");
        prop_assert_eq!(back(DisputeEnd::NoVerdict), u128::from(staked.get()));
    }

    /// Against a right run every end by the rules (its step is right, or the challenger is silent) takes the whole bond;
    /// half of it, rounded up, compensates the provider.
    #[test]
    fn a_dishonest_challenger_loses_its_whole_bond_and_half_of_it_compensates_the_provider(
        params in accepted_params(), reward in amount(),
    ) {
        let reward = BaseUnits::new(reward).max(params.min_reward);
        let staked = bond(reward, false);
        prop_assert!(staked >= params.min_reward && !staked.is_zero());
        let lost = paid_back(staked, DisputeEnd::Lost);
        prop_assert_eq!(sum(&[lost.provider, lost.sink]), u128::from(staked.get()));
        prop_assert!(lost.challenger.is_zero());
        prop_assert_eq!(lost.provider.get(), staked.get().div_ceil(2));
        // Nor does it pay to lose against one's own provider.
        prop_assert!(lost.provider <= staked && (staked.get() == 1 || lost.provider < staked));
    }

    /// The ring is the provider, the challenger that disputes it first, the first auditor that differed, the requester and
    /// the model's creator: nothing but the sink's share of the lock is lost to it, as the lock's formula assumes.
    #[test]
    fn a_thief_that_disputes_itself_with_friends_loses_on_average(
        params in accepted_params(), reward in 1_u64..1 << 40, audit in 0_u64..1 << 40, has_auditor: bool,
    ) {
        let (reward, audit) = (BaseUnits::new(reward), BaseUnits::new(audit));
        let Ok(lock) = required_lock(reward, audit, &params) else {
            return Ok(());
        };
        let zero = BaseUnits::ZERO;
        let held = reward.plus(audit).unwrap();
        let escrow = Escrow { held, kept_for_auditors: zero, reward, audit_reward: audit, crank_bounty: zero, runs: 1 };
        let paid = upheld_payout(&escrow, &params.splits, true, 1, true, false).unwrap();
        let won = sum(&[paid.provider, paid.model, paid.kept_for_auditors]);
        let slash = dispute_slash_payout(lock, &params.slash, has_auditor).unwrap();
        let friend = bond(reward, false);
        let back = sum(&[slash.challenger, slash.auditor, slash.requester, paid_back(friend, DisputeEnd::Won).challenger]);
        let lost = u128::from(lock.get()) + u128::from(friend.get()) - back;
        prop_assert_eq!(lost, u128::from(slash.sink.get()));
        let (q, all) = caught(&params);
        prop_assert!((all - q) * won < q * lost, "won {won}, lost {lost}, lock {}", lock.get());
    }

    /// Disputing a run oneself first keeps no more of its lock than two verifiers of one's own would have got.
    #[test]
    fn a_dispute_shares_out_as_much_of_a_lock_as_audits_do(lock in amount(), shares in slash_shares(), has_auditor: bool) {
        let lock = BaseUnits::new(lock);
        let dispute = dispute_slash_payout(lock, &shares, has_auditor).unwrap();
        prop_assert_eq!(sum(&[dispute.challenger, dispute.auditor, dispute.requester, dispute.sink]), u128::from(lock.get()));
        let audits = slash_payout(lock, &shares, 2).unwrap();
        let challengers = sum(&[audits.first_auditor, audits.second_auditor]);
        prop_assert_eq!(sum(&[dispute.challenger, dispute.auditor]), challengers);
        prop_assert_eq!((dispute.requester, dispute.sink), (audits.requester, audits.sink));
        prop_assert_eq!(dispute.auditor.get(), if has_auditor { u64::try_from(challengers / 2).unwrap() } else { 0 });
    }

    /// A flood of disputes against one provider slows each down by one unit for every eight, and costs their bonds.
    #[test]
    fn slowing_a_dispute_down_by_disputes_of_ones_own_costs_half_of_every_bond(
        reward in 1_u64..1 << 40, open in 0_u16..4_096,
    ) {
        let bond = bond(BaseUnits::new(reward), false);
        let lost = u128::from(open) * u128::from(paid_back(bond, DisputeEnd::Lost).sink.get());
        let terms = DisputeTerms { execution_seconds: 60, trace_bytes: 0, unbonding_seconds: 604_800 };
        let slowed = plan_dispute_start(terms, true, open, false, Moment::default()).unwrap().clocks;
        prop_assert!(lost >= u128::from(slowed.factor - 1) * u128::from(DISPUTES_PER_UNIT) * u128::from(reward / 2));
        prop_assert!(slowed.provider_left <= 604_800);
    }
}
