//! What a provider sends beside its work.

use tessera_chain::due::{Crank, Due};
use tessera_chain::fake::fixture;
use tessera_chain::rules::Outcome;
use tessera_chain::{Draw, Moment, ProviderStatus, address};
use tessera_node::{Errand, ErrandStage};
use tessera_provider::plan::{Action, may_leave, plan};

use crate::accounts::{NOW, PAST, at, key, market_key, provider, redundant, submitted};
use crate::scene::{A, AUTHORITY, ME, STRANGER, Scene, draw, settle, uphold};
use crate::{due_of, submitted_by};

#[test]
fn own_runs_are_settled_at_once_and_others_only_on_request_and_later() {
    assert_eq!(due_of(ME).plan(), [uphold(ME)]);
    assert_eq!(due_of(STRANGER).plan(), []);
    let helpful = |limits: &mut tessera_provider::Limits| limits.cranks.others = true;
    assert_eq!(due_of(STRANGER).limits(helpful).plan(), [], "10 seconds are too early");
    let later = Moment { unix: PAST.unix + 30 + 35, slot: 3_000 };
    let scene = due_of(STRANGER).limits(helpful);
    assert_eq!(plan(&scene.view(), later), [uphold(STRANGER)]);
    let open_dispute = submitted_by(ME).alter(A, |task| task.state = tessera_chain::TaskState::Disputed);
    assert_eq!(open_dispute.plan(), [], "a dispute is waited for");
}

#[test]
fn the_draw_of_an_own_run_is_recorded_and_others_are_left_alone() {
    let undrawn = |provider| {
        let run = submitted(key(A), key(provider), key(provider + 100));
        let run = tessera_chain::Run { draw: Draw::Pending, audit_rate_bps: 5_000, ..run };
        Scene::new().task(A, |_| {}).run(run)
    };
    assert_eq!(undrawn(ME).plan(), [draw(ME, 970)]);
    assert_eq!(undrawn(STRANGER).plan(), []);
    let early = Moment { unix: 972, slot: 1_944 };
    assert_eq!(plan(&undrawn(ME).view(), early), [], "its slot must have been made");
}

#[test]
fn each_run_of_a_task_is_settled_its_own_first() {
    let equal = |provider| submitted(key(A), key(provider), key(provider + 100));
    let scene = Scene::new()
        .put(A, redundant(A, 2), |_| {})
        .run(equal(ME))
        .run(equal(STRANGER))
        .alter(A, |task| task.challenge_until = PAST);
    let at_once = Moment { unix: PAST.unix + 4, slot: 2_000 };
    assert_eq!(plan(&scene.view(), at_once), [uphold(ME)]);
    let mut both = scene.plan();
    both.sort_by_key(|action| *action != uphold(ME));
    assert_eq!(both, [uphold(ME), uphold(STRANGER)], "the sibling's after five seconds");
}

#[test]
fn a_tie_is_settled_as_void_and_an_own_slash_is_left_to_those_who_gain() {
    let split = |mine: u16| {
        Scene::new()
            .put(A, redundant(A, 2), |_| {})
            .run(submitted(key(A), key(ME), key(AUTHORITY)))
            .run(tessera_chain::Run { output_root: [5; 32], ..submitted(key(A), key(STRANGER), key(STRANGER)) })
            .alter(A, |task| (task.slots[1].agreeing, task.challenge_until) = (mine, PAST))
    };
    let tie = split(0).plan();
    assert!(tie.contains(&settle(ME, Outcome::Void)) && tie.len() == 2, "{tie:?}");
    assert_eq!(split(1).plan(), [uphold(STRANGER)], "the other's root is the heavier");
}

#[test]
fn an_errand_is_sent_once_until_the_accounts_have_been_read_again() {
    let crank = Crank::Settle { task: key(A), run: crate::run_key(ME), outcome: Outcome::Upheld };
    let errand = Errand::Due(Due { crank, since: PAST.unix });
    for (stage, expected) in [
        (ErrandStage::Sending, vec![]),
        (ErrandStage::Sent(50), vec![]),
        (ErrandStage::Sent(49), vec![uphold(ME)]),
        (ErrandStage::Refused, vec![]),
    ] {
        let mut scene = due_of(ME);
        scene.errands.set(errand.key(), [0; 32], stage);
        assert_eq!(scene.plan(), expected, "{stage:?}");
    }
}

