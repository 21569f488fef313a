//! The verifier's plan, as a table: what it sees and remembers, and what it does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../provider/tests/bench/accounts/mod.rs"]
mod accounts;

use std::time::Duration;

use accounts::{NOW, PAST, SOON, at, audit, key, market_key, provider, requester, run, submitted, task};
use tessera_chain::due::{Crank, Due};
use tessera_chain::{Audit, Moment, ProviderStatus, Pubkey, Run, RunState, Task, TaskState, Winners, World};
use tessera_node::{CrankLimits, CrankMemory, CrankStage, Memory, crank_key};
use tessera_verifier::Limits;
use tessera_verifier::plan::{Action, Stage, View, plan};

const AUTHORITY: u8 = 9;
/// The verifier's account, the task, its run, the run's provider, and other verifiers. A task's terms hash is its number.
const ME: u8 = 10;
const A: u8 = 20;
const B: u8 = 21;
const RUN: u8 = 30;
const OWNER: u8 = 40;
const OTHER: u8 = 50;
const THIRD: u8 = 51;
/// Runs of these tests have the output root 7..7.
const SAME: [u8; 32] = [7; 32];
const DIFFERENT: [u8; 32] = [6; 32];

struct Scene {
    world: World,
    memory: Memory<Pubkey, Stage>,
    cranks: CrankMemory,
    limits: Limits,
    stopping: bool,
}

impl Scene {
    fn new() -> Self {
        let mut world = World::new(market_key());
        world.moment = NOW;
        world.providers.insert(key(ME), at(key(ME), 1, provider(key(AUTHORITY))));
        let limits = Limits {
            max_audits: 1,
            audit_all: false,
            cranks: CrankLimits { others: false, after: Duration::from_secs(30), at_once: 4 },
        };
        Self { world, memory: Memory::new(), cranks: Memory::new(), limits, stopping: false }
    }

    fn task(mut self, number: u8, change: impl FnOnce(&mut Task)) -> Self {
        let mut task = task(number);
        change(&mut task);
        self.world.tasks.insert(key(number), at(key(number), 50, task));
        self
    }

    fn run(mut self, change: impl FnOnce(&mut Run)) -> Self {
        let mut run = submitted(key(A), key(OWNER), key(OWNER + 1));
        change(&mut run);
        self.world.runs.insert(key(RUN), at(key(RUN), 50, run));
        self
    }

    fn audit(mut self, verifier: u8, root: [u8; 32], ordinal: u16) -> Self {
        let posted: Audit = audit(key(RUN), key(verifier), key(verifier + 100), root, ordinal);
        let address = key(60 + u8::try_from(ordinal).unwrap());
        self.world.audits.insert(address, at(address, 50, posted));
        self
    }

    fn me(mut self, change: impl FnOnce(&mut tessera_chain::Provider)) -> Self {
        change(&mut self.world.providers.get_mut(&key(ME)).unwrap().data);
        self
    }

    fn knows(mut self, stage: Stage) -> Self {
        self.memory.set(key(A), [A; 32], stage);
        self
    }

    fn limits(mut self, change: impl FnOnce(&mut Limits)) -> Self {
        change(&mut self.limits);
        self
    }

    fn stopping(mut self) -> Self {
        self.stopping = true;
        self
    }

    fn plan_at(&self, now: Moment) -> Vec<Action> {
        let view = View {
            world: &self.world,
            me: key(ME),
            memory: &self.memory,
            cranks: &self.cranks,
            limits: &self.limits,
            uptime: Duration::from_secs(100),
            stopping: self.stopping,
        };
        plan(&view, now)
    }

    fn plan(&self) -> Vec<Action> {
        self.plan_at(NOW)
    }
}

/// Task A with a submitted run of a stranger.
fn submission() -> Scene {
    Scene::new().task(A, |task| task.state = TaskState::Submitted).run(|_| {})
}

/// The same, disputed by another verifier.
fn disputed() -> Scene {
    submission()
        .task(A, |task| task.state = TaskState::Disputed)
        .run(|run| (run.differing, run.audits_open) = (1, 1))
        .audit(OTHER, DIFFERENT, 0)
}

fn post(root: [u8; 32]) -> Vec<Action> {
    vec![Action::Post { task: key(A), run: key(RUN), root }]
}

fn posted(slot: u64) -> Stage {
    Stage::Posted { run: key(RUN), root: SAME, slot }
}

