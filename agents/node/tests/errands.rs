//! Errands: who sends how many of them when, and what failures do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../provider/tests/bench/accounts/mod.rs"]
mod accounts;

use std::time::Duration;

use accounts::{NOW, PAST, at, key, market, market_key, provider, task};
use tessera_chain::due::{Crank, Due};
use tessera_chain::fake::fixture;
use tessera_chain::{AccountKind, ChainError, Pubkey, Receipt, Signature, Update, World, address};
use tessera_node::errands::waiting_balance;
use tessera_node::{CrankLimits, Errand, ErrandEnd, ErrandMemory, ErrandStage, Errands, NodeTuning, Progress};

const LIMITS: CrankLimits = CrankLimits { others: true, after: Duration::from_secs(30), at_once: 2 };
const UPTIME: Duration = Duration::from_secs(100);
const NO_TERMS: [u8; 32] = [0; 32];

fn expire(number: u8) -> Errand {
    Errand::Due(Due { crank: Crank::Expire { task: key(number), run: None }, since: PAST.unix })
}

/// Three open tasks that nobody claimed in time.
fn world() -> World {
    let mut world = World::new(market_key());
    world.market = Some(at(market_key(), 1, market()));
    world.moment = NOW;
    for number in [20, 21, 22] {
        let mut unclaimed = task(number);
        unclaimed.open_until = PAST;
        world.tasks.insert(key(number), at(key(number), 50, unclaimed));
    }
    world
}

fn of<'a>(world: &'a World, me: Pubkey, memory: &'a ErrandMemory) -> Errands<'a> {
    Errands { world, me, memory, limits: &LIMITS, uptime: UPTIME }
}

/// What is planned, in the order of accounts.
fn planned(memory: &ErrandMemory, own: Option<Errand>, patience: Option<i64>) -> Vec<Errand> {
    let world = world();
    let mut planned = of(&world, key(10), memory).plan(own, NOW, |_| patience);
    planned.sort_by_key(Errand::key);
    planned
}

fn progress() -> Progress<()> {
    Progress::new(NodeTuning { send_attempts: 2, ..NodeTuning::default() })
}

fn stage(progress: &Progress<()>) -> ErrandStage {
    progress.errands.note(&expire(20).key(), &NO_TERMS).stage
}

#[test]
fn no_more_are_in_flight_than_the_limit_says_and_own_errands_come_first() {
    let (world, mut memory) = (world(), ErrandMemory::new());
    assert_eq!(planned(&memory, None, Some(0)).len(), 2);
    let own = Errand::ClaimBalance { balance: key(30) };
    let with_own = of(&world, key(10), &memory).plan([own], NOW, |_| Some(0));
    assert_eq!((with_own.len(), with_own[0]), (2, own));
    memory.set(expire(20).key(), NO_TERMS, ErrandStage::Sending);
    let beside = planned(&memory, None, Some(0));
    assert!(beside.len() == 1 && beside[0] != expire(20), "{beside:?}");
}

#[test]
fn what_is_left_to_others_the_shortest_comes_first_and_agents_begin_with_different_ones() {
    let (world, memory) = (world(), ErrandMemory::new());
    let task = |due: &Due| due.crank.task();
    let mine = of(&world, key(10), &memory).plan(None, NOW, |due| Some(i64::from(task(due) != Some(key(22)))));
    assert_eq!(mine[0], expire(22));
    let first = |me| of(&world, key(me), &memory).plan(None, NOW, |_| Some(0))[0];
    let firsts: std::collections::BTreeSet<_> = (0..30).map(|me| first(me).key()).collect();
    assert_eq!(firsts.len(), 3, "each of the three is somebody's first");
    assert_eq!(first(1), first(1), "a plan follows from what is seen alone");
}

#[test]
fn patience_runs_from_the_moment_that_it_is_due() {
    let waited = NOW.unix - PAST.unix;
    assert_eq!(planned(&ErrandMemory::new(), None, Some(waited)).len(), 2);
    assert!(planned(&ErrandMemory::new(), None, Some(waited + 1)).is_empty());
    assert!(planned(&ErrandMemory::new(), None, None).is_empty());
}

#[test]
fn strangers_take_turns_and_only_on_request() {
    for (me, seconds) in [(0, 30), (1, 35), (7, 65), (8, 30)] {
        assert_eq!(LIMITS.stranger_patience(&key(me)), Some(seconds));
    }
    assert_eq!(CrankLimits { others: false, ..LIMITS }.stranger_patience(&key(0)), None);
}

#[test]
fn of_the_market_s_transitions_those_who_gain_are_first() {
    let quiet = CrankLimits { others: false, ..LIMITS };
    let mut world = world();
    let me = at(key(10), 1, provider(key(9)));
    let (pool, share) = (address::pool(&market_key(), 0), address::share(&key(10), 0));
    world.pools.insert(pool, at(pool, 1, fixture::pool(market_key(), 0)));
    world.shares.insert(share, at(share, 1, fixture::share(market_key(), key(10), 0)));
    let patience = |world: &World, crank| quiet.market_patience(world, &me, crank);
    assert_eq!(patience(&world, Crank::ClaimShare { share }), Some(0));
    assert_eq!(patience(&world, Crank::SweepFees { epoch: 0, shard: 3 }), Some(10), "the third turn");
    assert_eq!(patience(&world, Crank::Recount { provider: key(11) }), Some(0));
    assert_eq!(patience(&world, Crank::ClosePool { epoch: 0 }), None, "another one paid for it");
    world.pools.get_mut(&pool).unwrap().data.payer = key(9);
    assert_eq!(patience(&world, Crank::ClosePool { epoch: 0 }), Some(0), "the rent comes back");
    assert_eq!(patience(&world, Crank::ApplyParams), None);
    world.shares.clear();
    assert_eq!(patience(&world, Crank::SweepFees { epoch: 0, shard: 3 }), None);
    assert_eq!(LIMITS.market_patience(&world, &me, Crank::ApplyParams), Some(40));
}

