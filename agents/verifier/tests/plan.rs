//! The verifier's plan, as a table: what it sees and remembers, and what it does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../provider/tests/bench/accounts/mod.rs"]
mod accounts;
#[path = "plan/errands.rs"]
mod errands;
#[path = "plan/lottery.rs"]
mod lottery;
#[path = "plan/scene.rs"]
mod scene;

use std::time::Duration;

use accounts::{NOW, PAST, SOON, key, owed_audit, redundant, requester, submitted};
use scene::{
    A, AUTHORITY, B, DIFFERENT, OWNER, SAME, SHORT, Scene, answered, claim, disputed, me, post, run, run_key,
    submission,
};
use tessera_chain::{Audit, Moment, Opened, ProviderStatus, Run, SlotState, address};
use tessera_verifier::plan::{Action, AuditStage, Stage, owes};

/// The run's audit is claimed by this verifier.
fn owed() -> Scene {
    submission().audit(owed_audit(run_key(), key(AUTHORITY)))
}

/// This verifier agreed, and opened nothing yet; slot 1,964 picks the leaf.
fn agreed() -> Scene {
    submission().audit(Audit { opened: Opened::default(), ..answered(AUTHORITY, SAME.output, 0) })
}

fn execute() -> Vec<Action> {
    vec![Action::Execute { task: key(A), until: SOON }]
}

#[test]
fn work_goes_from_fetch_to_open() {
    let (fetched, computed) = (Stage::Fetched(SHORT), Stage::Computed(SAME));
    for (what, scene, expected) in [
        ("a run to be audited is fetched first", submission(), vec![Action::Fetch(key(A))]),
        ("and waited for", submission().knows(Stage::Fetching), vec![]),
        ("then claimed", submission().knows(fetched), claim(None)),
        ("once", submission().knows(fetched).sent(AuditStage::Claiming), vec![]),
        ("until it is seen", submission().knows(fetched).sent(AuditStage::Claimed(50)).listed(50), vec![]),
        ("though its run is read again before it", submission().knows(fetched).sent(AuditStage::Claimed(49)), vec![]),
        ("or seen to be lost", submission().knows(fetched).sent(AuditStage::Claimed(49)).listed(50), claim(None)),
        ("what was answered too", submission().knows(computed).sent(AuditStage::Posted(50)).listed(50), vec![]),
        ("and opened", submission().knows(computed).sent(AuditStage::Opened(50)).listed(50), vec![]),
        ("a claimed one is executed", owed().knows(fetched), execute()),
        ("while it executes nothing is done", owed().knows(Stage::Executing), vec![]),
        ("an equal root is posted", owed().knows(computed), post(SAME)),
        ("another one too", owed().knows(Stage::Computed(DIFFERENT)), post(DIFFERENT)),
        ("once", owed().knows(computed).sent(AuditStage::Posting), vec![]),
        ("until it is seen", owed().knows(computed).sent(AuditStage::Posted(50)), vec![]),
        ("or seen to be lost", owed().knows(computed).sent(AuditStage::Posted(49)), post(SAME)),
        ("what agreed is opened", agreed().knows(computed), vec![Action::Open(run_key())]),
        ("once", agreed().knows(computed).sent(AuditStage::Opening), vec![]),
        ("until it is seen", agreed().knows(computed).sent(AuditStage::Opened(50)), vec![]),
        ("not if its hash is gone", agreed().knows(computed).sent(AuditStage::GivenUp), vec![]),
        ("what is opened is done", submission().audit(answered(AUTHORITY, SAME.output, 0)).knows(computed), vec![]),
        ("so is what differs", disputed_by_me().knows(Stage::Computed(DIFFERENT)), vec![]),
    ] {
        assert_eq!(scene.plan(), expected, "{what}");
    }
}

fn disputed_by_me() -> Scene {
    disputed().audit(answered(AUTHORITY, [5; 32], 1))
}

#[test]
fn after_a_restart_the_chain_alone_leads_to_the_same_work() {
    for scene in [owed, agreed] {
        assert_eq!(scene().plan(), [Action::Fetch(key(A))]);
        assert_eq!(scene().knows(Stage::Fetched(SHORT)).plan(), execute());
    }
    let broke = |me: &mut tessera_chain::Provider| me.stake.free = 60;
    assert_eq!(owed().me(broke).plan(), [Action::Fetch(key(A))], "what is claimed needs no more stake");
}

