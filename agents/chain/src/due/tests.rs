#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod disputes;

use tessera::state::{PendingParams, Sink, TaskState};

use super::*;
use crate::address;
use crate::fake::fixture::{self, deadline, key, moment};
use crate::world::{Account, Update};

const MARKET: u8 = 1;
const TASK: u8 = 2;
const DAY: u32 = 86_400;

fn put(world: &mut World, key: Pubkey, account: Account) {
    assert!(world.apply(Update::Account { key, slot: 1, account }));
}

/// The run of this provider, with its seat in the task.
fn seat(task: &mut Task, run: &Run) -> (Pubkey, Run) {
    fixture::with_run(task, run);
    (address::run(&key(TASK), &run.provider), run.clone())
}

fn world(task: Task, runs: &[(Pubkey, Run)]) -> World {
    let mut world = World::new(key(MARKET));
    put(&mut world, key(MARKET), Account::Market(Box::new(fixture::market(key(9), key(8)))));
    put(&mut world, key(TASK), Account::Task(Box::new(task)));
    for (key, run) in runs {
        put(&mut world, *key, Account::Run(Box::new(run.clone())));
    }
    world
}

fn cranks(world: &World, now: u32) -> Vec<Crank> {
    of_task(world, &world.tasks[&key(TASK)], moment(now)).into_iter().map(|due| due.crank).collect()
}

fn open() -> Task {
    fixture::task(key(MARKET), key(9), 0)
}

fn run(provider: u8) -> Run {
    fixture::run(key(MARKET), key(TASK), key(provider), key(100 + provider))
}

fn submitted(provider: u8) -> Run {
    fixture::submitted(key(MARKET), key(TASK), key(provider), key(100 + provider))
}

#[test]
fn an_unclaimed_task_expires_after_its_open_window() {
    let world = world(open(), &[]);
    assert_eq!(cranks(&world, 599), []);
    assert_eq!(cranks(&world, 600), [Crank::Expire { task: key(TASK), run: None }]);
    assert_eq!(of_task(&world, &world.tasks[&key(TASK)], moment(700))[0].since, 600);
}

#[test]
fn both_clocks_must_have_passed() {
    let world = world(open(), &[]);
    let halted = Moment { unix: 10_000, slot: 1_199 };
    assert_eq!(of_task(&world, &world.tasks[&key(TASK)], halted), []);
}

#[test]
fn a_no_show_expires_after_its_execution() {
    let mut task = open();
    let claimed = seat(&mut task, &run(3));
    let world = world(task, std::slice::from_ref(&claimed));
    assert_eq!(cranks(&world, 59), []);
    assert_eq!(cranks(&world, 60), [Crank::Expire { task: key(TASK), run: Some(claimed.0) }]);
}

#[test]
fn of_several_runs_each_is_due_for_itself() {
    let mut task = fixture::redundant(key(MARKET), key(9), 0, 3);
    let first = seat(&mut task, &run(3));
    let mut later = run(4);
    later.execute_until = deadline(90);
    let second = seat(&mut task, &later);
    let world = world(task, &[first.clone(), second.clone()]);
    assert_eq!(cranks(&world, 60), [Crank::Expire { task: key(TASK), run: Some(first.0) }]);
    let both: Vec<_> = cranks(&world, 90).iter().filter_map(Crank::run).collect();
    assert!(both.len() == 2 && both.contains(&first.0) && both.contains(&second.0));
}

#[test]
fn a_seal_that_is_not_opened_in_time_expires() {
    let mut task = fixture::redundant(key(MARKET), key(9), 0, 2);
    let sealed = fixture::sealed(key(MARKET), key(TASK), key(3), key(4));
    let first = seat(&mut task, &sealed);
    let second = seat(&mut task, &fixture::sealed(key(MARKET), key(TASK), key(5), key(6)));
    task.reveal_from = moment(50);
    let world = world(task, &[first.clone(), second]);
    assert_eq!(cranks(&world, 109), []);
    assert_eq!(cranks(&world, 110).len(), 2);
    assert!(cranks(&world, 110).contains(&Crank::Expire { task: key(TASK), run: Some(first.0) }));
    assert_eq!(of_task(&world, &world.tasks[&key(TASK)], moment(200))[0].since, 110);
}

#[test]
fn an_undisputed_run_is_settled_after_the_challenge_window() {
    let mut task = open();
    let mut run = submitted(3);
    run.draw = Draw::Hash([1; 32]);
    let run = seat(&mut task, &run);
    let world = world(task, std::slice::from_ref(&run));
    assert_eq!(cranks(&world, 629), []);
    let settle = Crank::Settle { task: key(TASK), run: run.0, outcome: Outcome::Upheld };
    assert_eq!(cranks(&world, 630), [settle]);
}

#[test]
fn a_run_in_dispute_is_not_settled() {
    let mut task = open();
    let mut run = submitted(3);
    (run.draw, run.open_disputes) = (Draw::Expired, 1);
    let run = seat(&mut task, &run);
    assert_eq!(cranks(&world(task, &[run]), 1_000), []);
}

