//! Which tasks are claimed, and which are left to others.

use std::collections::BTreeSet;

use tessera_chain::{BackendNeed, ProviderStatus, Requirements, TaskState};
use tessera_provider::plan::{Action, Stage, View, plan};

use crate::accounts::{NOW, PAST, at, key, redundant, run};
use crate::scene::{A, B, ME, STRANGER, Scene};
use crate::{claimed, open};

#[test]
fn tasks_that_cannot_or_should_not_be_claimed_are_left_alone() {
    let other = |number| run(key(A), key(number), key(number + 100));
    for (what, scene) in [
        ("past its deadline", Scene::new().task(A, |task| task.open_until = PAST)),
        ("paid below the registered floor", open().me(|me| me.price_floor = 101)),
        ("paid below the configured floor", open().limits(|limits| limits.min_reward = 101)),
        ("locking more than is free", open().me(|me| me.stake.free = 249)),
        ("failed before", Scene::new().task(A, |task| task.excluded = vec![key(ME)])),
        ("failed by too many", Scene::new().task(A, |task| task.excluded = vec![key(STRANGER); 8])),
        ("draining", open().me(|me| (me.status, me.ticket_stake) = (ProviderStatus::Draining, 0))),
        ("without the role", open().me(|me| me.roles.compute = false)),
        ("for other hardware", Scene::new().task(A, |task| task.terms.requirements.backend = BackendNeed::Cuda)),
        ("for more memory", Scene::new().task(A, |task| task.terms.requirements.min_memory_mib = 1_025)),
        ("elsewhere", Scene::new().task(A, |task| task.terms.requirements.region = *b"DE")),
        (
            "for a better score than one half",
            Scene::new().task(A, |task| {
                task.terms.requirements = Requirements { min_score: 500_001, ..Requirements::NONE };
            }),
        ),
        (
            "for the named alone",
            Scene::new().task(A, |task| (task.terms.named_only, task.terms.shortlist) = (true, vec![key(STRANGER)])),
        ),
        (
            "for the named at first",
            Scene::new().task(A, |task| {
                (task.terms.windows.exclusive_seconds, task.terms.shortlist) = (60, vec![key(STRANGER)]);
            }),
        ),
        ("malformed", open().knows(A, Stage::Refused)),
        ("declined", open().knows(A, Stage::Declined)),
        ("stopping", open().stopping()),
        ("claimed by a stranger", open().run(other(STRANGER)).knows(A, Stage::Fetched)),
        (
            "taken by two strangers",
            Scene::new().put(A, redundant(A, 2), |_| {}).run(other(STRANGER)).run(other(STRANGER + 1)),
        ),
        ("all registered runs open", open().me(|me| me.active_runs = 4).knows(A, Stage::Fetched)),
        ("nothing prefetched", open().limits(|limits| limits.prefetch = 0)),
    ] {
        assert_eq!(scene.plan(), [], "{what}");
    }
    let mut paused = open();
    paused.world.market.as_mut().unwrap().data.paused = true;
    assert_eq!(paused.plan(), [], "the market is paused");
    let mut unknown = open();
    unknown.world.providers.clear();
    assert_eq!(unknown.plan(), [], "not registered");
}

#[test]
fn the_named_have_precedence() {
    let named = |exclusive, only: bool| {
        Scene::new().task(A, |task| {
            task.terms.windows.exclusive_seconds = exclusive;
            (task.terms.named_only, task.terms.shortlist) = (only, vec![key(ME)]);
        })
    };
    assert_eq!(named(60, false).plan(), [Action::Fetch(key(A))], "while others wait");
    assert_eq!(named(0, true).plan(), [Action::Fetch(key(A))], "and where others may not");
    let over = Scene::new().task(A, |task| {
        (task.terms.windows.exclusive_seconds, task.terms.shortlist) = (50, vec![key(STRANGER)]);
    });
    assert_eq!(over.plan(), [Action::Fetch(key(A))], "fifty seconds after its creation it is everybody's");
}

#[test]
fn a_slot_that_others_left_free_is_claimed() {
    let other = run(key(A), key(STRANGER), key(STRANGER));
    let scene = Scene::new().put(A, redundant(A, 2), |_| {}).run(other);
    assert_eq!(scene.world.tasks[&key(A)].state, TaskState::Open);
    assert_eq!(scene.plan(), [Action::Fetch(key(A))]);
    assert_eq!(scene.knows(A, Stage::Fetched).plan(), [Action::Claim(key(A))]);
    let mine = Scene::new().put(A, redundant(A, 2), |_| {}).run(run(key(A), key(ME), key(9)));
    assert_eq!(mine.knows(A, Stage::Executing).plan(), [], "one slot is enough");
}

