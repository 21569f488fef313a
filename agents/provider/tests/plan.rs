//! The provider's plan, as a table: what it sees and remembers, and what it does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "bench/accounts/mod.rs"]
mod accounts;

use std::time::Duration;

use accounts::{NOW, PAST, SOON, at, key, market_key, provider, run, submitted, task};
use tessera_chain::due::{Crank, Due};
use tessera_chain::{Moment, ProviderStatus, Pubkey, Run, Task, TaskState, World};
use tessera_node::{Backoff, CrankLimits, CrankMemory, CrankStage, Memory, crank_key};
use tessera_provider::Limits;
use tessera_provider::plan::{Action, Stage, View, owes, plan};

const AUTHORITY: u8 = 9;
/// The provider's account, task A and its run. A task's terms hash is its number 32 times.
const ME: u8 = 10;
const A: u8 = 20;
const B: u8 = 21;
const RUN: u8 = 30;
const STRANGER: u8 = 40;

struct Scene {
    world: World,
    memory: Memory<Pubkey, Stage>,
    cranks: CrankMemory,
    limits: Limits,
    uptime: Duration,
    stopping: bool,
}

impl Scene {
    fn new() -> Self {
        let mut world = World::new(market_key());
        world.moment = NOW;
        world.providers.insert(key(ME), at(key(ME), 1, provider(key(AUTHORITY))));
        let limits = Limits {
            max_runs: 1,
            min_reward: 0,
            prefetch: 2,
            cranks: CrankLimits { others: false, after: Duration::from_secs(30), at_once: 4 },
        };
        Self {
            world,
            memory: Memory::new(),
            cranks: Memory::new(),
            limits,
            uptime: Duration::from_secs(100),
            stopping: false,
        }
    }

    fn task(mut self, number: u8, change: impl FnOnce(&mut Task)) -> Self {
        let mut task = task(number);
        change(&mut task);
        self.world.tasks.insert(key(number), at(key(number), 50, task));
        self
    }

    fn run(mut self, run: Run) -> Self {
        self.world.runs.insert(key(RUN), at(key(RUN), 50, run));
        self
    }

    fn me(mut self, change: impl FnOnce(&mut tessera_chain::Provider)) -> Self {
        change(&mut self.world.providers.get_mut(&key(ME)).unwrap().data);
        self
    }

    fn limits(mut self, change: impl FnOnce(&mut Limits)) -> Self {
        change(&mut self.limits);
        self
    }

    fn knows(mut self, number: u8, stage: Stage) -> Self {
        self.memory.set(key(number), [number; 32], stage);
        self
    }

    fn stopping(mut self) -> Self {
        self.stopping = true;
        self
    }

    fn view(&self) -> View<'_> {
        View {
            world: &self.world,
            me: key(ME),
            memory: &self.memory,
            cranks: &self.cranks,
            limits: &self.limits,
            uptime: self.uptime,
            stopping: self.stopping,
        }
    }

    fn plan(&self) -> Vec<Action> {
        plan(&self.view(), NOW)
    }
}

fn open() -> Scene {
    Scene::new().task(A, |_| {})
}

fn mine() -> Run {
    run(key(A), key(ME), key(AUTHORITY))
}

/// Task A, claimed by this provider.
fn claimed() -> Scene {
    Scene::new().task(A, |task| task.state = TaskState::Claimed).run(mine())
}

fn late() -> Scene {
    claimed().run(Run { execute_until: PAST, ..mine() })
}

fn submitted_by(provider: u8, challenge_until: tessera_chain::Deadline) -> Scene {
    let run = submitted(key(A), key(provider), key(AUTHORITY));
    Scene::new().task(A, |task| task.state = TaskState::Submitted).run(Run { challenge_until, ..run })
}

fn settle(crank: Crank) -> Action {
    Action::Crank(key(A), Due { crank, run: Some(key(RUN)), since: PAST.unix })
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
    assert_eq!(submitted_by(ME, SOON).plan(), [], "a submitted one waits");
    assert_eq!(submitted_by(ME, PAST).plan(), [settle(Crank::Uphold)], "a due one is settled");
}

