//! That cheating does not pay, for every parameter that a market may have.

use crate::fixtures::{bps, params};
use crate::strategies::{accepted_params, amount, sum};
use proptest::prelude::*;
use tessera_rules::*;

/// `q` as a fraction: `x - x^2 / 2` with `x = rate x honest share`.
pub fn caught(params: &MarketParams) -> (u128, u128) {
    let whole = 100_000_000_u128;
    let x = u128::from(params.audit_rate_bps.get()) * u128::from(params.honest_auditors_bps.get());
    (x * (2 * whole - x), 2 * whole * whole)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// The ring is the provider, every auditor that is not honest, both challengers, the requester's share of a slash, the
    /// model's creator and the cranker's side of the slash; only treasury and sink are somebody else's.
    #[test]
    fn a_ring_loses_by_cheating_on_average(
        params in accepted_params(), reward in 1_u64..1 << 40, audit in 0_u64..1 << 40, auditors in 0_usize..3,
    ) {
        prop_assert_eq!(params.validate(false), Ok(()));
        let Ok(lock) = required_lock(BaseUnits::new(reward), BaseUnits::new(audit), &params) else {
            return Ok(());
        };
        let (reward, audit) = (BaseUnits::new(reward), BaseUnits::new(audit));
        let held = reward.plus(audit).unwrap();
        let zero = BaseUnits::ZERO;
        let escrow = Escrow { held, kept_for_auditors: zero, reward, audit_reward: audit, crank_bounty: zero, runs: 1 };
        let paid = upheld_payout(&escrow, &params.splits, true, 1, true, false).unwrap();
        let won = sum(&[paid.provider, paid.model, paid.kept_for_auditors]);
        let slash = slash_payout(lock, &params.slash, auditors).unwrap();
        let back = sum(&[slash.first_auditor, slash.second_auditor, slash.requester]);
        let lost = u128::from(lock.get()) - back;
        let (q, all) = caught(&params);
        prop_assert!((all - q) * won < q * lost, "won {won}, lost {lost}, lock {}", lock.get());
    }

    /// A thief with several runs of a task: refuting one refutes every run with its root, so that it loses all its locks
    /// where it loses one.
    #[test]
    fn several_runs_of_one_thief_lose_together(params in accepted_params(), reward in 1_u64..1 << 40, runs in 1_u128..=3) {
        if let Ok(lock) = required_lock(BaseUnits::new(reward), BaseUnits::ZERO, &params) {
            let sunk = u128::from(slash_payout(lock, &params.slash, 2).unwrap().sink.get());
            let (q, all) = caught(&params);
            prop_assert!((all - q) * runs * u128::from(reward) < q * runs * sunk);
        }
    }

    /// However the honest stake is divided into tickets, at least one of them wins as often as the lock assumes.
    #[test]
    fn honest_tickets_win_as_often_as_the_lock_assumes(
        rate in 1_u16..=9_999, honest in prop::collection::vec(1_u64..1_000_000_000, 1..12), others in 0_u64..1_000_000_000,
    ) {
        let total: u64 = honest.iter().sum::<u64>() + others;
        let share = u16::try_from(honest.iter().sum::<u64>() * 10_000 / total).unwrap().min(9_999);
        let missed: f64 = honest.iter().map(|stake| 1.0 - probability(bps(rate), *stake, total)).product();
        let (q, all) = caught(&MarketParams {
            audit_rate_bps: bps(rate),
            honest_auditors_bps: bps(share),
            ..params()
        });
        prop_assert!(1.0 - missed >= q as f64 / all as f64 - 1e-9);
    }

    #[test]
    fn nobody_is_audited_less_than_the_locks_assume(
        good in amount(), bad in amount(), base in 1_u16..=10_000, weight in amount(), more in amount(),
    ) {
        let rate = |good, bad| audit_rate(&Reputation { good, bad }, bps(base), weight);
        prop_assert!(rate(good, bad) >= bps(base) && rate(good, bad) <= bps(FULL_BPS));
        prop_assert!(rate(good.saturating_add(more), bad) <= rate(good, bad));
        let known = !Reputation { good, bad }.is_newcomer(weight);
        prop_assert!(!known || rate(good, bad.saturating_add(more)) >= rate(good, bad));
    }

    /// A provider that does not show up and sends the crank itself, also when that ends the task: it earns the end's part
    /// by cranking an unclaimed task too, so a no-show must not add to it.
    #[test]
    fn a_no_show_that_cranks_itself_earns_nothing_by_it(
        params in accepted_params(), reward in amount(), audit in 0_u64..1 << 40, bounty in 0_u64..1 << 60,
        unbonding in amount(), last: bool,
    ) {
        let (reward, audit, bounty) = (BaseUnits::new(reward), BaseUnits::new(audit), BaseUnits::new(bounty));
        let (Ok(locks), Ok(held)) = (locks_for(reward, audit, bounty, &params), escrow_needed(1, reward, audit, bounty)) else {
            return Ok(());
        };
        let zero = BaseUnits::ZERO;
        let escrow = Escrow { held, kept_for_auditors: zero, reward, audit_reward: audit, crank_bounty: bounty, runs: 1 };
        let stake = Stake { locked: locks.run, ..Stake::default() };
        let stake = match stake.credit(BaseUnits::new(unbonding)).and_then(|s| s.unbond(BaseUnits::new(unbonding), 1)) {
            Ok(stake) => stake,
            Err(_) => stake,
        };
        let lost = stake.slash_liveness(locks.run, locks.no_show).unwrap().1.slashed;
        let cranked = refund_payout(&escrow, Ending::NoShow, last, true).unwrap().cranker;
        let anyway = if last { refund_payout(&escrow, Ending::Unclaimed, true, true).unwrap().cranker } else { zero };
        prop_assert!(sum(&[cranked]) <= sum(&[anyway, lost]));
        prop_assert!(lost >= params.no_show_min.min(locks.run));
    }

    /// A requester with verifiers of its own pays as much into the escrow as it can get out by forcing an audit.
    #[test]
    fn a_forced_audit_pays_no_ring_of_requester_and_verifiers(
        audit in 0_u64..1 << 60, forced in 0_u64..1 << 60, earning: u16, ring in 0_u16..,
    ) {
        let ring = u64::from(ring.min(earning));
        let all = BaseUnits::new(audit + forced);
        let got = ring * audit_share(all, earning).get();
        prop_assert!(got <= audit + forced);
        prop_assert!(audit_shares(all, earning).unwrap() <= all);
    }

    /// Tasks that a ring gives itself bring fees of which the pool returns half at most.
    #[test]
    fn a_pool_never_pays_more_than_half_of_the_fees(funded in amount(), fees in amount(), total in amount()) {
        let paid = pool_share(BaseUnits::new(funded), BaseUnits::new(fees), BaseUnits::new(total)).get();
        prop_assert!(paid <= fees / 2 && paid <= funded);
    }

    /// Nothing panics or wraps, whatever the numbers; what does not fit is refused.
    #[test]
    fn edges_are_refused_not_wrapped(
        a in amount(), b in amount(), c in amount(), rate: u16, ticket: u64, unix: i64, seconds: u32,
    ) {
        let (x, y, z) = (BaseUnits::new(a), BaseUnits::new(b), BaseUnits::new(c));
        let wins = ticket_wins(ticket, bps(rate), x, y);
        prop_assert!(wins == ticket_wins(ticket, bps(rate), x, y));
        let escrow = Escrow { held: x, kept_for_auditors: y, reward: z, audit_reward: y, crank_bounty: z, runs: rate as u8 };
        let splits = params().splits;
        let _ = upheld_payout(&escrow, &splits, true, rate, true, true);
        let _ = (lost_refund(&escrow, false, true), refund_payout(&escrow, Ending::NoShow, true, true));
        let _ = (escrow_needed(3, x, y, z), locks_for(x, y, z, &params()), required_lock(x, y, &params()));
        let now = Moment { unix, slot: a };
        let _ = (now.after(seconds), now.at_once().after(seconds), old_enough(now, now, rate));
        let _ = (epoch_of(unix, seconds), pool_closable(a, unix, seconds), pool_share(x, y, z));
        let odd = MarketParams { unbonding_seconds: seconds, max_open_seconds: u32::MAX, ..params() };
        prop_assert!(odd.validate(true).is_err());
    }
}

/// The share of all tickets that win, found by bisection on the function itself.
fn probability(rate: Bps, stake: u64, total: u64) -> f64 {
    let (mut low, mut high) = (0_u64, u64::MAX);
    while low < high {
        let middle = low + (high - low) / 2;
        if ticket_wins(middle, rate, BaseUnits::new(stake), BaseUnits::new(total)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low as f64 / 2_f64.powi(64)
}
