//! Runs of several: sealed in time, revealed when that is open.

use tessera_chain::{Moment, Run, Task};
use tessera_provider::plan::{Action, Stage, owes, plan};

use crate::accounts::{NOW, PAST, SOON, key, redundant, run, sealed};
use crate::scene::{A, AUTHORITY, ME, STRANGER, Scene, expire, run_key};

fn task() -> Task {
    redundant(A, 2)
}

fn mine(state: fn(tessera_chain::Pubkey, tessera_chain::Pubkey, tessera_chain::Pubkey) -> Run) -> Run {
    state(key(A), key(ME), key(AUTHORITY))
}

fn other(state: fn(tessera_chain::Pubkey, tessera_chain::Pubkey, tessera_chain::Pubkey) -> Run) -> Run {
    state(key(A), key(STRANGER), key(STRANGER + 100))
}

/// Both claimed.
fn claimed() -> Scene {
    Scene::new().put(A, task(), |_| {}).run(mine(run)).run(other(run))
}

/// Mine sealed, the other not yet.
fn waiting() -> Scene {
    Scene::new().put(A, task(), |_| {}).run(mine(sealed)).run(other(run))
}

/// Both sealed at second 980: to be revealed until second 1,080.
fn open() -> Scene {
    let since = Moment { unix: 980, slot: 1_960 };
    Scene::new().put(A, task(), |_| {}).run(mine(sealed)).run(other(sealed)).alter(A, |task| task.reveal_from = since)
}

#[test]
fn what_is_computed_is_sealed_and_revealed_once_that_is_open() {
    let (seal, reveal) = (vec![Action::Seal(key(A))], vec![Action::Reveal(key(A))]);
    for (what, scene, expected) in [
        ("a result is sealed, not shown", claimed().knows(A, Stage::Computed), seal.clone()),
        ("once", claimed().knows(A, Stage::Sealing), vec![]),
        ("until it is seen", claimed().knows(A, Stage::Sealed(50)), vec![]),
        ("or seen to be lost", claimed().knows(A, Stage::Sealed(49)), seal),
        ("while somebody computes it is kept", waiting().knows(A, Stage::Sealed(50)), vec![]),
        ("also if the seal's answer was lost", waiting().knows(A, Stage::Computed), vec![]),
        ("when all have sealed it is shown", open().knows(A, Stage::Sealed(50)), reveal.clone()),
        ("once", open().knows(A, Stage::Submitting), vec![]),
        ("until it is seen", open().knows(A, Stage::Submitted(50)), vec![]),
        ("or seen to be lost", open().knows(A, Stage::Submitted(49)), reveal.clone()),
        ("if it could not be computed there is nothing to show", open().knows(A, Stage::Refused), vec![]),
    ] {
        assert_eq!(scene.plan(), expected, "{what}");
    }
}

#[test]
fn after_a_restart_without_a_record_the_root_is_found_again() {
    for scene in [waiting, open] {
        assert_eq!(scene().plan(), [Action::Fetch(key(A))]);
        assert_eq!(scene().knows(A, Stage::Fetched).plan(), [Action::Execute(key(A))]);
        assert_eq!(scene().knows(A, Stage::Executing).plan(), []);
    }
    assert_eq!(open().knows(A, Stage::Computed).plan(), [Action::Reveal(key(A))]);
}

#[test]
fn a_lone_seal_is_revealed_when_nobody_can_claim_any_more() {
    let lone = |open_until| Scene::new().put(A, task(), |task| task.open_until = open_until).run(mine(sealed));
    assert_eq!(lone(SOON).knows(A, Stage::Sealed(50)).plan(), []);
    assert_eq!(lone(PAST).knows(A, Stage::Sealed(50)).plan(), [Action::Reveal(key(A))]);
}

#[test]
fn reveals_come_before_computing_and_a_sealed_run_takes_no_slot_of_it() {
    let scene = open().task(A + 1, |_| {}).knows(A, Stage::Sealed(50)).knows(A + 1, Stage::Fetched);
    assert_eq!(scene.plan(), [Action::Reveal(key(A)), Action::Claim(key(A + 1))]);
}

#[test]
fn what_is_sealed_is_owed_until_it_is_shown_or_late() {
    let owed = |scene: Scene, now| owes(&scene.stopping().view(), now);
    assert!(owed(waiting().knows(A, Stage::Sealed(50)), NOW));
    assert!(owed(open().knows(A, Stage::Sealed(50)), NOW));
    assert!(!owed(open().knows(A, Stage::Submitted(50)), NOW));
    let after = Moment { unix: 1_080, slot: 2_160 };
    assert!(!owed(open().knows(A, Stage::Sealed(50)), after));
    assert_eq!(waiting().knows(A, Stage::Sealed(50)).stopping().plan(), []);
    assert_eq!(open().knows(A, Stage::Sealed(50)).stopping().plan(), [Action::Reveal(key(A))]);
}

#[test]
fn a_silent_seal_of_a_sibling_is_ended_by_the_task_s_other_provider_in_its_turn() {
    let after = |seconds: i64| Moment { unix: 1_080 + seconds, slot: 2_400 };
    let scene = Scene::new()
        .put(A, task(), |_| {})
        .run(Run { output_root: [5; 32], ..crate::submitted(key(A), key(ME), key(AUTHORITY)) })
        .run(other(sealed))
        .alter(A, |task| task.reveal_from = Moment { unix: 980, slot: 1_960 });
    let silent = expire(Some(run_key(STRANGER)), 1_080);
    assert_eq!(plan(&scene.view(), after(4)), []);
    assert_eq!(plan(&scene.view(), after(5)), [silent], "five seconds after its owner could");
}