#[test]
fn other_terms_under_the_same_address_are_another_task() {
    let swapped = Scene::new().task(A, |task| task.terms_hash = [99; 32]).knows(A, Stage::Fetched);
    assert_eq!(swapped.plan(), [Action::Fetch(key(A))]);
}

#[test]
fn the_best_paid_comes_first_and_slots_and_stake_are_kept() {
    let two = || open().task(B, |task| task.terms.reward = 200).knows(A, Stage::Fetched).knows(B, Stage::Fetched);
    assert_eq!(two().plan(), [Action::Claim(key(B))], "one slot");
    let roomy = || two().limits(|limits| limits.max_runs = 2);
    assert_eq!(roomy().plan(), [Action::Claim(key(B)), Action::Claim(key(A))]);
    assert_eq!(roomy().me(|me| me.stake.free = 499).plan(), [Action::Claim(key(B))], "stake for one");
    assert_eq!(roomy().me(|me| me.max_runs = 1).plan(), [Action::Claim(key(B))], "one registered");
    assert_eq!(
        roomy().knows(B, Stage::Claiming).me(|me| me.stake.free = 499).plan(),
        [],
        "a claim in flight takes its stake"
    );
    assert_eq!(roomy().limits(|limits| limits.max_runs = 1).knows(B, Stage::Claimed(50)).plan(), [], "and its slot");
    let three = open().task(B, |_| {}).task(B + 1, |_| {});
    assert_eq!(three.plan(), [Action::Fetch(key(B + 1)), Action::Fetch(key(A))], "two are fetched ahead");
}

#[test]
fn providers_begin_with_different_ones_of_equally_paid_tasks() {
    let mut scene = Scene::new().limits(|limits| limits.prefetch = 1);
    for number in 64..72 {
        scene = scene.task(number, |_| {});
    }
    let mut first = BTreeSet::new();
    for me in 8..16 {
        let account = scene.world.providers[&key(ME)].data.clone();
        scene.world.providers.insert(key(me), at(key(me), 1, account));
        let view = View { me: key(me), ..scene.view() };
        let [Action::Fetch(task)] = plan(&view, NOW)[..] else { panic!("{me} fetches one task") };
        first.insert(task);
    }
    assert_eq!(first.len(), 8);
}

#[test]
fn a_claim_that_cannot_be_served_is_given_back_in_time() {
    let graceful = |grace: u32, failures: u32| {
        // Claimed at second 960, so that 40 seconds have passed.
        let mut scene = claimed().alter(A, |task| task.terms.windows.grace_seconds = grace);
        for _ in 0..failures {
            let backoff = tessera_node::Backoff::default();
            scene.memory.failed(key(A), [A; 32], Stage::New, std::time::Duration::ZERO, &backoff);
        }
        scene
    };
    assert_eq!(graceful(60, 1).plan(), [Action::Release(key(A))], "most of the time has passed");
    assert_eq!(graceful(60, 0).plan(), [Action::Fetch(key(A))], "nothing has failed yet");
    assert_eq!(graceful(90, 1).plan(), [Action::Fetch(key(A))], "there is still time");
    assert_eq!(graceful(40, 1).plan(), [Action::Fetch(key(A))], "there is none: it is tried to the end");
    assert_eq!(graceful(90, 0).knows(A, Stage::Refused).plan(), [Action::Release(key(A))], "hopeless");
    assert_eq!(graceful(40, 0).knows(A, Stage::Refused).plan(), [], "hopeless and too late");
    assert_eq!(graceful(60, 0).knows(A, Stage::Releasing).plan(), []);
    assert_eq!(graceful(60, 0).knows(A, Stage::Released(50)).plan(), [], "until it is seen");
}

#[test]
fn without_the_market_nothing_is_claimed() {
    let mut scene = open();
    scene.world.market = None;
    assert_eq!(scene.plan(), []);
    scene.world.market = Some(at(crate::accounts::market_key(), 2, crate::accounts::market()));
    assert_eq!(scene.plan(), [Action::Fetch(key(A))]);
}
