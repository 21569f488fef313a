//! The provider in its loop: plans become jobs, and what jobs return becomes memory.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tessera_chain::{ChainError, ErrorKind, Pubkey, Receipt, TaskState, World, address};
use tessera_compute::{Cancel, ExecError};
use tessera_node::{Agent, Ended, ExecuteError, FetchError, Lost, Progress, TaskInputs, Tasks, time_left};

use crate::config::Limits;
use crate::error::{ProviderError, WorkError};
use crate::jobs::{Bench, Done, Job, Kind, Stored};
use crate::plan::{Action, Stage, View, owes, plan};

/// A task's data, as long as they are needed.
struct Held {
    terms: [u8; 32],
    inputs: Arc<TaskInputs>,
    stored: Option<Stored>,
    cancel: Cancel,
}

pub(crate) struct Actor {
    bench: Bench,
    limits: Limits,
    me: Pubkey,
    progress: Progress<Stage>,
    held: BTreeMap<Pubkey, Held>,
}

impl Agent for Actor {
    type World = World;
    type Job = Job;
    type Done = Done;
    type Error = ProviderError;

    fn act(&mut self, world: &Arc<World>, stopping: bool, jobs: &mut Tasks<Job, Done>) -> bool {
        self.forget_what_is_over(world);
        let (actions, owes) = {
            let view = self.view(world, stopping);
            (plan(&view, world.moment), owes(&view, world.moment))
        };
        for action in actions {
            self.start(action, world, jobs);
        }
        owes
    }

    fn finish(&mut self, ended: Ended<Job, Done>) -> Result<(), ProviderError> {
        let job = ended.key;
        match (job.kind, ended.outcome) {
            (_, Err(lost)) => self.lost(job, &lost),
            (_, Ok(Done::Fetched(result))) => self.fetched(job, result),
            (_, Ok(Done::Executed(result))) => self.executed(job, result),
            (Kind::Crank(due), Ok(Done::Sent(result))) => self.progress.cranked(job.task, job.terms, &due, result)?,
            (_, Ok(Done::Sent(result))) => self.sent(job, result)?,
        }
        Ok(())
    }

    fn abandon(&mut self) {
        for (task, held) in &self.held {
            if self.progress.tasks.note(task, &held.terms).stage == Stage::Executing {
                tracing::warn!(%task, stage = "execute", "abandoned: this process stops");
            }
            held.cancel.cancel();
        }
    }
}

impl Actor {
    pub fn new(bench: Bench, limits: Limits, me: Pubkey) -> Self {
        let progress = Progress::new(bench.base.node.clone());
        Self { bench, limits, me, progress, held: BTreeMap::new() }
    }

    fn view<'a>(&'a self, world: &'a World, stopping: bool) -> View<'a> {
        View {
            world,
            me: self.me,
            memory: &self.progress.tasks,
            cranks: &self.progress.cranks,
            limits: &self.limits,
            uptime: self.progress.uptime(),
            stopping,
        }
    }

    /// Data of tasks that can no longer be this provider's are freed; what was refused is remembered while the task lives.
    fn forget_what_is_over(&mut self, world: &World) {
        let me = self.me;
        self.progress.tasks.retain(|key, stage| {
            let state = world.tasks.get(key).map(|task| task.state);
            stage.is_busy()
                || match state {
                    None => false,
                    Some(TaskState::Open) => true,
                    Some(TaskState::Claimed) => {
                        matches!(stage, Stage::Refused | Stage::Declined | Stage::Claimed(_))
                            || world.runs_of(*key).any(|run| run.provider == me)
                    }
                    Some(_) => matches!(stage, Stage::Refused | Stage::Declined),
                }
        });
        self.progress.forget_cranks(world);
        let memory = &self.progress.tasks;
        self.held.retain(|key, held| {
            !matches!(memory.note(key, &held.terms).stage, Stage::New | Stage::Declined | Stage::Refused)
        });
    }