#[test]
fn a_share_is_opened_for_an_epoch_in_which_a_run_may_be_settled() {
    let wanted = |scene: Scene| scene.limits(|limits| limits.open_shares = true);
    let open = [Action::Errand(Errand::OpenShare { epoch: 0 })];
    assert_eq!(wanted(submitted_by(ME)).plan(), open);
    assert_eq!(submitted_by(ME).plan(), [], "the operator does not want it");
    assert_eq!(wanted(submitted_by(STRANGER)).plan(), [], "nothing to be paid for");
    let later = submitted_by(ME).alter(A, |task| task.challenge_until.unix = 86_400);
    assert_eq!(wanted(later).plan(), [], "it is settled in the next epoch");
    let mut there = wanted(submitted_by(ME));
    let share = address::share(&key(ME), 0);
    there.world.shares.insert(share, at(share, 50, fixture::share(market_key(), key(ME), 0)));
    assert_eq!(there.plan(), [], "it is open");
    let mut sent = wanted(submitted_by(ME));
    sent.errands.set(Errand::OpenShare { epoch: 0 }.key(), [0; 32], ErrandStage::Sent(50));
    assert_eq!(sent.plan(), [], "it is on its way");
}

#[test]
fn own_shares_are_claimed_and_the_fees_before_them_swept() {
    let next_day = Moment { unix: 86_400 + 100, slot: 200_000 };
    let scene = |swept| {
        let mut scene = Scene::new();
        let (pool, share) = (address::pool(&market_key(), 0), address::share(&key(ME), 0));
        let mut books = fixture::pool(market_key(), 0);
        (books.opened, books.swept, books.shares_open) = (1, swept, 1);
        scene.world.pools.insert(pool, at(pool, 50, books));
        scene.world.shares.insert(share, at(share, 50, fixture::share(market_key(), key(ME), 0)));
        scene
    };
    let due = |crank| Action::Errand(Errand::Due(Due { crank, since: 86_400 }));
    assert_eq!(plan(&scene(0).view(), next_day), [due(Crank::SweepFees { epoch: 0, shard: 0 })]);
    let share = address::share(&key(ME), 0);
    assert_eq!(plan(&scene(1).view(), next_day), [due(Crank::ClaimShare { share })]);
    let mut strangers = scene(1);
    strangers.world.shares.get_mut(&share).unwrap().data.provider = key(STRANGER);
    assert_eq!(plan(&strangers.view(), next_day), []);
    assert_eq!(scene(1).plan(), [], "the epoch is running");
}

#[test]
fn a_payment_that_waits_is_claimed() {
    let mut scene = Scene::new();
    let balance = address::balance(&market_key(), &key(AUTHORITY));
    scene.world.balances.insert(balance, at(balance, 50, fixture::balance(market_key(), key(AUTHORITY))));
    assert_eq!(scene.plan(), [Action::Errand(Errand::ClaimBalance { balance })]);
    assert_eq!(scene.stopping().plan(), []);
}

#[test]
fn a_draining_provider_finishes_and_may_leave_when_nothing_is_open() {
    let mut me = provider(key(AUTHORITY));
    assert!(!may_leave(&me));
    me.status = ProviderStatus::Draining;
    assert!(may_leave(&me));
    for change in [
        |me: &mut tessera_chain::Provider| me.active_runs = 1,
        |me: &mut tessera_chain::Provider| me.runs_unclosed = 1,
        |me: &mut tessera_chain::Provider| me.active_audits = 1,
    ] {
        let mut busy = provider(key(AUTHORITY));
        busy.status = ProviderStatus::Draining;
        change(&mut busy);
        assert!(!may_leave(&busy));
    }
    let draining = crate::claimed().me(|me| (me.status, me.ticket_stake) = (ProviderStatus::Draining, 0));
    assert_eq!(plan(&draining.view(), NOW), [Action::Fetch(key(A))], "what it has is finished");
}
