//! The provider in its loop: plans become jobs, and what jobs return becomes memory.

mod ends;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tessera_chain::{Pubkey, Run, RunState, TaskState, World, address};
use tessera_compute::Cancel;
use tessera_node::dispute::{Disputes, Shelf, own_run};
use tessera_node::{Agent, Ended, Progress, TaskInputs, Tasks, time_left};

use crate::config::Limits;
use crate::error::ProviderError;
use crate::jobs::{Bench, Done, Job, Kind, Stored};
use crate::plan::{Action, Stage, View, may_leave, owes, plan};

/// A task's data, as long as they are needed.
struct Held {
    terms: [u8; 32],
    /// Not there once an earlier process computed the outputs.
    inputs: Option<Arc<TaskInputs>>,
    stored: Option<Stored>,
    cancel: Cancel,
}

pub(crate) struct Actor {
    bench: Bench,
    limits: Limits,
    me: Pubkey,
    progress: Progress<Stage>,
    disputes: Disputes,
    /// What is served of its disputed runs.
    shelf: Option<Shelf>,
    held: BTreeMap<Pubkey, Held>,
    /// Whether records of runs that ended while no process ran are removed.
    pruned: bool,
    /// Whether it was said that nothing is left to do.
    said_done: bool,
}

impl Agent for Actor {
    type World = World;
    type Job = Job;
    type Done = Done;
    type Error = ProviderError;

    fn act(&mut self, world: &Arc<World>, stopping: bool, jobs: &mut Tasks<Job, Done>) -> bool {
        self.forget_what_is_over(world);
        self.recall_seals(world);
        self.say_when_done(world);
        let (actions, owes) = {
            let view = self.view(world, stopping);
            (plan(&view, world.moment), owes(&view, world.moment))
        };
        for action in actions {
            self.start(action, world, jobs);
        }
        self.dispute(world, stopping, jobs);
        owes || self.disputes.owes(world, world.moment)
    }

    fn finish(&mut self, ended: Ended<Job, Done>) -> Result<(), ProviderError> {
        self.end(ended)
    }

    fn abandon(&mut self) {
        self.disputes.abandon();
        for (task, held) in &self.held {
            match self.progress.tasks.note(task, &held.terms).stage {
                Stage::Executing => tracing::warn!(%task, stage = "execute", "abandoned: this process stops"),
                Stage::Sealed(_) => {
                    tracing::warn!(%task, stage = "seal", "sealed and not revealed: start again in time, or the lock is lost");
                }
                _ => {}
            }
            held.cancel.cancel();
        }
    }
}

impl Actor {
    pub fn new(bench: Bench, limits: Limits, me: Pubkey, shelf: Option<Shelf>) -> Self {
        let progress = Progress::new(bench.base.node.clone());
        let disputes = Disputes::new(bench.base.authority(), bench.base.node.challenge.clone());
        Self { bench, limits, me, progress, disputes, shelf, held: BTreeMap::new(), pruned: false, said_done: false }
    }

    fn view<'a>(&'a self, world: &'a World, stopping: bool) -> View<'a> {
        View {
            world,
            me: self.me,
            memory: &self.progress.tasks,
            errands: &self.progress.errands,
            limits: &self.limits,
            uptime: self.progress.uptime(),
            stopping,
        }
    }

    /// Data of tasks that can no longer be this provider's are freed; what was refused is remembered while the task lives.
    fn forget_what_is_over(&mut self, world: &World) {
        let gone: Vec<Pubkey> = {
            let view = self.view(world, false);
            let is_over = |key: &Pubkey, stage: Stage| {
                let Some(task) = world.tasks.get(key) else { return true };
                match task.state {
                    _ if view.has_owed_run(task) || view.is_claim_unseen(task) => false,
                    TaskState::Open => false,
                    // Another provider's claim may end without a result.
                    _ => !matches!(stage, Stage::Refused | Stage::Declined),
                }
            };
            let notes = self.progress.tasks.iter();
            let over = notes.filter(|(key, note)| !note.stage.is_busy() && is_over(key, note.stage));
            over.map(|(key, _)| *key).collect()
        };
        for key in &gone {
            self.progress.tasks.forget(key);
            self.bench.seals.remove(&address::run(key, &self.me));
        }
        self.progress.forget_errands(world);
        self.disputes.forget(world);
        if let Some(shelf) = &self.shelf {
            shelf.show(world);
        }
        let memory = &self.progress.tasks;
        self.held.retain(|key, held| {
            !matches!(memory.note(key, &held.terms).stage, Stage::New | Stage::Declined | Stage::Refused)
        });
    }

    /// Defends runs in disputes; and challenges runs of a task that differ from this provider's own, whose lock answers for it.
    fn dispute(&mut self, world: &Arc<World>, stopping: bool, jobs: &mut Tasks<Job, Done>) {
        let (now, uptime, me) = (world.moment, self.progress.uptime(), self.bench.base.authority());
        let mut begun = self.disputes.moves(world, now, uptime);
        if !stopping {
            begun.extend(self.disputes.opens(world, now, uptime, |_, run| own_run(world, run, me).is_some()));
        }
        for job in begun {
            self.disputes.begin(job);
            let work = self.bench.clone().dispute(self.disputes.truths().clone(), world.clone(), job);
            jobs.spawn(Job::Dispute(job), work);
        }
    }

