//! The provider's plan, as a table: what it sees and remembers, and what it does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "bench/accounts/mod.rs"]
mod accounts;
#[path = "plan/claims.rs"]
mod claims;
#[path = "plan/errands.rs"]
mod errands;
#[path = "plan/redundant.rs"]
mod redundant;
#[path = "plan/scene.rs"]
mod scene;

use std::time::Duration;

use accounts::{NOW, PAST, SOON, key, run, submitted};
use scene::{A, AUTHORITY, B, ME, STRANGER, Scene, expire, run_key, uphold};
use tessera_chain::{Moment, Run};
use tessera_node::Backoff;
use tessera_provider::plan::{Action, Stage, owes, plan};

fn open() -> Scene {
    Scene::new().task(A, |_| {})
}

fn mine() -> Run {
    run(key(A), key(ME), key(AUTHORITY))
}

/// Task A, claimed by this provider.
fn claimed() -> Scene {
    open().run(mine())
}

fn late() -> Scene {
    open().run(Run { execute_until: PAST, ..mine() })
}

fn submitted_by(provider: u8) -> Scene {
    open().run(submitted(key(A), key(provider), key(provider + 100)))
}

/// The challenge window has passed.
fn due_of(provider: u8) -> Scene {
    submitted_by(provider).alter(A, |task| task.challenge_until = PAST)
}

#[test]
fn work_goes_from_fetch_to_submit() {
    for (what, scene, expected) in [
        ("an open task is fetched first", open(), vec![Action::Fetch(key(A))]),
        ("and waited for", open().knows(A, Stage::Fetching), vec![]),
        ("then claimed", open().knows(A, Stage::Fetched), vec![Action::Claim(key(A))]),
        ("once", open().knows(A, Stage::Claiming), vec![]),
        ("a claim that is not seen yet is not repeated", open().knows(A, Stage::Claimed(50)), vec![]),
        ("one that a later reading does not show is", open().knows(A, Stage::Claimed(49)), vec![Action::Claim(key(A))]),
        ("a claimed run is executed", claimed().knows(A, Stage::Claimed(50)), vec![Action::Execute(key(A))]),
        ("also if the claim's answer was lost", claimed().knows(A, Stage::Fetched), vec![Action::Execute(key(A))]),
        ("while it executes nothing is done", claimed().knows(A, Stage::Executing), vec![]),
        ("then submitted", claimed().knows(A, Stage::Computed), vec![Action::Submit(key(A))]),
        ("once", claimed().knows(A, Stage::Submitting), vec![]),
        ("until it is seen", claimed().knows(A, Stage::Submitted(50)), vec![]),
        ("or seen to be lost", claimed().knows(A, Stage::Submitted(49)), vec![Action::Submit(key(A))]),
    ] {
        assert_eq!(scene.plan(), expected, "{what}");
    }
}

#[test]
fn after_a_restart_the_chain_alone_leads_to_the_same_work() {
    assert_eq!(claimed().plan(), [Action::Fetch(key(A))], "a claimed run is fetched again, and so on");
    assert_eq!(submitted_by(ME).plan(), [], "a submitted one waits");
    assert_eq!(due_of(ME).plan(), [uphold(ME)], "a due one is settled");
}

#[test]
fn a_failed_attempt_waits_for_its_backoff() {
    let mut scene = open();
    let backoff = Backoff { first: Duration::from_secs(2), most: Duration::from_secs(60) };
    scene.memory.failed(key(A), [A; 32], Stage::New, Duration::from_secs(99), &backoff);
    assert_eq!(scene.plan(), []);
    scene.uptime = Duration::from_secs(101);
    assert_eq!(scene.plan(), [Action::Fetch(key(A))]);
}

#[test]
fn no_more_runs_execute_than_allowed_and_the_nearest_deadline_is_first() {
    let earlier = Run {
        execute_until: tessera_chain::Deadline { unix: 1_050, slot: 2_100 },
        ..run(key(B), key(ME), key(AUTHORITY))
    };
    let scene = claimed().task(B, |_| {}).run(earlier).knows(A, Stage::Fetched).knows(B, Stage::Fetched);
    assert_eq!(scene.plan(), [Action::Execute(key(B))]);
    assert_eq!(scene.knows(B, Stage::Executing).plan(), []);
}

#[test]
fn a_run_that_is_late_or_gone_stops() {
    let expired = expire(Some(run_key(ME)), PAST.unix);
    assert_eq!(late().knows(A, Stage::Executing).plan(), [Action::Stop(key(A)), expired]);
    assert_eq!(late().knows(A, Stage::Computed).plan(), [expired], "what is late is not submitted");
    assert_eq!(late().plan(), [expired], "nor fetched");
    let gone = Scene::new().task(A, |task| task.excluded = vec![key(ME)]).knows(A, Stage::Executing);
    assert_eq!(gone.plan(), [Action::Stop(key(A))]);
}

#[test]
fn a_deadline_needs_both_clocks() {
    let slow_slots = Moment { unix: SOON.unix, slot: SOON.slot - 1 };
    let scene = claimed().knows(A, Stage::Computed);
    assert_eq!(plan(&scene.view(), slow_slots), [Action::Submit(key(A))]);
}

#[test]
fn while_stopping_what_is_owed_is_finished() {
    for (what, scene, expected, owed) in [
        ("computing goes on", claimed().knows(A, Stage::Executing), vec![], true),
        ("results are submitted", claimed().knows(A, Stage::Computed), vec![Action::Submit(key(A))], true),
        ("a claim on its way will be owed", open().knows(A, Stage::Claimed(50)), vec![], true),
        ("a submitted run is not owed", claimed().knows(A, Stage::Submitted(50)), vec![], false),
        ("nor one that cannot be computed", claimed().knows(A, Stage::Refused), vec![], false),
        ("nor one that is late", late(), vec![], false),
        ("due runs are left to the next start", due_of(ME), vec![], false),
    ] {
        let scene = scene.stopping();
        assert_eq!(scene.plan(), expected, "{what}");
        assert_eq!(owes(&scene.view(), NOW), owed, "{what}");
    }
}

#[test]
fn of_a_claim_that_landed_the_run_is_waited_for() {
    // The task shows the slot already, the run is not read yet.
    let scene = open().alter(A, |task| accounts::seat(task, &mine())).knows(A, Stage::Claimed(49));
    assert_eq!(scene.plan(), []);
    assert!(owes(&scene.stopping().view(), NOW));
    assert_eq!(submitted_by(STRANGER).knows(A, Stage::Fetched).plan(), [], "another provider's run is not this one's");
}
