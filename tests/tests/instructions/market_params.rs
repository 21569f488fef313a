//! `market_propose`, `market_apply` and `market_withdraw`: the only way to change a market's parameters.

use anchor_lang::error::ErrorCode as Anchor;
use anchor_lang::prelude::Pubkey;
use anchor_spl::token::spl_token::native_mint;
use tessera::errors::TesseraError;
use tessera::events::{ParamsApplied, ParamsProposed, ParamsWithdrawn, RunAbandoned};
use tessera::state::{Deadline, Market, MarketParams, PendingParams, Sink, Task};
use tessera_tests::svm::{MarketRef, TaskSpec, World, market_params, task_args};

/// Twice the smallest reward, so that the default task is below it no more than it was.
fn other_params() -> MarketParams {
    MarketParams { min_reward: 5_000_004, ..market_params() }
}

fn market(world: &World) -> Market {
    world.read(&world.market.key)
}

#[test]
fn a_proposal_waits_as_long_as_the_parameters_in_force_say() {
    let mut world = World::default();
    // Its own, shorter or longer wait counts only for the next one.
    let proposed = MarketParams { timelock_seconds: 7_200, ..other_params() };
    let (unix, slot) = world.bank.now();
    let event: ParamsProposed = world.send(world.market_propose(proposed)).event();
    let earliest = Deadline { unix: unix + 3_600, slot: slot + 7_200 };
    assert_eq!(event, ParamsProposed { market: world.market.key, params: proposed, earliest });
    assert_eq!(market(&world).pending, Some(PendingParams { params: proposed, earliest }));
    assert_eq!(market(&world).params, market_params(), "those in force stay");
}

#[test]
fn anyone_applies_it_once_after_the_wait_on_both_clocks() {
    let mut world = World::default();
    world.send(world.market_propose(other_params()));
    let until = market(&world).pending.unwrap().earliest;
    for (unix, slot) in [(until.unix - 1, until.slot), (until.unix, until.slot - 1)] {
        world.bank.set_clock(unix, slot);
        world.refuse(TesseraError::TooEarly, world.market_apply());
    }
    world.bank.set_clock(until.unix, until.slot);
    let event: ParamsApplied = world.send(world.market_apply()).event();
    assert_eq!(event, ParamsApplied { market: world.market.key, params: other_params() });
    assert_eq!((market(&world).params, market(&world).pending), (other_params(), None));
    world.refuse(TesseraError::NothingPending, world.market_apply());
}

#[test]
fn tasks_that_exist_keep_the_terms_that_they_pinned() {
    let mut world = World::default();
    let run = world.claimed();
    let before: Task = world.read(&run.task.key);
    world.send(world.market_propose(MarketParams { no_show_bps: 5_000, ..other_params() }));
    world.warp(3_600);
    world.send(world.market_apply());
    assert_eq!(world.read::<Task>(&run.task.key), before);
    world.refuse(TesseraError::RewardTooLow, world.task_create(TaskSpec::nonce(2)));
    // The no-show of old costs what it did.
    let event: RunAbandoned = world.send(world.run_expire(run)).event();
    assert_eq!(event.requester_compensated.amount, before.terms.no_show_slash);
    assert_eq!(before.terms.no_show_slash, task_args().reward.div_ceil(10));
}

#[test]
fn a_proposal_replaces_the_one_before_and_waits_anew() {
    let mut world = World::default();
    world.send(world.market_propose(other_params()));
    world.warp(3_599);
    let second = MarketParams { min_reward: 7_000_000, ..market_params() };
    world.send(world.market_propose(second));
    world.warp(1);
    world.refuse(TesseraError::TooEarly, world.market_apply());
    world.warp(3_599);
    world.send(world.market_apply());
    assert_eq!(market(&world).params, second);
}

#[test]
fn the_authority_drops_a_proposal_also_after_the_wait() {
    let mut world = World::default();
    world.refuse(TesseraError::NothingPending, world.market_withdraw());
    world.send(world.market_propose(other_params()));
    world.warp(10_000);
    let event: ParamsWithdrawn = world.send(world.market_withdraw()).event();
    assert_eq!(event, ParamsWithdrawn { market: world.market.key, params: other_params() });
    world.refuse(TesseraError::NothingPending, world.market_withdraw());
    world.refuse(TesseraError::NothingPending, world.market_apply());
    assert_eq!(market(&world).params, market_params());
}

#[test]
fn parameters_under_which_cheating_could_pay_are_refused_when_proposed() {
    let mut world = World::default();
    let weak = MarketParams { audit_rate_bps: 0, ..market_params() };
    world.refuse(TesseraError::AuditRate, world.market_propose(weak));
    let hasty = MarketParams { timelock_seconds: 0, ..market_params() };
    world.refuse(TesseraError::TimelockTooShort, world.market_propose(hasty));
    let short = MarketParams { unbonding_seconds: 17_699, ..market_params() };
    world.refuse(TesseraError::UnbondingTooShort, world.market_propose(short));
}

#[test]
fn a_market_of_wrapped_sol_never_burns() {
    let mut world = World::without_market();
    let mint = Pubkey::new_from_array(native_mint::ID.to_bytes());
    world.bank.make_mint(mint);
    let market = MarketRef::of(mint, world.market.creator, 0);
    world.make_market(market, market_params());
    world.market = market;
    let burning = MarketParams { sink: Sink::Burn, ..market_params() };
    world.refuse(TesseraError::BurnOfNativeMint, world.market_propose(burning));
}

#[test]
fn only_the_authority_proposes_and_drops() {
    let mut world = World::default();
    let (stranger, authority) = (world.requester.key, world.authority);
    let propose = || world.market_propose(other_params());
    let calls = [
        (TesseraError::WrongAuthority.into(), propose().with(|call| call.accounts.authority = stranger)),
        (Anchor::AccountNotSigner as u32, propose().unsigned_by(authority)),
    ];
    for (code, call) in calls {
        world.refuse(code, call);
    }
    world.send(world.market_propose(other_params()));
    let call = world.market_withdraw();
    world.refuse(TesseraError::WrongAuthority, call.with(|call| call.accounts.authority = stranger));
    let call = world.market_withdraw();
    world.refuse(Anchor::AccountNotSigner, call.unsigned_by(authority));
}

#[test]
fn one_markets_proposal_is_not_anothers() {
    let mut world = World::default();
    let other = world.other_market();
    world.send(world.market_propose(other_params()));
    world.warp(3_600);
    world.refuse(TesseraError::NothingPending, world.market_apply().with(|call| call.accounts.market = other.key));
}