    /// After a restart: what an earlier process sealed is revealed from its record, without computing it again.
    fn recall_seals(&mut self, world: &World) {
        if !self.pruned {
            let is_live = |run: &Run| matches!(run.state, RunState::Claimed | RunState::Sealed);
            self.bench.seals.retain(|run| world.runs.get(run).is_some_and(|run| is_live(run)));
            self.pruned = true;
        }
        let sealed = world.runs.values().filter(|run| run.provider == self.me && run.state == RunState::Sealed);
        for run in sealed {
            let Some(task) = world.tasks.get(&run.task) else { continue };
            let terms = task.terms_hash;
            let note = self.progress.tasks.note(&task.key, &terms);
            if note.stage != Stage::New || note.failures > 0 {
                continue;
            }
            if let Some(stored) = self.bench.sealed(task, &run.seal) {
                tracing::info!(task = %task.key, stage = "seal", root = %stored.root, "sealed by an earlier process");
                let held = Held { terms, inputs: None, stored: Some(stored), cancel: Cancel::new() };
                self.held.insert(task.key, held);
                self.progress.tasks.set(task.key, terms, Stage::Sealed(run.slot));
            }
        }
    }

    fn say_when_done(&mut self, world: &World) {
        let is_done = world.providers.get(&self.me).is_some_and(|me| may_leave(me));
        if is_done && !self.said_done {
            tracing::info!(
                provider = %self.me,
                "draining, and nothing is open any more: unbond and withdraw the stake, then `tessera provider close`"
            );
        }
        self.said_done = is_done;
    }

    fn start(&mut self, action: Action, world: &Arc<World>, jobs: &mut Tasks<Job, Done>) {
        let bench = self.bench.clone();
        let (kind, key) = match action {
            Action::Errand(errand) => {
                self.progress.errand_begins(&errand);
                jobs.spawn(Job::Errand(errand), bench.errand(world.clone(), errand));
                return;
            }
            Action::Stop(key) => {
                if let Some(held) = self.held.get(&key).filter(|held| !held.cancel.is_cancelled()) {
                    tracing::warn!(task = %key, stage = "execute", "stopped: the deadline has passed or the run is gone");
                    held.cancel.cancel();
                }
                return;
            }
            Action::Fetch(key) => (Kind::Fetch, key),
            Action::Claim(key) => (Kind::Claim, key),
            Action::Release(key) => (Kind::Release, key),
            Action::Execute(key) => (Kind::Execute, key),
            Action::Submit(key) => (Kind::Submit, key),
            Action::Seal(key) => (Kind::Seal, key),
            Action::Reveal(key) => (Kind::Reveal, key),
        };
        let Some(task) = world.tasks.get(&key).cloned() else { return };
        let (terms, at) = (task.terms_hash, world.moment.unix);
        let job = Job::Task { task: key, terms, kind };
        let run = world.runs.get(&address::run(&key, &self.me));
        let held = self.held.get_mut(&key).filter(|held| held.terms == terms);
        let stored = held.as_ref().and_then(|held| held.stored);
        let begin = match (kind, held, stored) {
            (Kind::Fetch, ..) => {
                jobs.spawn(job, bench.fetch(task));
                Stage::Fetching
            }
            (Kind::Claim, ..) => {
                jobs.spawn(job, bench.claim(task, at));
                Stage::Claiming
            }
            (Kind::Release, ..) => {
                tracing::warn!(task = %key, stage = "release", "its data cannot be had: the claim is given back");
                jobs.spawn(job, bench.release(task, at));
                Stage::Releasing
            }
            (Kind::Execute, Some(Held { inputs: Some(inputs), cancel, .. }), _) => {
                *cancel = Cancel::new();
                // A sealed run is computed again after a restart: there what counts is the reveal, which is still ahead.
                let seconds = u64::from(task.terms.windows.execution_seconds);
                let left = match run {
                    Some(run) if run.state == RunState::Claimed => time_left(run.execute_until, world.moment),
                    _ => Duration::from_secs(seconds),
                };
                tracing::info!(task = %key, stage = "execute", estimate = ?inputs.estimate, "computing");
                jobs.spawn(job, bench.execute(inputs.clone(), left, cancel.clone()));
                Stage::Executing
            }
            (Kind::Submit, _, Some(stored)) => {
                jobs.spawn(job, bench.submit(task, stored, at));
                Stage::Submitting
            }
            (Kind::Seal, _, Some(stored)) => {
                jobs.spawn(job, bench.seal(task, stored, at));
                Stage::Sealing
            }
            (Kind::Reveal, _, Some(stored)) => {
                if run.is_some_and(|run| run.seal != self.bench.seal_of(&task, stored.root)) {
                    tracing::error!(
                        task = %key, stage = "reveal", root = %stored.root,
                        "the seal was made of another root: this machine or its backend is faulty, take it out of service"
                    );
                    self.progress.tasks.set(key, terms, Stage::Refused);
                    return;
                }
                jobs.spawn(job, bench.reveal(task, stored, at));
                Stage::Submitting
            }
            // What the stage promised is not here: begin again.
            (Kind::Execute | Kind::Submit | Kind::Seal | Kind::Reveal, ..) => {
                self.progress.tasks.forget(&key);
                return;
            }
        };
        self.progress.tasks.begin(key, terms, begin);
    }
}