#[test]
fn a_leaf_is_opened_when_it_is_picked_and_while_its_hash_is_kept() {
    let computed = || agreed().knows(Stage::Computed(SAME));
    let at = |slot| Moment { unix: NOW.unix, slot };
    let open = [Action::Open(run_key())];
    assert_eq!(computed().plan_at(at(1_964)), [], "its slot must have been made");
    assert_eq!(computed().plan_at(at(1_965)), open);
    assert_eq!(computed().plan_at(at(1_964 + 511)), open);
    assert_eq!(computed().plan_at(at(1_964 + 512)), [], "its hash is gone");
    assert_eq!(agreed().plan_at(at(1_964 + 512)), [], "nor is it computed for that");
    let begun = || {
        let audit = answered(AUTHORITY, SAME.output, 0);
        let opened = Opened { output: true, keyed: false };
        submission().audit(Audit { opened, pick: Some([4; 32]), ..audit }).knows(Stage::Computed(SAME))
    };
    assert_eq!(begun().plan_at(at(1_964 + 512)), open, "with one tree open the hash is kept");
    let late = computed().alter(|task| task.challenge_until = PAST).plan();
    assert!(!late.contains(&open[0]), "too late");
    let unpaid = Audit { opened: Opened::default(), drawn: false, ..answered(AUTHORITY, SAME.output, 0) };
    assert_eq!(submission().audit(unpaid).knows(Stage::Computed(SAME)).plan(), [], "it earns nothing");
}

#[test]
fn runs_that_may_not_or_need_not_be_audited_are_left_alone() {
    for (what, scene) in [
        ("not submitted", Scene::new().task(A).run(accounts::run(key(A), key(OWNER), key(OWNER)))),
        ("its own", Scene::new().task(A).run(submitted(key(A), me(), key(AUTHORITY)))),
        ("its authority's", submission().alter_run(|run| run.authority = key(AUTHORITY))),
        ("its own task", submission().alter(|task| task.terms.requester = key(AUTHORITY))),
        ("as old as its stake", submission().me(|me| me.ticket_since = Moment { unix: 969, slot: 1_938 })),
        ("without the role", submission().me(|me| (me.roles.verify, me.ticket_stake) = (false, 0))),
        ("draining", submission().me(|me| (me.status, me.ticket_stake) = (ProviderStatus::Draining, 0))),
        ("without the stake to answer", submission().me(|me| me.stake.free = 99)),
        ("too late", submission().alter(|task| task.audit_until = PAST)),
        ("malformed", submission().knows(Stage::Refused)),
        ("given up", submission().knows(Stage::Fetched(SHORT)).sent(AuditStage::GivenUp)),
        ("refuted already", disputed().alter(|task| task.slots[0].state = SlotState::Refuted)),
        ("a dispute that is over", disputed().alter(|task| (task.challenge_until, task.slots[0].agreeing) = (PAST, 1))),
        ("a dispute, where the operator leaves them", disputed().limits(|limits| limits.disputes = false)),
        ("stopping", submission().stopping()),
    ] {
        let mut actions = scene.plan();
        // What has to be settled is another matter, and so is a chain for a verifier that draws nothing.
        actions.retain(|action| !matches!(action, Action::Errand(_)));
        assert_eq!(actions, [], "{what}");
    }
    assert_ne!(key(AUTHORITY), requester());
}

#[test]
fn a_dispute_is_answered_even_after_the_audit_window_and_whoever_agreed() {
    let scene = disputed().alter(|task| (task.audit_until, task.slots[0].agreeing) = (PAST, 1));
    assert_eq!(scene.plan(), [Action::Fetch(key(A))]);
}

fn other_task(state: fn(Run) -> Run) -> Run {
    state(submitted(key(B), key(OWNER), key(OWNER + 100)))
}

#[test]
fn answers_come_before_claims_and_disputes_before_submissions() {
    let scene = disputed().task(B).run(other_task(|run| run));
    assert_eq!(scene.plan(), [Action::Fetch(key(A))], "one at a time");
    assert_eq!(scene.limits(|limits| limits.max_audits = 2).plan(), [Action::Fetch(key(A)), Action::Fetch(key(B))]);

    let mut scene = owed().task(B).run(other_task(|run| run)).knows(Stage::Fetched(SHORT));
    scene.tasks.set(key(B), [B; 32], Stage::Fetched(SHORT));
    assert_eq!(scene.plan(), execute(), "no claim while an answer is owed");
    let mut scene = scene.knows(Stage::Computed(SAME));
    let second = Action::Claim { run: address::run(&key(B), &key(OWNER)), element: None };
    assert_eq!(scene.plan(), [post(SAME)[0], second], "once it is known, the next one");
    scene.limits.max_audits = 2;
    let scene = scene.knows(Stage::Fetched(SHORT));
    assert_eq!(scene.plan(), [execute()[0], second], "or as many as may execute");
}