#[test]
fn two_equal_differences_settle_a_run_at_once_and_two_others_do_not() {
    let mut task = open();
    let run = seat(&mut task, &submitted(3));
    task.state = TaskState::Disputed;
    task.terms.sink = Sink::Burn;
    for (second, due) in [([7; 32], true), ([8; 32], false)] {
        let mut world = world(task.clone(), std::slice::from_ref(&run));
        for (number, root) in [(20, [7; 32]), (21, second)] {
            let mut audit = fixture::audit(run.0, key(MARKET), key(number), AuditState::Differs { root });
            audit.ordinal = u16::from(number);
            put(&mut world, key(number), Account::Audit(Box::new(audit)));
        }
        let slashed = Crank::Settle { task: key(TASK), run: run.0, outcome: Outcome::Slashed };
        assert_eq!(cranks(&world, 50).contains(&slashed), due);
        let pair = refuting_pair(&world, &world.runs[&run.0]).map(|(first, second)| (first.key, second.key));
        assert_eq!(pair, due.then_some((key(20), key(21))));
    }
}

#[test]
fn a_decided_run_with_audits_left_waits_for_its_close() {
    let mut task = open();
    let mut run = submitted(3);
    (run.state, run.audits_open) = (RunState::Upheld, 1);
    let run = seat(&mut task, &run);
    (task.state, task.challenge_until) = (TaskState::Settled, deadline(630));
    let close = Crank::CloseAudits { task: key(TASK), run: run.0 };
    assert_eq!(cranks(&world(task.clone(), std::slice::from_ref(&run)), 700), [close]);
    let mut closed = run;
    closed.1.audits_open = 0;
    assert_eq!(cranks(&world(task, &[closed]), 700), []);
}

#[test]
fn a_draw_is_due_once_its_slot_is_over_and_while_audits_can_be_claimed() {
    let mut task = open();
    let run = seat(&mut task, &submitted(3));
    let draw = Crank::Draw { task: key(TASK), run: run.0 };
    let world = world(task, &[run]);
    // The draw slot is 64, which ends with the next.
    let at = |slot| {
        let now = Moment { unix: 40, slot };
        of_task(&world, &world.tasks[&key(TASK)], now).into_iter().map(|due| due.crank).collect::<Vec<_>>()
    };
    assert_eq!((at(64), at(65)), (vec![], vec![draw]));
    assert_eq!(cranks(&world, 330), [], "the audit window has passed");
}

#[test]
fn an_epoch_is_swept_claimed_and_closed_in_this_order() {
    let mut world = world(open(), &[]);
    let crank = |world: &World, now| of_market(world, moment(now)).into_iter().map(|due| due.crank).collect::<Vec<_>>();
    let mut pool = fixture::pool(key(MARKET), 3);
    (pool.opened, pool.swept, pool.shares_open) = (0b1010, 0b0010, 1);
    let (at, share) = (address::pool(&key(MARKET), 3), address::share(&key(5), 3));
    put(&mut world, at, Account::Pool(Box::new(pool.clone())));
    put(&mut world, share, Account::Share(Box::new(fixture::share(key(MARKET), key(5), 3))));
    assert_eq!(crank(&world, 4 * DAY - 1), []);
    assert_eq!(crank(&world, 4 * DAY), [Crank::SweepFees { epoch: 3, shard: 3 }]);
    pool.swept = 0b1010;
    put(&mut world, at, Account::Pool(Box::new(pool.clone())));
    assert_eq!(crank(&world, 4 * DAY), [Crank::ClaimShare { share }]);
    pool.shares_open = 0;
    put(&mut world, at, Account::Pool(Box::new(pool)));
    world.apply(Update::Gone { key: share, slot: 2 });
    assert_eq!(crank(&world, 8 * DAY - 1), []);
    assert_eq!(crank(&world, 8 * DAY), [Crank::ClosePool { epoch: 3 }]);
    assert_eq!(of_market(&world, moment(9 * DAY))[0].since, i64::from(8 * DAY));
}

#[test]
fn a_verifier_that_weighs_more_than_it_has_at_stake_is_recounted() {
    let mut world = world(open(), &[]);
    let mut provider = fixture::provider(key(MARKET), key(7));
    provider.ticket_stake = 1_000_000;
    for (free, locked, due) in [(999_999, 1, false), (999_999, 0, true)] {
        (provider.stake.free, provider.stake.locked) = (free, locked);
        put(&mut world, key(6), Account::Provider(Box::new(provider.clone())));
        let recount = Crank::Recount { provider: key(6) };
        assert_eq!(of_market(&world, moment(1)).iter().any(|due| due.crank == recount), due);
    }
}

#[test]
fn parameters_apply_once_they_have_waited() {
    let mut world = World::new(key(MARKET));
    let mut market = fixture::market(key(9), key(8));
    market.pending = Some(PendingParams { params: market.params, earliest: deadline(100) });
    put(&mut world, key(MARKET), Account::Market(Box::new(market)));
    assert_eq!(of_market(&world, moment(99)), []);
    assert_eq!(of_market(&world, moment(100)), [Due { crank: Crank::ApplyParams, since: 100 }]);
    assert_eq!(all(&world, moment(100)).len(), 1);
}