    fn start(&mut self, action: Action, world: &Arc<World>, jobs: &mut Tasks<Job, Done>) {
        let (Action::Fetch(key)
        | Action::Claim(key)
        | Action::Execute(key)
        | Action::Submit(key)
        | Action::Stop(key)
        | Action::Crank(key, _)) = action;
        if let Action::Stop(_) = action {
            if let Some(held) = self.held.get(&key).filter(|held| !held.cancel.is_cancelled()) {
                tracing::warn!(task = %key, stage = "execute", "stopped: the deadline has passed or the run is gone");
                held.cancel.cancel();
            }
            return;
        }
        let Some(task) = world.tasks.get(&key).cloned() else { return };
        let terms = task.terms_hash;
        let bench = self.bench.clone();
        let at = world.moment.unix;
        let job = |kind| Job { task: key, terms, kind };
        let held = self.held.get_mut(&key).filter(|held| held.terms == terms);
        match (action, held) {
            (Action::Stop(_), _) => {}
            (Action::Fetch(_), _) => {
                self.progress.tasks.begin(key, terms, Stage::Fetching);
                jobs.spawn(job(Kind::Fetch), bench.fetch(task));
            }
            (Action::Claim(_), _) => {
                self.progress.tasks.begin(key, terms, Stage::Claiming);
                jobs.spawn(job(Kind::Claim), bench.claim(task, at));
            }
            (Action::Execute(_), Some(held)) => {
                held.cancel = Cancel::new();
                let run = world.runs.get(&address::run(&key, &self.me));
                let left = run.map_or(Duration::ZERO, |run| time_left(run.execute_until, world.moment));
                let work = bench.execute(held.inputs.clone(), left, held.cancel.clone());
                self.progress.tasks.begin(key, terms, Stage::Executing);
                tracing::info!(task = %key, stage = "execute", estimate = ?held.inputs.estimate, "computing");
                jobs.spawn(job(Kind::Execute), work);
            }
            (Action::Submit(_), Some(Held { stored: Some(stored), .. })) => {
                let work = bench.submit(task, *stored, at);
                self.progress.tasks.begin(key, terms, Stage::Submitting);
                jobs.spawn(job(Kind::Submit), work);
            }
            // What the stage promised is not here: begin again.
            (Action::Execute(_) | Action::Submit(_), _) => self.progress.tasks.forget(&key),
            (Action::Crank(_, due), _) => {
                self.progress.crank_begins(key, terms, &due);
                jobs.spawn(job(Kind::Crank(due)), bench.crank(world.clone(), task, due));
            }
        }
    }

    fn fetched(&mut self, Job { task, terms, .. }: Job, result: Result<TaskInputs, FetchError>) {
        match result {
            Ok(inputs) => {
                tracing::info!(%task, stage = "fetch", label = %inputs.label.escape_debug(), "data fetched and checked");
                let held = Held { terms, inputs: Arc::new(inputs), stored: None, cancel: Cancel::new() };
                self.held.insert(task, held);
                self.progress.tasks.set(task, terms, Stage::Fetched);
            }
            Err(error) => self.progress.fetch_failed(task, terms, &error, Stage::Refused),
        }
    }

    fn executed(&mut self, Job { task, terms, .. }: Job, result: Result<Stored, WorkError>) {
        match result {
            Ok(stored) => {
                tracing::info!(%task, stage = "execute", root = %stored.root, "outputs computed and stored");
                match self.held.get_mut(&task).filter(|held| held.terms == terms) {
                    Some(held) => {
                        held.stored = Some(stored);
                        self.progress.tasks.set(task, terms, Stage::Computed);
                    }
                    None => self.progress.tasks.forget(&task),
                }
            }
            Err(WorkError::Execute(ExecuteError::Backend(ExecError::Cancelled))) => {
                tracing::info!(%task, stage = "execute", "computation ended early");
                self.progress.tasks.set(task, terms, Stage::Fetched);
            }
            Err(error) => self.execution_failed(task, terms, &error),
        }
    }

    fn execution_failed(&mut self, task: Pubkey, terms: [u8; 32], error: &dyn std::error::Error) {
        if self.progress.execution_failed(task, terms, error, Stage::Fetched, Stage::Refused) {
            tracing::error!(%task, stage = "execute", "given up; the run will be ended as a no-show");
        }
    }

    /// A claim or a submission ended.
    fn sent(&mut self, job: Job, result: Result<Receipt, ChainError>) -> Result<(), ProviderError> {
        let Job { task, terms, kind } = job;
        let is_claim = kind == Kind::Claim;
        let stage = if is_claim { "claim" } else { "submit" };
        match result {
            Ok(receipt) => {
                tracing::info!(%task, stage, signature = %receipt.signature, slot = receipt.slot, "landed");
                let next = if is_claim { Stage::Claimed(receipt.slot) } else { Stage::Submitted(receipt.slot) };
                self.progress.tasks.set(task, terms, next);
            }
            Err(error) => {
                let before = if is_claim { Stage::Fetched } else { Stage::Computed };
                let failures = self.progress.failed(task, terms, before);
                tracing::warn!(%task, stage, %error, failures, "not landed");
                if error.kind() == ErrorKind::Fatal {
                    return Err(error.into());
                }
                // A claim is only an opportunity. A submission is owed, and its deadline ends the attempts.
                if is_claim && self.progress.is_send_given_up(failures) {
                    tracing::warn!(%task, stage, "task left to others");
                    self.progress.tasks.set(task, terms, Stage::Declined);
                }
            }
        }
        Ok(())
    }

    fn lost(&mut self, Job { task, terms, kind }: Job, lost: &Lost) {
        tracing::error!(%task, ?kind, %lost, "a job was lost");
        match kind {
            Kind::Fetch | Kind::Claim => self.progress.tasks.set(task, terms, Stage::Refused),
            Kind::Execute => self.execution_failed(task, terms, lost),
            Kind::Submit => drop(self.progress.failed(task, terms, Stage::Computed)),
            Kind::Crank(due) => self.progress.crank_lost(task, terms, &due),
        }
    }
}