#[test]
fn only_what_can_be_answered_in_time_is_claimed() {
    // An answer has twice the execution's 100 seconds.
    let taking = |seconds| submission().knows(Stage::Fetched(Duration::from_secs(seconds)));
    assert_eq!(taking(99).plan(), claim(None));
    assert_eq!(taking(100).plan(), [], "a second look would come too late");
    // In a dispute it must come before the end of the challenge window, in 100 seconds.
    let disputed = |seconds| disputed().knows(Stage::Fetched(Duration::from_secs(seconds)));
    assert_eq!(disputed(49).plan(), claim(None));
    assert_eq!(disputed(50).plan(), []);
    let late = Moment { unix: SOON.unix, slot: SOON.slot };
    let mut actions = owed().knows(Stage::Computed(SAME)).plan_at(late);
    actions.retain(|action| !matches!(action, Action::Errand(_)));
    assert_eq!(actions, [], "an answer that is late is not sent");
}

#[test]
fn outputs_serve_every_run_of_a_task() {
    let second = Run { output_root: [6; 32], ..submitted(key(A), key(OWNER + 1), key(OWNER + 101)) };
    let other = address::run(&key(A), &key(OWNER + 1));
    let split = || Scene::new().put(A, redundant(A, 2)).run(run()).run(second.clone());
    assert_eq!(split().plan(), [Action::Fetch(key(A))], "once for both");
    let claims = |run| Action::Claim { run, element: None };
    let first = split().knows(Stage::Fetched(SHORT)).plan();
    assert!(first == [claims(run_key())] || first == [claims(other)], "{first:?}");
    let known = split().limits(|limits| limits.max_audits = 2).knows(Stage::Computed(SAME)).plan();
    assert!(known.len() == 2 && known.contains(&claims(run_key())) && known.contains(&claims(other)), "{known:?}");
    let both = split().audit(owed_audit(run_key(), key(AUTHORITY))).audit(owed_audit(other, key(AUTHORITY)));
    let posted = both.knows(Stage::Computed(SAME)).plan();
    assert!(
        posted.contains(&post(SAME)[0]) && posted.contains(&Action::Post { run: other, roots: SAME }),
        "{posted:?}"
    );
}

#[test]
fn a_computation_that_nobody_needs_any_more_stops() {
    for stage in [Stage::Executing, Stage::Fetched(SHORT)] {
        let scene = submission().alter(|task| task.audit_until = PAST).knows(stage);
        assert_eq!(scene.plan(), [Action::Stop(key(A))]);
        let unseen = submission().knows(stage).sent(AuditStage::Claimed(50));
        assert_eq!(unseen.plan(), [], "a claim that is on its way needs it");
    }
}

#[test]
fn while_stopping_what_was_claimed_is_answered_and_opened() {
    let computed = Stage::Computed(SAME);
    for (what, scene, expected, owed) in [
        ("nothing is claimed", submission().knows(Stage::Fetched(SHORT)), vec![], false),
        ("a claim on its way is waited for", submission().knows(computed).sent(AuditStage::Claimed(50)), vec![], true),
        ("an answer is fetched for", owed(), vec![Action::Fetch(key(A))], true),
        ("computed for", owed().knows(Stage::Fetched(SHORT)), execute(), true),
        ("and posted", owed().knows(computed), post(SAME), true),
        ("a leaf is opened", agreed().knows(computed), vec![Action::Open(run_key())], true),
        ("if that costs no computation", agreed(), vec![], false),
        ("what cannot be computed is not owed", owed().knows(Stage::Refused), vec![], false),
        ("nothing is left", submission().audit(answered(AUTHORITY, SAME.output, 0)), vec![], false),
    ] {
        let scene = scene.stopping();
        let mut actions = scene.plan();
        actions.retain(|action| !matches!(action, Action::Stop(_)));
        assert_eq!(actions, expected, "{what}");
        assert_eq!(owes(&scene.view(), NOW), owed, "{what}");
    }
}