#[test]
fn work_goes_from_fetch_to_post() {
    let execute = vec![Action::Execute { task: key(A), run: key(RUN) }];
    for (what, scene, expected) in [
        ("a submitted run is fetched first", submission(), vec![Action::Fetch(key(A))]),
        ("and waited for", submission().knows(Stage::Fetching), vec![]),
        ("then executed", submission().knows(Stage::Fetched), execute),
        ("while it executes nothing is done", submission().knows(Stage::Executing), vec![]),
        ("an equal root is posted", submission().knows(Stage::Computed(SAME)), post(SAME)),
        ("another one too", submission().knows(Stage::Computed(DIFFERENT)), post(DIFFERENT)),
        ("once", submission().knows(Stage::Posting(SAME)), vec![]),
        ("until it is seen", submission().knows(posted(50)), vec![]),
        ("or seen to be lost", submission().knows(posted(49)), post(SAME)),
        ("and never again once it is there", submission().audit(ME, SAME, 0).knows(Stage::Computed(SAME)), vec![]),
        (
            "a root serves a later run",
            submission().knows(Stage::Posted { run: key(99), root: SAME, slot: 50 }),
            post(SAME),
        ),
    ] {
        assert_eq!(scene.plan(), expected, "{what}");
    }
}

#[test]
fn runs_that_may_not_or_need_not_be_audited_are_left_alone() {
    for (what, scene) in [
        (
            "not submitted",
            Scene::new()
                .task(A, |task| task.state = TaskState::Claimed)
                .run(|claimed| *claimed = run(key(A), key(OWNER), key(OWNER))),
        ),
        ("its own", submission().run(|run| run.provider = key(ME))),
        ("its authority's", submission().run(|run| run.authority = key(AUTHORITY))),
        (
            "its own task",
            submission().task(A, |task| (task.state, task.terms.requester) = (TaskState::Submitted, key(AUTHORITY))),
        ),
        ("claimed before it took the role", submission().me(|me| me.verify_since = 961)),
        ("without the role", submission().me(|me| me.roles.verify = false)),
        ("draining", submission().me(|me| me.status = ProviderStatus::Draining)),
        ("without the stake to answer", submission().me(|me| me.stake.free = 99)),
        ("too late", submission().run(|run| run.audit_until = PAST)),
        ("agreed with already", submission().run(|run| run.agreeing = 1)),
        ("malformed", submission().knows(Stage::Refused)),
        ("answered", submission().audit(ME, SAME, 0)),
        ("refuted already", disputed().audit(THIRD, DIFFERENT, 1)),
        (
            "pinned as refuted",
            disputed().run(|run| run.winners = Some(Winners { first: key(OTHER), second: key(THIRD) })),
        ),
        ("a dispute that is over", disputed().run(|run| run.challenge_until = PAST)),
        ("stopping", submission().stopping()),
    ] {
        assert_eq!(scene.plan(), [], "{what}");
    }
    assert_ne!(key(AUTHORITY), requester());
}

#[test]
fn the_operator_may_audit_what_others_agree_with() {
    let scene = submission().run(|run| run.agreeing = 1).limits(|limits| limits.audit_all = true);
    assert_eq!(scene.plan(), [Action::Fetch(key(A))]);
}

#[test]
fn a_dispute_is_answered_even_after_the_audit_window_and_whoever_agreed() {
    let scene = disputed().run(|run| (run.audit_until, run.agreeing, run.differing) = (PAST, 1, 1));
    assert_eq!(scene.plan(), [Action::Fetch(key(A))]);
}

#[test]
fn a_dispute_comes_before_a_submission() {
    let mut scene = disputed().task(B, |task| task.state = TaskState::Submitted);
    let other = Run {
        audit_until: tessera_chain::Deadline { unix: 1_001, slot: 2_001 },
        ..submitted(key(B), key(OWNER), key(OWNER))
    };
    scene.world.runs.insert(key(RUN + 1), at(key(RUN + 1), 50, other));
    assert_eq!(scene.plan(), [Action::Fetch(key(A))]);
    assert_eq!(scene.knows(Stage::Fetched).plan(), [Action::Execute { task: key(A), run: key(RUN) }]);
}

#[test]
fn a_computation_that_nobody_needs_any_more_stops() {
    for stage in [Stage::Executing, Stage::Fetched] {
        let scene = submission().run(|run| run.audit_until = PAST).knows(stage);
        assert_eq!(scene.plan(), [Action::Stop(key(A))]);
    }
}

#[test]
fn data_that_are_not_needed_any_more_keep_no_other_task_waiting() {
    let mut scene = submission()
        .run(|run| run.agreeing = 1)
        .knows(Stage::Fetched)
        .task(B, |task| task.state = TaskState::Submitted);
    let other = submitted(key(B), key(OWNER), key(OWNER));
    scene.world.runs.insert(key(RUN + 1), at(key(RUN + 1), 50, other));
    assert_eq!(scene.plan(), [Action::Fetch(key(B)), Action::Stop(key(A))]);
}