#[test]
fn tasks_that_cannot_or_should_not_be_claimed_are_left_alone() {
    for (what, scene) in [
        ("past its deadline", Scene::new().task(A, |task| task.open_until = PAST)),
        ("paid below the registered floor", open().me(|me| me.price_floor = 101)),
        ("paid below the configured floor", open().limits(|limits| limits.min_reward = 101)),
        ("locking more than is free", open().me(|me| me.stake.free = 249)),
        ("failed before", Scene::new().task(A, |task| task.excluded = vec![key(ME)])),
        ("draining", open().me(|me| me.status = ProviderStatus::Draining)),
        ("without the role", open().me(|me| me.roles.compute = false)),
        ("malformed", open().knows(A, Stage::Refused)),
        ("declined", open().knows(A, Stage::Declined)),
        ("stopping", open().stopping()),
        ("claimed by a stranger", claimed().run(run(key(A), key(STRANGER), key(STRANGER))).knows(A, Stage::Fetched)),
        ("all registered runs open", open().me(|me| me.active_runs = 4).knows(A, Stage::Fetched)),
        ("nothing prefetched", open().limits(|limits| limits.prefetch = 0)),
    ] {
        assert_eq!(scene.plan(), [], "{what}");
    }
    let mut unknown = open();
    unknown.world.providers.clear();
    assert_eq!(unknown.plan(), [], "not registered");
}

#[test]
fn other_terms_under_the_same_address_are_another_task() {
    let swapped = Scene::new().task(A, |task| task.terms_hash = [99; 32]).knows(A, Stage::Fetched);
    assert_eq!(swapped.plan(), [Action::Fetch(key(A))]);
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
    assert_eq!(three.plan(), [Action::Fetch(key(A)), Action::Fetch(key(B))], "two are fetched ahead");
}

#[test]
fn no_more_runs_execute_than_allowed_and_the_nearest_deadline_is_first() {
    let mut scene = claimed().task(B, |task| task.state = TaskState::Claimed);
    let earlier = Run { task: key(B), execute_until: tessera_chain::Deadline { unix: 1_050, slot: 2_100 }, ..mine() };
    scene.world.runs.insert(key(RUN + 1), at(key(RUN + 1), 50, earlier));
    let scene = scene.knows(A, Stage::Fetched).knows(B, Stage::Fetched);
    assert_eq!(scene.plan(), [Action::Execute(key(B))]);
    assert_eq!(scene.knows(B, Stage::Executing).plan(), []);
}

#[test]
fn a_run_that_is_late_or_gone_stops() {
    let expire = Action::Crank(key(A), Due { crank: Crank::Expire, run: Some(key(RUN)), since: PAST.unix });
    assert_eq!(late().knows(A, Stage::Executing).plan(), [Action::Stop(key(A)), expire]);
    assert_eq!(late().knows(A, Stage::Computed).plan(), [expire], "what is late is not submitted");
    assert_eq!(late().plan(), [expire], "nor fetched");
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
fn own_runs_are_settled_at_once_and_others_only_on_request_and_later() {
    assert_eq!(submitted_by(ME, PAST).plan(), [settle(Crank::Uphold)]);
    assert_eq!(submitted_by(STRANGER, PAST).plan(), []);
    let helpful = |limits: &mut Limits| limits.cranks.others = true;
    assert_eq!(submitted_by(STRANGER, PAST).limits(helpful).plan(), [], "10 seconds are too early");
    let later = Moment { unix: PAST.unix + 30 + 35, slot: 3_000 };
    let scene = submitted_by(STRANGER, PAST).limits(helpful);
    assert_eq!(plan(&scene.view(), later), [settle(Crank::Uphold)]);
    let refuted = submitted_by(ME, SOON).task(A, |task| task.state = TaskState::Disputed);
    assert_eq!(refuted.plan(), [], "a dispute is waited for");
}

#[test]
fn a_crank_is_sent_once_until_the_accounts_have_been_read_again() {
    let due = Due { crank: Crank::Uphold, run: Some(key(RUN)), since: PAST.unix };
    for (stage, expected) in [
        (CrankStage::Sending, vec![]),
        (CrankStage::Sent(50), vec![]),
        (CrankStage::Sent(49), vec![settle(Crank::Uphold)]),
        (CrankStage::Refused, vec![]),
    ] {
        let mut scene = submitted_by(ME, PAST);
        scene.cranks.set(crank_key(key(A), &due), [A; 32], stage);
        assert_eq!(scene.plan(), expected, "{stage:?}");
    }
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
        ("due runs are left to the next start", submitted_by(ME, PAST), vec![], false),
    ] {
        let scene = scene.stopping();
        assert_eq!(scene.plan(), expected, "{what}");
        assert_eq!(owes(&scene.view(), NOW), owed, "{what}");
    }
}