#[test]
fn only_a_balance_with_something_in_it_waits() {
    let (mut world, me) = (world(), provider(key(9)));
    assert_eq!(waiting_balance(&world, &me), None);
    let balance = address::balance(&market_key(), &key(9));
    let mut account = fixture::balance(market_key(), key(9));
    world.balances.insert(balance, at(balance, 1, account.clone()));
    assert_eq!(waiting_balance(&world, &me), Some(Errand::ClaimBalance { balance }));
    account.amount = 0;
    world.balances.insert(balance, at(balance, 1, account));
    assert_eq!(waiting_balance(&world, &me), None);
}

#[test]
fn what_failed_waits_and_is_given_up_after_the_last_attempt() {
    let mut progress = progress();
    let lost_race = || Err(ChainError::Rejected { reason: "gone".into(), logs: Vec::new() });
    progress.errand_begins(&expire(20));
    assert_eq!(stage(&progress), ErrandStage::Sending);
    progress.errand_ended(&expire(20), lost_race()).unwrap();
    let note = progress.errands.note(&expire(20).key(), &NO_TERMS);
    assert_eq!((note.stage, note.failures), (ErrandStage::Idle, 1));
    assert!(note.not_before >= NodeTuning::default().retry_first);
    progress.errand_ended(&expire(20), lost_race()).unwrap();
    assert_eq!(stage(&progress), ErrandStage::Refused);
}

#[test]
fn what_landed_is_remembered_with_its_slot_until_the_task_is_gone() {
    let mut progress = progress();
    let receipt = Receipt { signature: Signature::default(), slot: 50, details: None };
    progress.errand_ended(&expire(20), Ok(ErrandEnd::Landed(receipt))).unwrap();
    assert_eq!(stage(&progress), ErrandStage::Sent(50));
    progress.forget_errands(&world());
    assert_eq!(stage(&progress), ErrandStage::Sent(50));
    progress.forget_errands(&World::new(market_key()));
    assert_eq!(stage(&progress), ErrandStage::Idle);
}

#[test]
fn what_somebody_else_has_sent_is_left_until_a_later_reading_still_asks_for_it() {
    let mut progress = progress();
    progress.errand_ended(&expire(20), Ok(ErrandEnd::Found(50))).unwrap();
    assert_eq!(planned(&progress.errands, None, Some(0)), [expire(21), expire(22)]);
    for number in [21, 22] {
        progress.errand_ended(&expire(number), Ok(ErrandEnd::Found(50))).unwrap();
    }
    progress.errand_ended(&expire(20), Ok(ErrandEnd::Found(49))).unwrap();
    assert_eq!(planned(&progress.errands, None, Some(0)), [expire(20)]);
}

#[test]
fn a_share_is_opened_again_only_when_a_listing_has_shown_that_it_is_not_there() {
    let mut world = world();
    let pool = address::pool(&market_key(), 0);
    world.pools.insert(pool, at(pool, 60, fixture::pool(market_key(), 0)));
    let (own, mut memory) = (Errand::OpenShare { epoch: 0 }, ErrandMemory::new());
    memory.set(own.key(), NO_TERMS, ErrandStage::Sent(50));
    let plan = |world: &World| of(world, key(10), &memory).plan([own], NOW, |_| None);
    assert_eq!(plan(&world), [], "a pool that was read later says nothing about the share");
    world.apply(Update::Listing { kind: AccountKind::Share, slot: 50, accounts: Vec::new() });
    assert_eq!(plan(&world), []);
    world.apply(Update::Listing { kind: AccountKind::Share, slot: 51, accounts: Vec::new() });
    assert_eq!(plan(&world), [own]);
}

#[test]
fn what_a_person_must_mend_is_handed_on() {
    let fatal = Err(ChainError::Config { reason: "no such cluster".into() });
    assert!(matches!(progress().errand_ended(&expire(20), fatal), Err(ChainError::Config { .. })));
}

#[test]
fn errands_to_different_accounts_have_different_keys() {
    let due = |crank| Errand::Due(Due { crank, since: 0 }).key();
    let (task, run) = (key(1), key(2));
    let outcome = tessera_chain::rules::Outcome::Upheld;
    let keys: Vec<Pubkey> = vec![task, run];
    let all = [
        due(Crank::Expire { task, run: None }),
        due(Crank::Expire { task, run: Some(run) }),
        due(Crank::Settle { task, run, outcome }),
        due(Crank::CloseAudits { task, run }),
        due(Crank::Draw { task, run }),
        due(Crank::SweepFees { epoch: 1, shard: 2 }),
        due(Crank::SweepFees { epoch: 2, shard: 1 }),
        due(Crank::ClosePool { epoch: 1 }),
        Errand::OpenShare { epoch: 1 }.key(),
        Errand::Commit { verifier: keys[0], hour: 1 }.key(),
    ];
    let distinct: std::collections::BTreeSet<_> = all.iter().collect();
    assert_eq!(distinct.len(), all.len());
    assert_eq!(Errand::Commit { verifier: keys[0], hour: 2 }.key(), all[9], "a later hour is the same errand");
}