#[test]
fn while_stopping_only_what_was_computed_is_posted() {
    assert_eq!(submission().knows(Stage::Fetched).stopping().plan(), []);
    assert_eq!(submission().knows(Stage::Computed(SAME)).stopping().plan(), post(SAME));
    let due = submission().run(|run| run.challenge_until = PAST).audit(ME, SAME, 0).stopping();
    assert_eq!(due.plan(), []);
}

#[test]
fn a_refuted_run_is_settled_by_the_auditors_in_turn() {
    let refuted = |mine: u16| {
        let (first, second) = if mine == 0 { (ME, OTHER) } else { (OTHER, ME) };
        let scene = submission().task(A, |task| task.state = TaskState::Disputed).run(|run| run.audits_open = 2);
        scene.audit(first, DIFFERENT, 0).audit(second, DIFFERENT, 1)
    };
    let slash = vec![Action::Crank(key(A), Due { crank: Crank::Slash, run: Some(key(RUN)), since: 980 })];
    let just_posted = Moment { unix: 980, slot: 1_960 };
    assert_eq!(refuted(0).plan_at(just_posted), slash, "the first one at once");
    assert_eq!(refuted(1).plan_at(just_posted), [], "the second one gives it time");
    assert_eq!(refuted(1).plan_at(Moment { unix: 985, slot: 1_970 }), slash);
    let sent = Due { crank: Crank::Slash, run: Some(key(RUN)), since: 980 };
    let mut done = refuted(0);
    done.cranks.set(crank_key(key(A), &sent), [A; 32], CrankStage::Sent(50));
    assert_eq!(done.plan(), [], "and once");
}

#[test]
fn two_audits_refute_only_with_the_same_root_and_two_authorities() {
    let scene = || submission().task(A, |task| task.state = TaskState::Disputed).audit(ME, DIFFERENT, 0);
    assert_eq!(scene().audit(OTHER, [5; 32], 1).plan(), [], "two roots");
    let mut ring = scene().audit(OTHER, DIFFERENT, 1);
    ring.world.audits.get_mut(&key(61)).unwrap().data.authority = key(ME + 100);
    assert_eq!(ring.plan(), [], "one authority");
}

#[test]
fn an_upheld_run_is_settled_by_its_auditor_if_its_provider_does_not() {
    let due = || {
        submission()
            .run(|run| (run.challenge_until, run.audit_until, run.audits_open) = (PAST, PAST, 1))
            .audit(ME, SAME, 0)
    };
    let uphold = [Action::Crank(key(A), Due { crank: Crank::Uphold, run: Some(key(RUN)), since: PAST.unix })];
    let at = |unix| Moment { unix, slot: 3_000 };
    assert_eq!(due().plan_at(at(PAST.unix + 9)), []);
    assert_eq!(due().plan_at(at(PAST.unix + 10)), uphold);
}

#[test]
fn an_audit_left_open_by_a_decision_is_closed() {
    let decided = |state, run_state| {
        submission()
            .task(A, |task| task.state = state)
            .run(|run| (run.state, run.audits_open, run.challenge_until) = (run_state, 1, SOON))
            .audit(ME, SAME, 0)
    };
    for (state, run_state) in [(TaskState::Settled, RunState::Upheld), (TaskState::Expired, RunState::Slashed)] {
        let due = Due { crank: Crank::CloseAudits, run: Some(key(RUN)), since: NOW.unix };
        assert_eq!(decided(state, run_state).plan(), [Action::Crank(key(A), due)]);
    }
}

#[test]
fn strangers_transitions_are_sent_only_on_request_and_later() {
    let due = || submission().run(|run| (run.challenge_until, run.audit_until) = (PAST, PAST));
    let later = Moment { unix: PAST.unix + 30 + 35, slot: 3_000 };
    assert_eq!(due().plan_at(later), []);
    let helpful = due().limits(|limits| limits.cranks.others = true);
    let uphold = [Action::Crank(key(A), Due { crank: Crank::Uphold, run: Some(key(RUN)), since: PAST.unix })];
    assert_eq!(helpful.plan_at(later), uphold);
    assert_eq!(helpful.plan(), [], "not at once");
    let unclaimed = Scene::new().task(A, |task| task.open_until = PAST).limits(|limits| limits.cranks.others = true);
    let expire = [Action::Crank(key(A), Due { crank: Crank::Expire, run: None, since: PAST.unix })];
    assert_eq!(unclaimed.plan_at(later), expire);
}
